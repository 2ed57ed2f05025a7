#if canImport(Glibc)
  import Glibc
#endif

/// Geometric-Mean Policy Optimization (GMPO), arXiv 2507.20673: token log-ratios are clipped and
/// then averaged, so one outlying token cannot dominate its sequence.
///
/// With k the clipped log-ratios of a row and n its unmasked tokens, r = exp(Σk/(n + 1e-8)) and
/// Ā = ΣA/(n + 1e-8), the loss is the mean of −Ā·r over **all** rows, empty ones included. There
/// is no loss per token, so any aggregation asked for is ignored.
public struct GMPOObjective: PolicyObjective, Hashable {
  /// ε below and above 0, of the log-ratio.
  public private(set) var logClipEpsilonLow = 0.4
  public private(set) var logClipEpsilonHigh = 0.4

  public init() {}

  /// What the sequence mean amounts to where all rows have tokens.
  public var aggregation: LossAggregation { .sequenceMeanTokenMean }

  public static let parameters: [ObjectiveParameter<GMPOObjective>] = [
    .init(
      ParameterSpecification(
        name: "eps_low", symbol: "ε_low",
        summary: "A log-ratio below −ε_low is clipped where A < 0.",
        minimum: 0, maximum: 100, steps: [0.05, 0.1, 0.2, 0.4, 0.8, 1.6]),
      \.logClipEpsilonLow),
    .init(
      ParameterSpecification(
        name: "eps_high", symbol: "ε_high",
        summary: "A log-ratio above ε_high is clipped where A > 0.",
        minimum: 0, maximum: 100, steps: [0.05, 0.1, 0.2, 0.4, 0.8, 1.6]),
      \.logClipEpsilonHigh),
  ]

  public static let info = ObjectiveInfo(
    name: "gmpo", title: "GMPO",
    summary: "Token log-ratios are clipped and averaged into one ratio per answer.",
    explanation: """
      The arithmetic mean of ratios is at the mercy of its largest. GMPO takes the geometric \
      mean, after clipping each token's log-ratio the way its advantage pulls, which allows \
      wide bounds: ε 0.4 and 0.4 in log space, that is ratios of 0.67 to 1.49. All tokens of an \
      answer that are not clipped get the same push. There is no loss and no gate per token. \
      Watch: the mean is over all rows of a minibatch, empty ones included.
      """,
    formula: "L = −Ā·exp(mean_t clip(log ρ_t, −ε_low, ε_high)), one-sided by the sign of A",
    source: "arXiv 2507.20673; verl@b178a3cd, core_algos.py")

  public func evaluate(
    _ batch: TokenBatch, aggregation: LossAggregation
  ) -> ObjectiveEvaluation {
    var evaluation = ObjectiveEvaluation(
      loss: 0, gradient: [Double](repeating: 0, count: batch.tokenCount),
      ratios: [Double](repeating: 0, count: batch.tokenCount), sequenceRatios: [])
    var counts = RowCounts()
    for places in batch.layout.sequences {
      accumulate(places, of: batch, into: &evaluation, &counts)
    }
    evaluation.diagnostics = counts.outside.diagnostics(
      clipped: DiagnosticName.outsideShare, dualClipped: DiagnosticName.lowerOutsideShare)
    evaluation.diagnostics[DiagnosticName.clippedShare] = counts.outside.mean(of: counts.clipped)
    return evaluation
  }

  /// Tokens counted over the rows.
  private struct RowCounts {
    /// Tokens outside the range on either side, by the sign of A.
    var outside = TokenTally()
    /// Tokens whose log-ratio was replaced.
    var clipped = 0.0
  }

  /// One row: its ratio and mean advantage first, then the gradient of its tokens.
  private func accumulate(
    _ places: Range<Int>, of batch: TokenBatch, into evaluation: inout ObjectiveEvaluation,
    _ counts: inout RowCounts
  ) {
    var count = 1e-8
    var clippedSum = 0.0
    var advantageSum = 0.0
    for index in places where batch.layout.isUnmasked(index) {
      let advantage = batch.advantages[index]
      let logRatio = batch.logProbabilities[index] - batch.behaviorLogProbabilities[index]
      let bound = bound(logRatio, advantage: advantage)
      count += 1
      // A token of A = 0 counts as an unchanged one; the product keeps a NaN visible.
      clippedSum += bound ?? (advantage == 0 ? 0 * logRatio : logRatio)
      advantageSum += advantage
      evaluation.ratios[index] = exp(logRatio)
      // Marks the tokens that the gradient passes.
      evaluation.gradient[index] = bound == nil && advantage != 0 ? 1 : 0
      if bound != nil { counts.clipped += 1 }
      counts.outside.add(
        logRatio: logRatio, outsideEvent(logRatio: logRatio, advantage: advantage))
    }
    let ratio = exp(clippedSum / count)
    let rowLoss = -(advantageSum / count) * ratio / Double(batch.sequenceCount)
    evaluation.loss += rowLoss
    evaluation.sequenceRatios?.append(ratio)
    for index in places where batch.layout.isUnmasked(index) && evaluation.gradient[index] != 0 {
      evaluation.gradient[index] = rowLoss / count
    }
  }

  /// The bound that replaces a token's log-ratio; `nil` where it stays.
  private func bound(_ logRatio: Double, advantage: Double) -> Double? {
    if advantage > 0, logRatio > logClipEpsilonHigh { return logClipEpsilonHigh }
    if advantage < 0, logRatio < -logClipEpsilonLow { return -logClipEpsilonLow }
    return nil
  }

  private func outsideEvent(logRatio: Double, advantage: Double) -> TokenEvent {
    guard logRatio > logClipEpsilonHigh || logRatio < -logClipEpsilonLow else { return .none }
    return advantage > 0 ? .clipped : advantage < 0 ? .dualClipped : .none
  }

  public func gate(
    atRatio ratio: Double, behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> Double? { nil }

  /// The token-wise bounds; beyond them the token itself gets no gradient, though the row does.
  public func limits(
    behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> RatioLimits? {
    HardClip(lower: exp(-logClipEpsilonLow), upper: exp(logClipEpsilonHigh), dual: nil)
      .limits(behaviorProbability: behaviorProbability, advantage: advantage)
  }
}
