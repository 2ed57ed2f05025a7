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
    step: Int, _ tokens: StepTokens, objective: (any PolicyObjective)?,
    _ evaluated: EvaluatedTokens?, maspoRemovedShare: Double?
  ) {
    self.step = step
    self.tokens = tokens.tokenCount
    sequences = tokens.sequences.count
    nonfinite = tokens.nonfiniteCount > 0 ? tokens.nonfiniteCount : nil
    if !tokens.entropies.isEmpty {
      entropy = tokens.microMean { Double(tokens.entropies[$0]) }
    }
    if !tokens.samplerGaps.isEmpty {
      samplerGap = Gap(
        mean: tokens.samplerGaps.reduce(0) { $0 + Double(abs($1)) }
          / Double(tokens.samplerGaps.count),
        largest: Double(tokens.samplerGaps.reduce(0) { max($0, abs($1)) }))
    }
    guard tokens.tokenCount > 0 else { return }
    var range: ClosedRange<Float>?
    for (difference, advantage) in zip(tokens.differences, tokens.advantages) where advantage != 0 {
      let known = range ?? difference...difference
      range = min(known.lowerBound, difference)...max(known.upperBound, difference)
    }
    ratioMin = range.map { exp(Double($0.lowerBound)) }
    ratioMax = range.map { exp(Double($0.upperBound)) }
    self.maspoRemovedShare = maspoRemovedShare
    guard let objective else { return }
    removedShare = evaluated.flatMap { tokens.removedShare($0.evaluation) }
    let isPerToken =
      objective.gate(
        atRatio: 1, behaviorProbability: 0.5, advantage: 1, context: BatchContext()) != nil
    guard isPerToken else { return }
    clipLow = objective.bound(below: true).flatMap { bound in
      tokens.microMean { token in
        guard tokens.advantages[token] < 0, let bound = bound(Double(tokens.old[token])) else {
          return 0
        }
        return exp(Double(tokens.differences[token])) < bound ? 1 : 0
      }
    }
    clipHigh = objective.bound(below: false).flatMap { bound in
      tokens.microMean { token in
        guard tokens.advantages[token] > 0, let bound = bound(Double(tokens.old[token])) else {
          return 0
        }
        return exp(Double(tokens.differences[token])) > bound ? 1 : 0
      }
    }
  }
}

extension PolicyObjective {
  /// The declared bound of ρ on one side, of a token's ln π_old: where the gradient ends, or, for
  /// CISPO, where the weight is clamped. `nil` where the objective declares none.
  fileprivate func bound(below: Bool) -> ((Double) -> Double?)? {
    func hard(_ behaviorLogProbability: Double) -> Double? {
      let limits = limits(
        behaviorProbability: exp(behaviorLogProbability), advantage: below ? -1 : 1,
        context: BatchContext())
      return below ? limits?.hardLower : limits?.hardUpper
    }
    // Bounds that depend on the probability may be missing for some.
    let bounds = [0, -0.5, -1, -4, -16].map(hard)
    if bounds.contains(where: { $0 != bounds[0] }) { return hard }
    if let bound = bounds[0] { return { _ in bound } }
    guard let epsilon = try? value(of: below ? "eps_low" : "eps_high") else { return nil }
    let bound = below ? 1 - epsilon : 1 + epsilon
    return { _ in bound }
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

  /// Σ w|A|ρ(1 − F)s / Σ w|A|ρs; `nil` without a gate per token or without push.
  func removedShare(_ evaluation: ObjectiveEvaluation) -> Double? {
    guard let gates = evaluation.gates else { return nil }
    var removed = 0.0
    var offered = 0.0
    for (range, weight) in zip(ranges, sequenceWeights) {
      for token in range {
        let push =
          weight * Double(abs(advantages[token])) * evaluation.ratios[token]
          * Double(sensitivities[token])
        removed += push * (1 - gates[token])
        offered += push
      }
    }
    return offered > 0 ? removed / offered : nil
  }
}
