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
  /// log π of the sampler − log π_old.
  case samplerGap
  /// Which of two objectives holds the token back: the one in force, a chosen other, or both.
  case otherObjective
}
