/// How the update ledger splits the weighted push.
public enum LedgerView: String, Sendable, Hashable, CaseIterable {
  /// One bar for each of the last updates.
  case overTime
  /// One bar for each bucket of π_old, of the last update.
  case byBucket
}
