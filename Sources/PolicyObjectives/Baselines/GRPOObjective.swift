/// Group Relative Policy Optimization (GRPO), arXiv 2402.03300: PPO's hard clip on
/// group-normalized advantages, with the dual clip (arXiv 1912.09729) of common implementations.
public struct GRPOObjective: PolicyObjective, Hashable {
  /// ε below and above 1.
  public private(set) var clipRangeEpsilonLow = 0.2
  public private(set) var clipRangeEpsilonHigh = 0.2
  /// c, where a negative advantage stops pushing; `nil` for none.
  public private(set) var dualClip: Double? = 3

  public init() {}

  public static let parameters: [ObjectiveParameter<GRPOObjective>] = [
    .init(.clipEpsilonLow, \.clipRangeEpsilonLow),
    .init(.clipEpsilonHigh, \.clipRangeEpsilonHigh),
    .init(.dualClip, \.dualClip),
  ]

  public static let info = ObjectiveInfo(
    name: "grpo", title: "GRPO",
    summary: "PPO's hard clip of the ratio, on advantages normalized within a group.",
    explanation: """
      A token whose ratio has already moved past 1 ± ε the way its advantage pulls gets no \
      gradient at all. The bound is the same for every token, so an improbable token may move \
      far less probability than a probable one. The dual clip also drops a token of negative \
      advantage whose ratio exceeds c. Published settings: ε 0.2 and 0.2; c = 3 in verl and in \
      the MASPO code, none in TRL. Watch the share of clipped tokens.
      """,
    formula: "L = max(−A·ρ, −A·clip(ρ, 1−ε, 1+ε)), and at most −A·c for A < 0",
    source: "arXiv 2402.03300; verl@b178a3cd, core_algos.py; TRL@f2cd5771")
}

extension GRPOObjective: HardClipObjective {
  func clip(behaviorLogProbability: Double) -> HardClip {
    HardClip(
      lower: 1 - clipRangeEpsilonLow, upper: 1 + clipRangeEpsilonHigh, dual: dualClip)
  }
}
