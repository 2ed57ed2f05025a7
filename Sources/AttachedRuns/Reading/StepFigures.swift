internal import PolicyObjectives

#if canImport(Glibc)
  internal import Glibc
#endif

/// What is said of one optimizer step in a line. What is not known is `nil` and left out.
///
/// Entropy and clip shares are means over the tokens of a micro-batch over all ranks, then over the
/// step's micro-batches, as TRL averages them; with one micro-batch they are means over the tokens.
public struct StepFigures: Sendable, Hashable, Encodable {
  public struct Gap: Sendable, Hashable, Encodable {
    public var mean: Double
    public var largest: Double
  }

  public var step: Int
  /// Tokens that enter the loss, and the answers that have any.
  public var tokens: Int
  public var sequences: Int
  /// The trainer's own.
  public var loss: Double?
  public var entropy: Double?
  /// Of tokens with A ≠ 0.
  public var ratioMin: Double?
  public var ratioMax: Double?
  /// Shares of tokens beyond the declared hard bounds: below with A < 0, above with A > 0.
  public var clipLow: Double?
  public var clipHigh: Double?
  /// Share of the weighted push that the gate of the objective in force took, and that MASPO's
  /// would have.
  public var removedShare: Double?
  public var maspoRemovedShare: Double?
  /// Of the groups that the step's answers belong to: those whose rewards are all equal.
  public var equalGroups: Int?
  /// Answers of the step's rollouts that were cut off at the longest length.
  public var truncated: Int?
  /// Mean over the answers of the step's rollouts.
  public var reward: Double?
  /// |ln π of the sampler − ln π_old| over tokens.
  public var samplerGap: Gap?
  /// Frames that the probe dropped so far.
  public var dropped: Int?
  /// Tokens left aside because a number of theirs is not finite.
  public var nonfinite: Int?
}

extension StepFigures {
  init(
    step: Int, _ tokens: StepTokens, objective: (any PolicyObjective)?, maspo: MASPOObjective
  ) {
    self.step = step
    self.tokens = tokens.tokenCount
    sequences = tokens.sequences.count
    nonfinite = tokens.nonfiniteCount > 0 ? tokens.nonfiniteCount : nil
    if !tokens.entropies.isEmpty {
      entropy = tokens.microMean { tokens.entropies[$0] }
    }
    if !tokens.samplerGaps.isEmpty {
      samplerGap = Gap(
        mean: tokens.samplerGaps.reduce(0) { $0 + abs($1) } / Double(tokens.samplerGaps.count),
        largest: tokens.samplerGaps.reduce(0) { max($0, abs($1)) })
    }
    guard tokens.tokenCount > 0 else { return }
    let ratios = zip(tokens.new, tokens.old).map { exp($0 - $1) }
    for (ratio, advantage) in zip(ratios, tokens.advantages) where advantage != 0 {
      ratioMin = min(ratioMin ?? ratio, ratio)
      ratioMax = max(ratioMax ?? ratio, ratio)
    }
    maspoRemovedShare = tokens.removedShare(by: maspo)
    guard let objective else { return }
    removedShare = tokens.removedShare(by: objective)
    let isPerToken =
      objective.gate(
        atRatio: 1, behaviorProbability: 0.5, advantage: 1, context: BatchContext()) != nil
    guard isPerToken else { return }
    clipLow = tokens.microMean(of: objective.bounds(of: tokens, below: true)) { token, bound in
      tokens.advantages[token] < 0 && ratios[token] < bound
    }
    clipHigh = tokens.microMean(of: objective.bounds(of: tokens, below: false)) { token, bound in
      tokens.advantages[token] > 0 && ratios[token] > bound
    }
  }
}

extension PolicyObjective {
  /// The declared bound of ρ for each token on one side: where the gradient ends, or, for CISPO,
  /// where the weight is clamped. `nil` where the objective declares none.
  fileprivate func bounds(of tokens: StepTokens, below: Bool) -> [Double?]? {
    func hard(_ token: Int) -> Double? {
      let limits = limits(
        behaviorProbability: exp(tokens.old[token]), advantage: below ? -1 : 1,
        context: BatchContext())
      return below ? limits?.hardLower : limits?.hardUpper
    }
    let found = tokens.old.indices.map(hard)
    if found.contains(where: { $0 != nil }) { return found }
    guard let epsilon = try? value(of: below ? "eps_low" : "eps_high") else { return nil }
    return Array(repeating: below ? 1 - epsilon : 1 + epsilon, count: tokens.tokenCount)
  }
}

extension StepTokens {
  /// The mean over tokens of each micro-batch, averaged over micro-batches.
  func microMean(_ value: (Int) -> Double) -> Double? {
    var sums: [Int: (sum: Double, count: Int)] = [:]
    for (micro, range) in zip(micros, ranges) {
      let sum = range.reduce(0.0) { $0 + value($1) }
      let known = sums[micro] ?? (0, 0)
      sums[micro] = (known.sum + sum, known.count + range.count)
    }
    guard !sums.isEmpty else { return nil }
    let means = sums.sorted { $0.key < $1.key }.map { $0.value.sum / Double($0.value.count) }
    return means.reduce(0, +) / Double(means.count)
  }

  /// The same of the share of tokens that are beyond their bound.
  func microMean(of bounds: [Double?]?, _ isBeyond: (Int, Double) -> Bool) -> Double? {
    bounds.flatMap { bounds in
      microMean { token in bounds[token].map { isBeyond(token, $0) } ?? false ? 1 : 0 }
    }
  }

  /// Σ w|A|ρ(1 − F)s / Σ w|A|ρs; `nil` without a gate per token or without push.
  func removedShare(by objective: any PolicyObjective) -> Double? {
    let batch = batch
    guard batch.suffices(for: objective) else { return nil }
    let evaluation = objective.evaluate(batch)
    guard let gates = evaluation.gates else { return nil }
    var removed = 0.0
    var offered = 0.0
    for token in gates.indices {
      let push =
        weights[token] * abs(advantages[token]) * evaluation.ratios[token] * sensitivities[token]
      removed += push * (1 - gates[token])
      offered += push
    }
    return offered > 0 ? removed / offered : nil
  }
}
