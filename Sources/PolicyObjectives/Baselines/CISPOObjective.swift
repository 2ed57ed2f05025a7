#if canImport(Glibc)
  import Glibc
#endif

/// Clipped Importance Sampling Policy Optimization (CISPO), MiniMax-M1, arXiv 2506.13585: the
/// importance weight is clipped and detached, and no token loses its gradient.
///
/// L = −A·sg[w]·log π with w = clamp(ρ, 1 − ε_low, 1 + ε_high). The gradient does not pass
/// through ρ, so the log-ratio clamp does not stop it.
public struct CISPOObjective: PolicyObjective, Hashable {
  /// The weight is at least 1 − ε_low; 1 or more means no lower bound.
  public private(set) var weightEpsilonLow = 10.0
  /// The weight is at most 1 + ε_high.
  public private(set) var weightEpsilonHigh = 0.2

  public init() {}

  public static let parameters: [ObjectiveParameter<CISPOObjective>] = [
    .init(
      ParameterSpecification(
        name: "eps_low", symbol: "ε_low",
        summary: "The weight is at least 1 − ε_low; from 1 on there is no lower bound.",
        minimum: 0, maximum: 1e9, steps: [0.1, 0.2, 0.5, 1, 10]),
      \.weightEpsilonLow),
    .init(
      ParameterSpecification(
        name: "eps_high", symbol: "ε_high", summary: "The weight is at most 1 + ε_high.",
        minimum: 0, maximum: 1e9, steps: [0.1, 0.2, 0.28, 0.5, 1, 2, 4]),
      \.weightEpsilonHigh),
  ]

  public static let info = ObjectiveInfo(
    name: "cispo", title: "CISPO",
    summary: "The importance weight is clipped, the gradient of log π never.",
    explanation: """
      A hard clip throws away the tokens that change most, often the rare words at which \
      reasoning turns. CISPO keeps every token and bounds only the weight with which it counts, \
      a constant for the derivative. It does not look at the sign of the advantage. Published \
      settings: ε_low 10 (no lower bound) and ε_high 0.2 in verl's example; TRL's epsilon_high \
      is the cap itself, 5, that is ε_high = 4, without lower bound. Watch: a bound on the \
      weight is no bound on the ratio, which can keep growing.
      """,
    formula: "L = −A·sg[clamp(ρ, 1−ε_low, 1+ε_high)]·log π",
    source: "arXiv 2506.13585; verl@b178a3cd, core_algos.py; TRL@f2cd5771")

  /// w.
  @inline(__always)
  private func weight(ratio: Double) -> Double {
    if ratio > 1 + weightEpsilonHigh { return 1 + weightEpsilonHigh }
    if ratio < 1 - weightEpsilonLow { return 1 - weightEpsilonLow }
    return ratio
  }

  public func evaluate(
    _ batch: TokenBatch, aggregation: LossAggregation
  ) -> ObjectiveEvaluation {
    var (evaluation, tally) = evaluateTokens(of: batch, aggregation: aggregation)
    evaluation.diagnostics = tally.diagnostics(clipped: DiagnosticName.clippedShare)
    return evaluation
  }

  public func gate(
    atRatio ratio: Double, behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> Double? {
    weight(ratio: ratio) / ratio
  }

  /// The gate falls as cap/ρ above the cap; from there on ρF is constant, so the turnover is the
  /// cap itself. Below 1 nothing is held back: a lower bound raises the weight.
  public func limits(
    behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> RatioLimits? {
    guard advantage != 0 else { return nil }
    let cap = 1 + weightEpsilonHigh
    var limits = RatioLimits()
    limits.oneSigmaUpper = cap * exp(0.5)
    limits.halfGateUpper = cap * 2
    limits.turnover = cap
    limits.reach = max(0, 1 - cap * behaviorProbability)
    return limits
  }
}

extension CISPOObjective: TokenwiseObjective, TokenRule {
  var gradientNeedsUnclampedRatio: Bool { false }

  @inline(__always)
  func term(of token: TokenInput) -> TokenTerm {
    let weight = weight(ratio: token.ratio)
    return TokenTerm(
      loss: -token.advantage * weight * token.logProbability,
      gradient: -token.advantage * weight, gate: weight / token.ratio,
      event: weight == token.ratio ? .none : .clipped)
  }
}
