import PolicyObjectives
import TrainingTelemetry

/// What every objective would have made of the last minibatch: the same tokens, ratios and
/// advantages, each objective at its own parameters.
///
/// Needs no forward pass. An objective that shapes advantages or weighs sequences otherwise does
/// so here too; the group's advantages are those that the objective in force was given.
public struct CounterfactualComparison: Sendable, Hashable {
  public struct Row: Sendable, Hashable {
    public var name: String
    public var title: String
    public var isInForce: Bool
    /// Σ w|A|Fρs / Σ w|A|ρs over the tokens of one sign: the share of the weighted push that is
    /// kept. `nil` without a gate per token, or without tokens of the sign.
    public var positiveKept: Double?
    public var negativeKept: Double?
    /// Tokens with A ≠ 0 whose coefficient is exactly 0.
    public var suppressedCount: Int
    /// Tokens with A ≠ 0 and F < 0.99; `nil` without a gate per token.
    public var attenuatedCount: Int?
    /// Cosine to MASPO's of s · d loss / d log π over the tokens; `nil` where either vanishes. The
    /// factor s is how far the token's push reaches into the logits: without it hundreds of
    /// near-certain tokens, which push nothing, would make every pair agree.
    public var cosine: Double?
  }

  /// In the order of the catalog.
  public var rows: [Row]
  /// Tokens with A ≠ 0, of how many.
  public var activeCount: Int
  public var tokenCount: Int

  /// - Parameters:
  ///   - detail: the last update; its objective is taken as it was.
  ///   - objective: another objective by name, at the parameters it is to have.
  /// - Returns: `nil` for an update without tokens.
  init?(of detail: UpdateDetail, objective: (String) -> (any PolicyObjective)?) {
    guard let minibatch = detail.minibatch else { return nil }
    let batch = minibatch.tokenBatch
    func find(_ name: String) -> (any PolicyObjective)? {
      name == detail.objective.name ? try? detail.objective.makeObjective() : objective(name)
    }
    let reference = find("maspo")?.evaluate(batch).gradient
    rows = ObjectiveCatalog.names.compactMap { name in
      // Without entropies none is made of an objective that computes with them.
      find(name).flatMap { batch.suffices(for: $0) ? $0 : nil }.map { objective in
        Row(
          objective, isInForce: name == detail.objective.name,
          evaluation: objective.evaluate(batch), advantages: batch.advantages,
          sensitivities: minibatch.sensitivities, reference: reference)
      }
    }
    activeCount = minibatch.activeTokenCount
    tokenCount = minibatch.tokenCount
  }

  /// `nil` before the first update.
  public init?(_ run: KnownRun) {
    guard let detail = run.snapshot.update else { return nil }
    self.init(of: detail, objective: run.objective(named:))
  }
}

extension CounterfactualComparison.Row {
  /// - Parameters:
  ///   - advantages: of the tokens; an objective's own shaping goes before.
  ///   - sensitivities: s of the tokens.
  ///   - reference: MASPO's coefficients.
  fileprivate init(
    _ objective: any PolicyObjective, isInForce: Bool, evaluation: ObjectiveEvaluation,
    advantages: [Double], sensitivities: [Double], reference: [Double]?
  ) {
    let advantages = evaluation.shapedAdvantages ?? advantages
    let active = advantages.indices.filter { advantages[$0] != 0 }
    func kept(sign: Double) -> Double? {
      guard let gates = evaluation.gates, let weights = evaluation.weights else { return nil }
      var kept = 0.0
      var offered = 0.0
      for token in advantages.indices where advantages[token] * sign > 0 {
        let push =
          weights[token] * abs(advantages[token]) * evaluation.ratios[token]
          * sensitivities[token]
        offered += push
        kept += push * gates[token]
      }
      return offered > 0 ? kept / offered : nil
    }
    self.init(
      name: type(of: objective).info.name, title: type(of: objective).info.title,
      isInForce: isInForce,
      positiveKept: kept(sign: 1), negativeKept: kept(sign: -1),
      suppressedCount: active.count { evaluation.gradient[$0] == 0 },
      attenuatedCount: evaluation.gates.map { gates in
        active.count { gates[$0] < MinibatchRecord.attenuationThreshold }
      },
      cosine: reference.flatMap {
        Self.cosine(evaluation.gradient, $0, weights: sensitivities)
      })
  }

  private static func cosine(
    _ left: [Double], _ right: [Double], weights: [Double]
  ) -> Double? {
    var product = 0.0
    var leftSquares = 0.0
    var rightSquares = 0.0
    for token in weights.indices {
      let square = weights[token] * weights[token]
      product += square * left[token] * right[token]
      leftSquares += square * left[token] * left[token]
      rightSquares += square * right[token] * right[token]
    }
    let norms = (leftSquares * rightSquares).squareRoot()
    return norms > 0 ? product / norms : nil
  }
}
