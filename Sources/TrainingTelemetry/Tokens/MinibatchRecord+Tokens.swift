public import PolicyObjectives

#if canImport(Glibc)
  import Glibc
#endif

extension MinibatchRecord {
  /// A token with what the objective says of it.
  ///
  /// - Parameters:
  ///   - token: its place in the record.
  ///   - symbol: what it prints.
  ///   - objective: the one that the record was evaluated by.
  ///   - after: log π of it after the update; `nil` where that is not known.
  public func tokenRecord(
    _ token: Int, symbol: String, objective: any PolicyObjective, after: Double?
  ) -> TokenRecord {
    let advantage = advantages[token]
    let behavior = behaviorLogProbabilities[token]
    let probability = exp(behavior)
    let push = abs(gradient[token])
    let move = after.map { ($0 - logProbabilities[token]) * (advantage > 0 ? 1 : -1) }
    let reference = GRPOObjective().gate(
      atRatio: ratios[token], behaviorProbability: probability, advantage: advantage,
      context: BatchContext())
    return TokenRecord(
      symbol: symbol, behaviorLogProbability: behavior,
      logProbability: logProbabilities[token], advantage: advantage, ratio: ratios[token],
      width: objective.gateWidth(behaviorProbability: probability, advantage: advantage),
      gate: hasGates ? gates[token] : nil, push: push, weightedPush: push * sensitivities[token],
      weightedRemoved: hasGates ? weightedRemoved(token) : nil,
      sensitivity: sensitivities[token], entropy: entropies.isEmpty ? nil : entropies[token],
      realisedMove: advantage == 0 ? nil : move, isClippedByGRPO: reference == 0)
  }

  /// Tokens with what an objective makes of them.
  ///
  /// - Parameters:
  ///   - batch: the tokens; A is taken as the objective shapes it.
  ///   - weights: w of each token, where its trainer says so; `nil` takes the objective's own, over
  ///     the batch as a whole.
  ///   - sensitivities: s of each.
  public init(
    _ batch: TokenBatch, evaluatedAs evaluation: ObjectiveEvaluation, weights: [Double]? = nil,
    sensitivities: [Double]
  ) {
    self.init(
      behaviorLogProbabilities: batch.behaviorLogProbabilities,
      logProbabilities: batch.logProbabilities,
      advantages: evaluation.shapedAdvantages ?? batch.advantages,
      weights: evaluation.weights ?? [], ratios: evaluation.ratios,
      gates: evaluation.weights == nil ? [] : evaluation.gates ?? [],
      gradient: evaluation.gradient, sensitivities: sensitivities,
      entropies: batch.entropies ?? [], sequenceLengths: batch.layout.lengths)
    if let weights { weigh(by: weights) }
  }

  /// Puts other weights in the place of those that the tokens have.
  mutating func weigh(by other: [Double]) {
    for token in weights.indices where weights[token] != other[token] && weights[token] > 0 {
      gradient[token] *= other[token] / weights[token]
      weights[token] = other[token]
    }
  }

  /// The same tokens, with the weights that they have, and another objective's ratios, gates and
  /// gradient; `nil` where it has no gate per token or needs what is not known of them.
  public func reevaluated(by objective: any PolicyObjective) -> MinibatchRecord? {
    let batch = tokenBatch
    guard batch.suffices(for: objective) else { return nil }
    let evaluation = objective.evaluate(batch)
    guard let gates = evaluation.gates, let own = evaluation.weights,
      evaluation.shapedAdvantages == nil
    else { return nil }
    var changed = self
    changed.ratios = evaluation.ratios
    changed.gates = gates
    changed.gradient = evaluation.gradient
    changed.weights = own
    if !weights.isEmpty { changed.weigh(by: weights) }
    return changed
  }
}
