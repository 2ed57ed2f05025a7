#if canImport(Glibc)
  import Glibc
#endif

/// Group Sequence Policy Optimization (GSPO), arXiv 2507.18071: the hard clip acts on the
/// geometric mean of a sequence's ratios.
///
/// s = exp(min(mean(log π − log π_old), 10)) over the unmasked tokens is the value of every
/// token's ratio; the gradient flows through the token's own log π only (the token form of verl,
/// which equals the paper's sequence form after aggregation). No dual clip.
public struct GSPOObjective: PolicyObjective, Hashable {
  /// ε below and above 1, of the sequence's ratio.
  public private(set) var clipRangeEpsilonLow = 3e-4
  public private(set) var clipRangeEpsilonHigh = 4e-4

  public init() {}

  public var aggregation: LossAggregation { .sequenceMeanTokenMean }

  public static let parameters: [ObjectiveParameter<GSPOObjective>] = [
    .init(
      ParameterSpecification(
        name: "eps_low", symbol: "ε_low",
        summary: "The sequence ratio's lower bound is 1 − ε_low.",
        minimum: 0, maximum: 100, steps: [1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.2]),
      \.clipRangeEpsilonLow),
    .init(
      ParameterSpecification(
        name: "eps_high", symbol: "ε_high",
        summary: "The sequence ratio's upper bound is 1 + ε_high.",
        minimum: 0, maximum: 100, steps: [1e-4, 4e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.2]),
      \.clipRangeEpsilonHigh),
  ]

  public static let info = ObjectiveInfo(
    name: "gspo", title: "GSPO",
    summary: "The clip acts on the geometric mean ratio of the whole answer.",
    explanation: """
      The reward belongs to the answer, so GSPO weighs and clips answers, not tokens: all tokens \
      of an answer share the geometric mean of their ratios, and are kept or dropped together. \
      That mean stays very close to 1, hence the small published bounds, ε 3e-4 and 4e-4. \
      There is no gate per token and no dual clip. Watch: on short answers the mean moves more, \
      and these bounds drop most answers after the first update.
      """,
    formula: "L = max(−A·s, −A·clip(s, 1−ε_low, 1+ε_high)),  s = exp(mean_t log ρ_t)",
    source: "arXiv 2507.18071; verl@b178a3cd, core_algos.py")

  public func evaluate(
    _ batch: TokenBatch, aggregation: LossAggregation
  ) -> ObjectiveEvaluation {
    let clip = HardClip(
      lower: 1 - clipRangeEpsilonLow, upper: 1 + clipRangeEpsilonHigh, dual: nil)
    let rule = SequenceClipRule(clip: clip, meanLogRatios: batch.meanLogRatios())
    var (evaluation, tally) = rule.evaluateTokens(of: batch, aggregation: aggregation)
    evaluation.gates = nil
    evaluation.sequenceRatios = rule.meanLogRatios.map { exp(min($0, rule.meanLimit)) }
    evaluation.diagnostics = tally.diagnostics(clipped: DiagnosticName.clippedShare)
    return evaluation
  }

  public func gate(
    atRatio ratio: Double, behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> Double? { nil }

  public func limits(
    behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> RatioLimits? { nil }
}

/// The hard clip of a token by the mean log-ratio of its row.
private struct SequenceClipRule: TokenRule {
  var clip: HardClip
  /// `[B]`
  var meanLogRatios: [Double]

  /// The mean log-ratio is clamped above only; beyond, no gradient passes.
  let meanLimit = 10.0

  var logRatioLimit: Double { .infinity }

  @inline(__always)
  func term(of token: TokenInput) -> TokenTerm {
    let mean = meanLogRatios[token.row]
    var sequence = token
    sequence.ratio = exp(mean > meanLimit ? meanLimit : mean)
    var term = clip.term(of: sequence)
    if mean > meanLimit { term.gradient = 0 }
    return term
  }
}

extension TokenBatch {
  /// Mean of log π − log π_old over the unmasked tokens of each sequence, 0 for an empty one. `[B]`
  fileprivate func meanLogRatios() -> [Double] {
    layout.sequences.map { places in
      var sum = 0.0
      var count = 0.0
      for index in places where layout.isUnmasked(index) {
        sum += logProbabilities[index] - behaviorLogProbabilities[index]
        count += 1
      }
      return sum / max(count, 1)
    }
  }
}
