#if canImport(Glibc)
  import Glibc
#endif

/// The hard bounds of one token, and what they mean in probability.
public struct ClipRange: Sendable, Hashable {
  /// Bounds on the ratio.
  public let lower: Double
  public let upper: Double
  /// 1/π_old, which no ratio exceeds.
  public let maximumRatio: Double
  /// Probability between ρ = 1 and each bound, π_old·|bound − 1|.
  public let massBelow: Double
  public let massAbove: Double

  /// The upper bound as far as it can be reached, min(upper, 1/π_old).
  public var feasibleUpper: Double { min(upper, maximumRatio) }

  init(_ clip: HardClip, behaviorLogProbability: Double) {
    let probability = exp(behaviorLogProbability)
    lower = clip.lower
    upper = clip.upper
    maximumRatio = GateGeometry.maximumRatio(behaviorLogProbability: behaviorLogProbability)
    massBelow = probability * abs(clip.lower - 1)
    massAbove = probability * abs(clip.upper - 1)
  }
}

/// An objective with hard bounds that depend on nothing but π_old.
public protocol RatioClipping: TokenwiseObjective {
  /// The bounds of a token, the dual clip apart.
  func clipRange(behaviorLogProbability: Double) -> ClipRange
}
