/// Entropy-shaped advantages (Entropy Advantage), arXiv 2506.14758: GRPO's clip with
/// A' = A + min(α·sg[H], |A|/κ), H the entropy of the policy at the token in nats.
///
/// No official code was found; four third-party implementations agree on the formula. H is a
/// constant for the derivative.
public struct EntropyAdvantageObjective: PolicyObjective, Hashable {
  /// ε below and above 1.
  public private(set) var clipRangeEpsilonLow = 0.2
  public private(set) var clipRangeEpsilonHigh = 0.2
  /// c, where a negative advantage stops pushing; `nil` for none.
  public private(set) var dualClip: Double? = 3
  /// α, advantage per nat of entropy.
  public private(set) var entropyAlpha = 0.4
  /// κ; the term is at most |A|/κ.
  public private(set) var entropyKappa = 2.0

  public init() {}

  public static var usesEntropy: Bool { true }

  public static let parameters: [ObjectiveParameter<EntropyAdvantageObjective>] = [
    .init(.clipEpsilonLow, \.clipRangeEpsilonLow),
    .init(.clipEpsilonHigh, \.clipRangeEpsilonHigh),
    .init(.dualClip, \.dualClip),
    .init(
      ParameterSpecification(
        name: "ent_alpha", symbol: "α", summary: "Advantage added per nat of entropy.",
        minimum: 0, maximum: 1e6, steps: [0, 0.1, 0.2, 0.4, 0.8, 1.5]),
      \.entropyAlpha),
    .init(
      ParameterSpecification(
        name: "ent_kappa", symbol: "κ", summary: "The added term is at most |A|/κ.",
        minimum: 0, maximum: 1e6, excludesMinimum: true, steps: [1, 1.2, 1.5, 2, 3, 5]),
      \.entropyKappa),
  ]

  public static let info = ObjectiveInfo(
    name: "entropy_adv", title: "Entropy Advantage",
    summary: "GRPO's clip on advantages that are raised where the policy is undecided.",
    explanation: """
      Tokens at which the policy hesitates are where an answer is decided. Their advantage is \
      raised by a share of the entropy, at most by |A|/κ, so that right answers count more \
      there and wrong ones less; for κ > 1 the sign cannot flip. Published settings differ: 0.4 \
      with κ 2 is most common, 0.4 with 1 and 0.1 with 1 occur. The clip is GRPO's. Watch: the \
      term is never negative, so it tilts the balance of signs towards the positive.
      """,
    formula: "A' = A + min(α·sg[H], |A|/κ),  L = max(−A'·ρ, −A'·clip(ρ, 1−ε, 1+ε))",
    source: "arXiv 2506.14758 (formula as third-party code agrees on it)")

  /// A' of one token.
  @inline(__always)
  public func shapedAdvantage(_ advantage: Double, entropy: Double) -> Double {
    let bonus = entropyAlpha * entropy
    let cap = abs(advantage) / entropyKappa
    return advantage + (bonus > cap ? cap : bonus)
  }

  /// - Precondition: the batch has entropies.
  public func evaluate(
    _ batch: TokenBatch, aggregation: LossAggregation
  ) -> ObjectiveEvaluation {
    guard let entropies = batch.entropies else {
      preconditionFailure("\(Self.info.name) needs the batch's entropies")
    }
    var shaped = batch
    for index in batch.advantages.indices {
      shaped.advantages[index] =
        batch.layout.isUnmasked(index)
        ? shapedAdvantage(batch.advantages[index], entropy: entropies[index]) : 0
    }
    var evaluation = clippedEvaluation(of: shaped, aggregation: aggregation)
    evaluation.shapedAdvantages = shaped.advantages
    // A term larger than |A| can turn the sign.
    evaluation.gradientFollowsSign = entropyKappa >= 1
    return evaluation
  }
}

extension EntropyAdvantageObjective: HardClipObjective {
  func clip(behaviorLogProbability: Double) -> HardClip {
    HardClip(
      lower: 1 - clipRangeEpsilonLow, upper: 1 + clipRangeEpsilonHigh, dual: dualClip)
  }
}
