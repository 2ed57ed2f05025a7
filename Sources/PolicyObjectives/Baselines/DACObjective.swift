#if canImport(Glibc)
  import Glibc
#endif

/// Dynamic-Adaptive Clipping (DAC) of Dynamic Clipping Policy Optimization (DCPO),
/// arXiv 2509.02333: hard bounds that solve |ρ − 1|·π ≤ ε, so that they widen as π_old falls.
///
/// Follows lime-RL/DCPO@01787b0f: the log-ratio is not clamped, the upper bound is capped at
/// max(c, 10), and the dual clip comes last. Without dual clip there is no cap, as in the paper.
/// Where π_old underflows the code's arithmetic fails; the bounds' limits are taken instead.
public struct DACObjective: PolicyObjective, Hashable {
  /// ε of the two bounds, a probability.
  public private(set) var clipRangeEpsilonLow = 0.16
  public private(set) var clipRangeEpsilonHigh = 0.2
  /// c, where a negative advantage stops pushing, and cap of the upper bound; `nil` for neither.
  public private(set) var dualClip: Double? = 10

  public init() {}

  public static let parameters: [ObjectiveParameter<DACObjective>] = [
    .init(.massEpsilonLow, \.clipRangeEpsilonLow),
    .init(.massEpsilonHigh, \.clipRangeEpsilonHigh),
    .init(.dualClip, \.dualClip),
  ]

  public static let info = ObjectiveInfo(
    name: "dac", title: "DAC",
    summary: "Hard bounds on the ratio that widen as the token's probability falls.",
    explanation: """
      Bounding |ρ − 1|·π instead of |ρ − 1| gives each token a range that depends on how \
      probable it was: about √(ε/π) for rare ones. The upper bound lies exactly at the turnover \
      of a MASPO gate with α = ½ and σ_base = √ε. Of DCPO it is the clip alone, without the \
      smoothed advantage. Published settings: ε 0.16 and 0.20 in its README, 0.20 and 0.28 in \
      its scripts, c = 10; the paper's formula has neither the cap nor the dual clip. Watch: the \
      lower bound is 0.5 for every token with π_old ≤ 4ε_low.
      """,
    formula: "L = max(−A·ρ, −A·clip(ρ, lo, hi)),  lo, hi = (1 + √(1 ∓ 4ε/π_old))/2",
    source: "arXiv 2509.02333; lime-RL/DCPO@01787b0f")
}

extension ParameterSpecification {
  fileprivate static let massEpsilonLow = ParameterSpecification(
    name: "eps_low", symbol: "ε_low", summary: "The lower bound solves (1 − ρ)·ρ·π_old = ε_low.",
    minimum: 0, maximum: 100, steps: [0.01, 0.05, 0.1, 0.16, 0.2, 0.3])

  fileprivate static let massEpsilonHigh = ParameterSpecification(
    name: "eps_high", symbol: "ε_high",
    summary: "The upper bound solves (ρ − 1)·ρ·π_old = ε_high.",
    minimum: 0, maximum: 100, steps: [0.01, 0.05, 0.1, 0.2, 0.28, 0.5, 1])
}

extension DACObjective: HardClipObjective {
  var logRatioLimit: Double { .infinity }

  func clip(behaviorLogProbability: Double) -> HardClip {
    let probability = exp(behaviorLogProbability)
    let cap = dualClip.map { max($0, 10) } ?? .infinity
    guard probability > 0 else {
      return HardClip(
        lower: clipRangeEpsilonLow > 0 ? 0.5 : 1,
        upper: clipRangeEpsilonHigh > 0 ? cap : 1, dual: dualClip)
    }
    let below = 1 - 4 * clipRangeEpsilonLow / probability
    let above = 1 + 4 * clipRangeEpsilonHigh / probability
    return HardClip(
      lower: (1 + max(below, 0).squareRoot()) / 2,
      upper: min((1 + above.squareRoot()) / 2, cap), dual: dualClip)
  }
}
