/// What a gate kept and what it took of the push of some tokens.
public struct PushBalance: Sendable, Hashable {
  /// Σ w|A|Fρs.
  public var kept: Double
  /// Σ w|A|ρ(1 − F)s; `nil` without a gate per token.
  public var removed: Double?

  public init(kept: Double, removed: Double?) {
    self.kept = kept
    self.removed = removed
  }

  /// Removed of offered, in [0, 1]; `nil` without a gate or without push.
  public var removedShare: Double? {
    guard let removed else { return nil }
    let offered = kept + removed
    return offered > 0 ? removed / offered : nil
  }

  /// Both together; what is not known of one is not known of the sum.
  public static func + (left: PushBalance, right: PushBalance) -> PushBalance {
    var removed: Double?
    if let one = left.removed, let other = right.removed { removed = one + other }
    return PushBalance(kept: left.kept + right.kept, removed: removed)
  }
}
