/// GRPO done right (Dr.GRPO), arXiv 2503.20783: GRPO without the two normalizations that bias it,
/// by the group's deviation and by the answer's length.
public struct DrGRPOObjective: PolicyObjective, Hashable {
  /// ε below and above 1.
  public private(set) var clipRangeEpsilonLow = 0.2
  public private(set) var clipRangeEpsilonHigh = 0.2
  /// c, where a negative advantage stops pushing; `nil` for none.
  public private(set) var dualClip: Double?

  public init() {}

  public var aggregation: LossAggregation { .sequenceMeanTokenSumNorm }
  public var groupAdvantage: GroupAdvantage { GroupAdvantage(dividesByDeviation: false) }

  public static let parameters: [ObjectiveParameter<DrGRPOObjective>] = [
    .init(.clipEpsilonLow, \.clipRangeEpsilonLow),
    .init(.clipEpsilonHigh, \.clipRangeEpsilonHigh),
    .init(.dualClip, \.dualClip),
  ]

  public static let info = ObjectiveInfo(
    name: "dr_grpo", title: "Dr.GRPO",
    summary: "GRPO without division by the group's deviation and by the answer's length.",
    explanation: """
      Dividing by the deviation makes very easy and very hard prompts count more, and dividing \
      by the length makes long wrong answers cheap. Dr.GRPO drops both: the advantage is the \
      reward minus the group's mean, and the token losses are summed and divided by a constant, \
      here the row width. The clip is GRPO's (ε 0.2 and 0.2), without dual clip. TRL divides by \
      the number of rows as well. Watch: the gradient grows with the number of answers in a \
      minibatch, so learning rate and gradient clipping mean something else than for GRPO.
      """,
    formula: "L = max(−A·ρ, −A·clip(ρ, 1−ε, 1+ε)),  A = R − mean R",
    source: "arXiv 2503.20783; verl@b178a3cd, core_algos.py; TRL@f2cd5771")
}

extension DrGRPOObjective: HardClipObjective {
  func clip(behaviorLogProbability: Double) -> HardClip {
    HardClip(
      lower: 1 - clipRangeEpsilonLow, upper: 1 + clipRangeEpsilonHigh, dual: dualClip)
  }
}
