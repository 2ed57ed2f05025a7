#if canImport(Glibc)
  import Glibc
#endif

/// Soft Adaptive Policy Optimization (SAPO), arXiv 2511.20347: the ratio goes through a sigmoid
/// whose temperature depends on the sign of the advantage.
///
/// Nothing is detached: F = 4p(1 − p) is the derivative of the loss, and acts on both sides of 1.
public struct SAPOObjective: PolicyObjective, Hashable {
  /// τ for A > 0, and for all other tokens.
  public private(set) var positiveTemperature = 1.0
  public private(set) var negativeTemperature = 1.05

  public init() {}

  public var aggregation: LossAggregation { .sequenceMeanTokenMean }

  public static let parameters: [ObjectiveParameter<SAPOObjective>] = [
    .init(
      ParameterSpecification(
        name: "tau_pos", symbol: "τ₊", summary: "Steepness of the gate for A > 0.",
        minimum: 0, maximum: 1e6, excludesMinimum: true, steps: [0.2, 0.5, 1, 2, 5, 10, 20]),
      \.positiveTemperature),
    .init(
      ParameterSpecification(
        name: "tau_neg", symbol: "τ₋", summary: "Steepness of the gate for A ≤ 0.",
        minimum: 0, maximum: 1e6, excludesMinimum: true,
        steps: [0.2, 0.5, 1, 1.05, 2, 5, 10, 20]),
      \.negativeTemperature),
  ]

  public static let info = ObjectiveInfo(
    name: "sapo", title: "SAPO",
    summary: "A soft gate on both sides of ratio 1, steeper for negative advantages.",
    explanation: """
      The loss follows a sigmoid of the ratio, so its slope fades smoothly as the ratio leaves \
      1 in either direction; the same width holds for every token, probable or not. Unlike \
      MASPO's, the gate is the true derivative of the loss. Published settings: τ 1 and 1.05, \
      with the mean over tokens of each sequence and then over sequences. At the same curvature \
      it is a Gaussian of σ = √2/τ. Watch: at τ = 1 half of the gate lies at ratio 2.76, out of \
      reach for tokens with π_old above 0.36.
      """,
    formula: "L = −A·(4/τ)·sigmoid(τ(ρ−1)),  F = sech²(τ(ρ−1)/2)",
    source: "arXiv 2511.20347; verl@b178a3cd, core_algos.py; TRL@f2cd5771")

  @inline(__always)
  private func temperature(advantage: Double) -> Double {
    advantage > 0 ? positiveTemperature : negativeTemperature
  }

  /// F, written so that it does not cancel where the sigmoid saturates.
  @inline(__always)
  private func gate(ratio: Double, temperature: Double) -> Double {
    let decay = exp(-abs(temperature * (ratio - 1)))
    return 4 * decay / ((1 + decay) * (1 + decay))
  }

  public func evaluate(
    _ batch: TokenBatch, aggregation: LossAggregation
  ) -> ObjectiveEvaluation {
    var (evaluation, tally) = evaluateTokens(of: batch, aggregation: aggregation)
    evaluation.diagnostics = tally.diagnostics()
    return evaluation
  }

  public func gate(
    atRatio ratio: Double, behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> Double? {
    gate(ratio: ratio, temperature: temperature(advantage: advantage))
  }

  public func limits(
    behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> RatioLimits? {
    guard advantage != 0 else { return nil }
    let temperature = temperature(advantage: advantage)
    // F = x at τ|ρ − 1| = 2 arcosh(x^(−1/2)).
    let oneSigma = 2 * acosh(exp(0.25)) / temperature
    let halfGate = 2 * acosh(2.0.squareRoot()) / temperature
    var limits = RatioLimits()
    limits.oneSigmaUpper = 1 + oneSigma
    limits.halfGateUpper = 1 + halfGate
    if oneSigma < 1 { limits.oneSigmaLower = 1 - oneSigma }
    if halfGate < 1 { limits.halfGateLower = 1 - halfGate }
    limits.turnover = Self.turnover(temperature: temperature)
    let farthest = advantage > 0 ? 1 / behaviorProbability : 0
    limits.reach = 1 - gate(ratio: farthest, temperature: temperature)
    return limits
  }

  /// The ratio at which ρF is largest: the root above 1 of τρ·tanh(τ(ρ − 1)/2) = 1, by bisection
  /// of an increasing function.
  private static func turnover(temperature: Double) -> Double {
    func excess(_ ratio: Double) -> Double {
      temperature * ratio * tanh(temperature * (ratio - 1) / 2) - 1
    }
    var low = 1.0
    var high = 2.0
    while excess(high) < 0 { high *= 2 }
    for _ in 0..<64 {
      let middle = (low + high) / 2
      if excess(middle) < 0 { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}

extension SAPOObjective: TokenwiseObjective, TokenRule {
  @inline(__always)
  func term(of token: TokenInput) -> TokenTerm {
    let temperature = temperature(advantage: token.advantage)
    let sigmoid = 1 / (1 + exp(-temperature * (token.ratio - 1)))
    return TokenTerm(
      loss: -token.advantage * (4 / temperature) * sigmoid,
      gate: gate(ratio: token.ratio, temperature: temperature), of: token)
  }
}
