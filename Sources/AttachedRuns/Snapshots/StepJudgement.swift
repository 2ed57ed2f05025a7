internal import PolicyObjectives
internal import TrainingTelemetry

#if canImport(Glibc)
  internal import Glibc
#endif

/// What an objective makes of the tokens of a step.
struct StepJudgement {
  let objective: any PolicyObjective
  let record: MinibatchRecord
  let context: BatchContext
  private let diagnostics: [String: Double]

  /// - Returns: `nil` where the objective needs what is not known of the tokens.
  init?(_ step: AttachedStep, by objective: any PolicyObjective) {
    guard let evaluated = EvaluatedTokens(step.tokens.batch, by: objective) else { return nil }
    self.init(step, by: objective, evaluated)
  }

  /// - Parameter evaluated: what the objective makes of the step's tokens.
  init(_ step: AttachedStep, by objective: any PolicyObjective, _ evaluated: EvaluatedTokens) {
    let evaluation = evaluated.evaluation
    self.objective = objective
    record = MinibatchRecord(
      evaluated.batch, evaluatedAs: evaluation, weights: step.tokens.weights,
      sensitivities: step.tokens.sensitivities.map(Double.init))
    context = evaluation.context
    diagnostics = evaluation.diagnostics
  }

  /// The trainer's scalars, and what follows from the tokens; nothing else.
  func metrics(of step: AttachedStep, at position: UpdatePosition) -> UpdateMetrics {
    let words = step.words
    let tokens = step.tokens
    let range = record.ratioRange
    func mean(_ value: (StepWords) -> Double?) -> Double? {
      let values = words.compactMap(value)
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    return UpdateMetrics(
      position: position, loss: step.figures.loss, learningRate: mean(\.learningRate),
      gradientNorm: mean(\.gradientNorm), clipFactor: nil, klMean: nil, kl99: nil,
      klMaximum: nil, klEstimate: klEstimate(tokens), entropy: step.figures.entropy,
      ratioMinimum: range?.minimum, ratioMaximum: range?.maximum, tokenCount: record.tokenCount,
      activeTokenCount: record.activeTokenCount,
      positive: record.signMetrics(sign: 1, gradientNorm: nil),
      negative: record.signMetrics(sign: -1, gradientNorm: nil), gradientCosine: nil,
      waterfall: record.waterfall, runawayTokenCount: record.runawayTokenCount,
      diagnostics: diagnostics, seconds: mean(\.seconds) ?? 0)
  }

  /// k3: the mean of ρ − 1 − ln ρ.
  private func klEstimate(_ tokens: StepTokens) -> Double? {
    guard tokens.tokenCount > 0 else { return nil }
    var sum = 0.0
    for difference in tokens.differences {
      let logRatio = Double(difference)
      sum += exp(logRatio) - 1 - logRatio
    }
    return sum / Double(tokens.tokenCount)
  }

  /// Σ w|A|ρ(1 − F)s of each answer, by its number; `nil` without a gate per token.
  func removed(_ tokens: StepTokens) -> [UInt64: Double]? {
    guard record.hasGates else { return nil }
    var removed: [UInt64: Double] = [:]
    for (sequence, range) in zip(tokens.sequences, tokens.ranges) {
      removed[sequence, default: 0] += range.reduce(0) { $0 + record.weightedRemoved($1) }
    }
    return removed
  }

  /// The record cut down to whole answers, evenly over the step.
  func kept(limit: Int) -> MinibatchRecord {
    guard record.tokenCount > limit else { return record }
    let ranges = TokenLayout(lengths: record.sequenceLengths).sequences
    let stride = (record.tokenCount + limit - 1) / limit
    let chosen = ranges.indices.filter { $0.isMultiple(of: stride) }
    func column(_ values: [Double]) -> [Double] {
      values.isEmpty ? [] : chosen.flatMap { values[ranges[$0]] }
    }
    return MinibatchRecord(
      behaviorLogProbabilities: column(record.behaviorLogProbabilities),
      logProbabilities: column(record.logProbabilities), advantages: column(record.advantages),
      weights: column(record.weights), ratios: column(record.ratios), gates: column(record.gates),
      gradient: column(record.gradient), sensitivities: column(record.sensitivities),
      entropies: column(record.entropies), sequenceLengths: chosen.map { ranges[$0].count })
  }
}
