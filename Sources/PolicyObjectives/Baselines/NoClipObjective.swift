/// The plain importance-weighted policy gradient, without any trust region: the null hypothesis
/// of every comparison.
///
/// The log-ratio is clamped to ±20 as everywhere, so that the loss stays finite.
public struct NoClipObjective: PolicyObjective, Hashable {
  public init() {}

  public static let parameters: [ObjectiveParameter<NoClipObjective>] = []

  public static let info = ObjectiveInfo(
    name: "no_clip", title: "No clip",
    summary: "The plain importance-weighted gradient, with nothing to hold it.",
    explanation: """
      Every token pushes with its full ratio, whatever it has become. Unbiased on paper, and \
      what all the other objectives are there to tame: whoever claims a benefit of a clip or a \
      gate should show it against this. It has no parameters. Watch the largest ratio and the \
      gradient norm.
      """,
    formula: "L = −A·ρ",
    source: "importance sampling; the surrogate of arXiv 1502.05477 without its constraint")

  public func evaluate(
    _ batch: TokenBatch, aggregation: LossAggregation
  ) -> ObjectiveEvaluation {
    var (evaluation, tally) = evaluateTokens(of: batch, aggregation: aggregation)
    evaluation.diagnostics = tally.diagnostics()
    return evaluation
  }

  public func gate(
    atRatio ratio: Double, behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> Double? { 1 }

  public func limits(
    behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> RatioLimits? { nil }
}

extension NoClipObjective: TokenwiseObjective, TokenRule {
  @inline(__always)
  func term(of token: TokenInput) -> TokenTerm {
    TokenTerm(loss: -token.advantage * token.ratio, gate: 1, of: token)
  }
}
