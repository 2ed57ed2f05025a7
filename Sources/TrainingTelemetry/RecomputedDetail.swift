/// The tokens of a recorded update, computed anew: what its record says in scalars alone.
public struct RecomputedDetail: Sendable, Hashable {
  public var update: UpdateDetail
  public var rollout: RolloutDetail

  public init(update: UpdateDetail, rollout: RolloutDetail) {
    self.update = update
    self.rollout = rollout
  }

  public var position: UpdatePosition { update.metrics.position }
}

/// How computing anew gets on.
public enum RecomputationNews: Sendable, Hashable {
  /// On the way, at this iteration.
  case reached(iteration: Int)
  /// All updates of an iteration.
  case done([RecomputedDetail])
  case failed(String)
}
