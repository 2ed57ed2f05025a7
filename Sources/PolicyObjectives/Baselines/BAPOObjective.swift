/// Balanced Policy Optimization with adaptive clipping (BAPO), arXiv 2510.18927: the clip bounds
/// are widened for each batch until positive tokens contribute enough against negative ones.
///
/// Follows WooooDyy/BAPO@72870444. The bounds are constants for the derivative. In the paper the
/// balance is the positive share of the whole and the upper bound moves first; in the code it is
/// positive over negative and the lower bound moves first, which can only lower it, so that lo
/// ends at its start or at its maximum.
public struct BAPOObjective: PolicyObjective, Hashable {
  /// The balance r that the search tries to reach.
  public private(set) var targetRatio = 1.0
  public private(set) var lowerStart = 0.6
  public private(set) var lowerMaximum = 0.8
  public private(set) var lowerStep = 0.05
  public private(set) var upperStart = 1.2
  public private(set) var upperMaximum = 2.0
  public private(set) var upperStep = 0.05
  /// Added to the negative contributions, against division by zero.
  public private(set) var balanceEpsilon = 1e-8
  /// c, where a negative advantage stops pushing; `nil` for none.
  public private(set) var dualClip: Double? = 3

  public init() {}

  public func evaluate(
    _ batch: TokenBatch, aggregation: LossAggregation
  ) -> ObjectiveEvaluation {
    let (clip, ratio) = adaptedClip(for: batch)
    let rule = FixedClipRule(clip: clip)
    var (evaluation, tally) = rule.evaluateTokens(of: batch, aggregation: aggregation)
    evaluation.diagnostics = tally.diagnostics(
      clipped: DiagnosticName.clippedShare, dualClipped: DiagnosticName.lowerClippedShare)
    evaluation.diagnostics[DiagnosticName.adaptiveLower] = clip.lower
    evaluation.diagnostics[DiagnosticName.adaptiveUpper] = clip.upper
    evaluation.diagnostics[DiagnosticName.positiveToNegativeRatio] = ratio
    evaluation.context = BatchContext(adaptiveLower: clip.lower, adaptiveUpper: clip.upper)
    return evaluation
  }

