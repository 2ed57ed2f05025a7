import PolicyObjectives

// The kinds that run an objective over tokens.

extension EvaluationCase {
  /// Kind `token`: each token by itself, before any aggregation. Lists of N.
  func tokenOutputs() throws(CaseError) -> [String: JSONValue] {
    let objective = try configuredObjective()
    let type = Swift.type(of: objective)
    guard objective is any TokenwiseObjective else {
      throw CaseError("a token of \(type.info.name) depends on its batch; ask for kind 'batch'")
    }
    let lists = try lists(
      ["old_logp", "logp", "advantage"] + (type.usesEntropy ? ["entropy"] : []))
    // A single row under this aggregation has weight 1.
    let evaluation = objective.evaluate(
      TokenBatch(
        layout: TokenLayout(lengths: [lists[0].count]), behaviorLogProbabilities: lists[0],
        logProbabilities: lists[1], advantages: lists[2],
        entropies: type.usesEntropy ? lists[3] : nil),
      aggregation: .sequenceMeanTokenSum)
    var outputs: [String: JSONValue] = [
      "ratio": .numbers(evaluation.ratios), "grad": .numbers(evaluation.gradient),
    ]
    outputs["loss"] = evaluation.tokenLosses.map { .numbers($0) }
    outputs["gate"] = evaluation.gates.map { .numbers($0) }
    outputs["shaped_advantage"] = evaluation.shapedAdvantages.map { .numbers($0) }
    outputs.merge(
      Self.widths(of: objective, behaviorLogProbabilities: lists[0], advantages: lists[2])
    ) {
      $1
    }
    return outputs
  }

  /// σ of MASPO and the bounds of DAC, token by token.
  private static func widths(
    of objective: any PolicyObjective, behaviorLogProbabilities: [Double], advantages: [Double]
  ) -> [String: JSONValue] {
    switch objective {
    case let maspo as MASPOObjective:
      let tokens = Array(zip(behaviorLogProbabilities, advantages))
      return [
        "sigma_pos": .numbers(
          tokens.map { maspo.positiveSigma(behaviorLogProbability: $0, advantage: $1) }),
        "sigma_neg": .numbers(
          tokens.map { maspo.negativeSigma(behaviorLogProbability: $0, advantage: $1) }),
      ]
    case let clipping as any RatioClipping:
      let ranges = behaviorLogProbabilities.map { clipping.clipRange(behaviorLogProbability: $0) }
      return [
        "lower": .numbers(ranges.map(\.lower)), "upper": .numbers(ranges.map(\.upper)),
      ]
    default: return [:]
    }
  }

  /// Kind `batch`: loss and gradient of a whole minibatch. Matrices of `[B, T]`.
  func batchOutputs() throws(CaseError) -> [String: JSONValue] {
    let objective = try configuredObjective(besides: ["agg"])
    let type = Swift.type(of: objective)
    let aggregation = try batchAggregation(of: objective)
    let (values, rows, width) = try matrices(
      ["old_logp", "logp", "advantage", "mask"] + (type.usesEntropy ? ["entropy"] : []))
    let evaluation = objective.evaluate(
      TokenBatch(
        layout: TokenLayout(
          lengths: [Int](repeating: width, count: rows), mask: try Self.mask(values[3])),
        behaviorLogProbabilities: values[0], logProbabilities: values[1], advantages: values[2],
        entropies: type.usesEntropy ? values[4] : nil),
      aggregation: aggregation)
    var outputs = Self.referenceMetrics(of: type.info.name, evaluation.diagnostics)
      .mapValues(JSONValue.number)
    outputs["loss"] = .number(evaluation.loss)
    outputs["grad"] = Self.matrix(evaluation.gradient, rows: rows, width: width)
    outputs["token_loss"] = evaluation.tokenLosses.map {
      Self.matrix($0, rows: rows, width: width)
    }
    return outputs
  }

  /// The aggregation under `agg`, or the objective's own. An objective without token losses has
  /// nothing to aggregate, for which the word is `none`.
  private func batchAggregation(
    of objective: any PolicyObjective
  ) throws(CaseError) -> LossAggregation {
    if objective is GMPOObjective {
      guard let word = parameters["agg"] else { return objective.aggregation }
      guard word == .string("none") else { throw CaseError("agg of gmpo must be 'none'") }
      return objective.aggregation
    }
    return try wordParameter("agg", as: LossAggregation.self) ?? objective.aggregation
  }

  static func matrix(_ values: [Double], rows: Int, width: Int) -> JSONValue {
    .array((0..<rows).map { .numbers(values[$0 * width..<($0 + 1) * width]) })
  }

  /// The diagnostics under the names and with the placeholders of the reference code, which calls
  /// different things by one name and reports a zero for what it does not have.
  private static func referenceMetrics(
    of name: String, _ diagnostics: [String: Double]
  ) -> [String: Double] {
    var metrics = diagnostics
    switch name {
    case MASPOObjective.info.name:
      metrics["clip_frac"] = diagnostics[DiagnosticName.wouldBeClippedShare]
      metrics["clip_frac_lower"] = diagnostics[DiagnosticName.wouldBeDualClippedShare]
    case SAPOObjective.info.name:
      metrics["clip_frac"] = 0
      metrics["clip_frac_lower"] = 0
    case CISPOObjective.info.name, GSPOObjective.info.name:
      metrics["clip_frac_lower"] = 0
    case GMPOObjective.info.name:
      metrics["clip_frac"] = diagnostics[DiagnosticName.outsideShare]
      metrics["clip_frac_lower"] = diagnostics[DiagnosticName.lowerOutsideShare]
    case KLCovObjective.info.name:
      metrics["approx_kl"] = diagnostics[DiagnosticName.meanAbsoluteLogRatio]
    case ClipCovObjective.info.name:
      metrics["clip_frac"] = diagnostics[DiagnosticName.droppedShare]
    default: break
    }
    return metrics
  }
}
