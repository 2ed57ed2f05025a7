/// KL-Cov, arXiv 2505.22617: no clip, but a penalty on the log-ratio of the few tokens at which
/// advantage and log-probability vary together most.
///
/// L = −A·ρ, plus κ·|log π − log π_old| on the chosen tokens. The choice is a constant for the
/// derivative; among equal covariances the earlier token is taken. The log-ratio is not clamped.
public struct KLCovObjective: PolicyObjective, Hashable {
  /// Share of the tokens that are penalized, at least one.
  public private(set) var penalizedShare = 2e-4
  /// κ, the penalty per nat.
  public private(set) var penaltyCoefficient = 0.1

  public init() {}

  public static let parameters: [ObjectiveParameter<KLCovObjective>] = [
    .init(
      ParameterSpecification(
        name: "kl_cov_ratio", symbol: "k",
        summary: "Share of tokens that are penalized, at least one token.",
        minimum: 0, maximum: 1, steps: [2e-4, 1e-3, 2e-3, 0.01, 0.02, 0.1]),
      \.penalizedShare),
    .init(
      ParameterSpecification(
        name: "ppo_kl_coef", symbol: "κ", summary: "Penalty per nat of log-ratio.",
        minimum: 0, maximum: 1e6, steps: [0, 0.01, 0.1, 0.3, 1, 3]),
      \.penaltyCoefficient),
  ]

  public static let info = ObjectiveInfo(
    name: "kl_cov", title: "KL-Cov",
    summary: "No clip; the tokens that cost most entropy are tied to the old policy.",
    explanation: """
      Entropy falls fastest at the few tokens whose advantage and log-probability are both far \
      above their means. KL-Cov leaves every ratio alone and adds a penalty on the distance to \
      the old policy at those tokens only. Published settings: a share of 2e-4 and a \
      coefficient of 0.1 in verl's file (1 where none is given); minibatches here are small, so \
      the share amounts to the one token it takes at least. Watch: the penalty has no sign of \
      an advantage, so the two signs do not add up to the gradient.
      """,
    formula: "L = −A·ρ, + κ·|log ρ| on the tokens of largest (A−Ā)(log π−mean log π)",
    source: "arXiv 2505.22617; verl@b178a3cd, core_algos.py")

  public func evaluate(
    _ batch: TokenBatch, aggregation: LossAggregation
  ) -> ObjectiveEvaluation {
    let rule = PenaltyRule(
      isPenalized: penalizedTokens(of: batch), coefficient: penaltyCoefficient)
    var (evaluation, tally) = rule.evaluateTokens(of: batch, aggregation: aggregation)
    // With the penalty the gradient is not −A·ρ·F for any F of the token.
    evaluation.gates = nil
    evaluation.gradientFollowsSign = false
    evaluation.diagnostics = tally.diagnostics()
    evaluation.diagnostics[DiagnosticName.meanAbsoluteLogRatio] = tally.mean(
      of: tally.absoluteLogRatioSum)
    return evaluation
  }

  private func penalizedTokens(of batch: TokenBatch) -> [Bool] {
    let covariance = TokenCovariance(of: batch)
    let ranked = covariance.indices.indices.sorted {
      (covariance.values[$1], $0) < (covariance.values[$0], $1)
    }
    var isPenalized = [Bool](repeating: false, count: batch.tokenCount)
    for rank in ranked.prefix(covariance.count(ofShare: penalizedShare)) {
      isPenalized[covariance.indices[rank]] = true
    }
    return isPenalized
  }

  public func gate(
    atRatio ratio: Double, behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> Double? { nil }

  public func limits(
    behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> RatioLimits? { nil }
}

/// The unclipped loss, with the penalty on chosen tokens.
private struct PenaltyRule: TokenRule {
  /// `[B, T]`
  var isPenalized: [Bool]
  var coefficient: Double

  var logRatioLimit: Double { .infinity }

  @inline(__always)
  func term(of token: TokenInput) -> TokenTerm {
    var term = TokenTerm(loss: -token.advantage * token.ratio, gate: 1, of: token)
    if isPenalized[token.index] {
      term.loss += coefficient * abs(token.logRatio)
      // The derivative of |x| at 0 is taken as 0.
      if token.logRatio > 0 { term.gradient += coefficient }
      if token.logRatio < 0 { term.gradient -= coefficient }
    }
    return term
  }
}
