/// Clip-Higher of Decoupled Clip and Dynamic Sampling Policy Optimization (DAPO),
/// arXiv 2503.14476: GRPO with a wider upper bound.
public struct ClipHigherObjective: PolicyObjective, Hashable {
  /// ε below and above 1.
  public private(set) var clipRangeEpsilonLow = 0.2
  public private(set) var clipRangeEpsilonHigh = 0.28
  /// c, where a negative advantage stops pushing; `nil` for none.
  public private(set) var dualClip: Double? = 10

  public init() {}

  public static let parameters: [ObjectiveParameter<ClipHigherObjective>] = [
    .init(.clipEpsilonLow, \.clipRangeEpsilonLow),
    .init(.clipEpsilonHigh, \.clipRangeEpsilonHigh),
    .init(.dualClip, \.dualClip),
  ]

  public static let info = ObjectiveInfo(
    name: "clip_higher", title: "Clip-Higher",
    summary: "GRPO's clip with more room above 1 than below.",
    explanation: """
      The symmetric clip holds improbable tokens back: from 0.01 they may rise to 0.012 only, \
      and entropy collapses. Clip-Higher widens the upper bound and leaves the lower one, so \
      that what is rare and right can grow. Of DAPO it is the clip alone: dynamic sampling and \
      the overlong penalty are no part of an objective. Published settings: ε 0.2 and 0.28; \
      dual clip 10 in verl's DAPO recipe, else none. Watch entropy against GRPO's.
      """,
    formula: "L = max(−A·ρ, −A·clip(ρ, 1−ε_low, 1+ε_high)), and at most −A·c for A < 0",
    source: "arXiv 2503.14476; verl@b178a3cd, recipe/dapo")
}

extension ClipHigherObjective: HardClipObjective {
  func clip(behaviorLogProbability: Double) -> HardClip {
    HardClip(
      lower: 1 - clipRangeEpsilonLow, upper: 1 + clipRangeEpsilonHigh, dual: dualClip)
  }
}