  public func gate(
    atRatio ratio: Double, behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> Double? {
    clip(in: context).gate(atRatio: ratio, advantage: advantage)
  }

  public func limits(
    behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> RatioLimits? {
    clip(in: context).limits(behaviorProbability: behaviorProbability, advantage: advantage)
  }

  /// The bounds that the last batch fixed, or those the search starts from.
  private func clip(in context: BatchContext) -> HardClip {
    HardClip(
      lower: context.adaptiveLower ?? lowerStart, upper: context.adaptiveUpper ?? upperStart,
      dual: dualClip)
  }
}

extension BAPOObjective {
  /// The bounds for one batch, and the balance r of contributions under them.
  ///
  /// Complexity: one pass over the tokens per step of the search.
  private func adaptedClip(for batch: TokenBatch) -> (clip: HardClip, ratio: Double) {
    let tokens = signedRatios(of: batch)
    var clip = HardClip(lower: lowerStart, upper: upperStart, dual: dualClip)
    var ratio = balance(of: tokens, under: clip)
    while ratio < targetRatio, clip.lower < lowerMaximum {
      clip.lower = min(clip.lower + lowerStep, lowerMaximum)
      ratio = balance(of: tokens, under: clip)
    }
    while ratio < targetRatio, clip.upper < upperMaximum {
      clip.upper = min(clip.upper + upperStep, upperMaximum)
      ratio = balance(of: tokens, under: clip)
    }
    return (clip, ratio)
  }

  private typealias SignedRatio = (advantage: Double, ratio: Double)

  /// A and ρ of the unmasked tokens.
  private func signedRatios(of batch: TokenBatch) -> [SignedRatio] {
    batch.layout.unmaskedPlaces.map { index in
      let distance =
        batch.logProbabilities[index] - batch.behaviorLogProbabilities[index]
      return (batch.advantages[index], importanceRatio(logRatio: distance))
    }
  }

  /// r = P/(N + ε) over e = A·min(ρ, hi) for A ≥ 0 and A·max(ρ, lo) for A < 0, P the sum of the
  /// positive e and N minus that of the negative; infinite without negative contributions.
  private func balance(of tokens: [SignedRatio], under clip: HardClip) -> Double {
    var positive = 0.0
    var negative = 0.0
    for (advantage, ratio) in tokens {
      if advantage >= 0 {
        positive += advantage * min(ratio, clip.upper)
      } else {
        negative -= advantage * max(ratio, clip.lower)
      }
    }
    return negative <= 0 ? .infinity : positive / (negative + balanceEpsilon)
  }
}

extension BAPOObjective {
  public static let parameters: [ObjectiveParameter<BAPOObjective>] = [
    .init(
      ParameterSpecification(
        name: "target", symbol: "ρ₀",
        summary: "Positive over negative contribution that the bounds are widened for.",
        minimum: 0, maximum: 1e6, steps: [0, 0.25, 0.5, 0.75, 1, 1.5, 2]),
      \.targetRatio),
    .init(bound("low_start", "a₋", "Lower bound from which the search starts."), \.lowerStart),
    .init(bound("low_max", "b₋", "Largest lower bound."), \.lowerMaximum),
    .init(step("low_step", "δ₁", "Step of the lower bound."), \.lowerStep),
    .init(
      bound("high_start", "a₊", "Upper bound from which the search starts.", from: 1),
      \.upperStart),
    .init(bound("high_max", "b₊", "Largest upper bound.", from: 1), \.upperMaximum),
    .init(step("high_step", "δ₂", "Step of the upper bound."), \.upperStep),
    .init(
      ParameterSpecification(
        name: "eps", symbol: "ε", summary: "Added to the negative contribution.",
        minimum: 0, maximum: 1, steps: [0, 1e-8, 1e-6]),
      \.balanceEpsilon),
    .init(.dualClip, \.dualClip),
  ]

  /// A bound in [0, 1], or for the upper ones in [1, 100].
  private static func bound(
    _ name: String, _ symbol: String, _ summary: String, from minimum: Double = 0
  ) -> ParameterSpecification {
    ParameterSpecification(
      name: name, symbol: symbol, summary: summary, minimum: minimum,
      maximum: minimum < 1 ? 1 : 100,
      steps: minimum < 1 ? [0.4, 0.6, 0.7, 0.8, 0.9, 0.95] : [1.1, 1.2, 1.5, 2, 3, 5])
  }

  /// A step that is large enough for the search to end soon.
  private static func step(
    _ name: String, _ symbol: String, _ summary: String
  ) -> ParameterSpecification {
    ParameterSpecification(
      name: name, symbol: symbol, summary: summary, minimum: 0.001, maximum: 100,
      steps: [0.01, 0.02, 0.05, 0.1, 0.2])
  }

  public static let info = ObjectiveInfo(
    name: "bapo", title: "BAPO",
    summary: "A hard clip whose bounds are widened per batch to balance the signs.",
    explanation: """
      Off-policy batches are dominated by negative tokens, and a fixed clip drops the positive \
      ones that would explore. BAPO widens its bounds, within limits, until the positive \
      contribution reaches the target share of the negative one, and then clips with them. \
      Published settings: the code's file has target 1, lower 0.6 to 0.8 and upper 1.2 to 2 in \
      steps of 0.05; its script target 0.5, lower 0.8 to 0.95, upper 1.2 to 2 in steps of 0.05 \
      and 0.1; its README 0.5, 0.6 to 0.9, 1.2 to 3. Watch the bounds: in the code, raising the \
      lower one can only lower the balance, so it ends at its start or its maximum.
      """,
    formula: "L = max(−A·ρ, −A·clip(ρ, lo, hi)),  lo, hi raised while Σ⁺/Σ⁻ < target",
    source: "arXiv 2510.18927; WooooDyy/BAPO@72870444")
}
