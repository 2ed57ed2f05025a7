public import TrainingTelemetry

/// Everything the screen shows: the run as last reported, its history, and where the person is.
public struct DashboardState: Sendable, Equatable {
  /// The newest snapshot, its events already moved to `history` and `journal`.
  public var snapshot: TrainingSnapshot
  public var history = MetricHistory()
  public var selection = Selection()
  public var lens = TokenLens.removedPush
  public var ledgerView = LedgerView.overTime

  public init(snapshot: TrainingSnapshot) {
    self.snapshot = snapshot
    for event in snapshot.events { history.append(event) }
  }
}

/// The cursor: which answer and token of the shown group.
public struct Selection: Sendable, Hashable {
  public var answer = 0
  public var token = 0

  public init() {}
}

/// What the tint of a token's text tells.
public enum TokenLens: String, Sendable, Hashable, CaseIterable {
  /// w|A|ρ(1 − F)s relative to the group's largest: the default.
  case removedPush
  /// 1 − F, logarithmic.
  case gate
  case ratio
  case behaviorProbability
  case entropy
  case weightedPush
  case realisedMove
  case clippedByGRPO
}
