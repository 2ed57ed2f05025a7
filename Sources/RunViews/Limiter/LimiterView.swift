/// What the limiter table tells of each bucket.
public enum LimiterView: String, Sendable, Hashable, CaseIterable {
  /// Where ratios may go, as bars, and what the gate did.
  case bounds
  /// Numbers by sign: tokens, push, what was taken, mass moved, both tails of the ratio, entropy.
  case amounts
}
