import Foundation
import PolicyObjectives
import Testing

/// Corners and small cases worked by hand, the equation beside them.
@Suite struct HandWorkedTests {
  /// A batch of one row with π_old = e^(−1).
  static func row(
    logRatios: [Double], advantages: [Double], old: Double = -1, entropies: [Double]? = nil
  ) -> TokenBatch {
    TokenBatch(
      layout: TokenLayout(lengths: [logRatios.count]),
      behaviorLogProbabilities: logRatios.map { _ in old },
      logProbabilities: logRatios.map { old + $0 }, advantages: advantages,
      entropies: entropies)
  }

  /// σ = 0.5 with everything else off: F(1.5) = e^(−1/2) for A > 0, and 1 on the free sides.
  @Test func theGateActsOnTheSideOfTheAdvantageOnly() throws {
    var objective = MASPOObjective()
    for (name, value) in [("sigma_base", 0.5), ("alpha", 0), ("beta_pos", 0), ("beta_neg", 0)] {
      try objective.set(name, to: value)
    }
    let batch = Self.row(
      logRatios: [log(1.5), log(0.5), log(1.5), log(0.5)], advantages: [2, 2, -2, -2])
    let evaluation = objective.evaluate(batch, aggregation: .sequenceMeanTokenSum)
    let gates = try #require(evaluation.gates)
    for (gate, expected) in zip(gates, [exp(-0.5), 1, 1, exp(-0.5)]) {
      #expect(agree(gate, expected))
    }
    #expect(agree(evaluation.gradient[0], -2 * 1.5 * exp(-0.5)))
    #expect(agree(evaluation.gradient[2], 2 * 1.5))
    // Both tokens with ratio 1.5 or 0.5 pass 1.2 or 0.8; one of each sign moved with its A.
    #expect(abs((evaluation.diagnostics["would_clip_frac"] ?? 0) - 0.5) < 1e-8)
    #expect(evaluation.diagnostics["clip_frac"] == nil)
  }

  /// Asymmetry: σ₊ = σ(1 + β₊A), σ₋ = σ/(1 + β₋|A|), limits on the factor before the product.
  @Test func positiveAdvantagesWidenAndNegativeNarrow() throws {
    var objective = MASPOObjective()
    for (name, value) in [("sigma_base", 0.5), ("alpha", 0), ("beta_pos", 0.5), ("beta_neg", 0.25)]
    {
      try objective.set(name, to: value)
    }
    #expect(agree(objective.positiveSigma(behaviorLogProbability: -1, advantage: 2), 1))
    #expect(agree(objective.negativeSigma(behaviorLogProbability: -1, advantage: -4), 0.25))
    try objective.set("adv_high", to: 1.5)
    try objective.set("adv_low", to: 0.75)
    #expect(agree(objective.positiveSigma(behaviorLogProbability: -1, advantage: 2), 0.75))
    #expect(agree(objective.negativeSigma(behaviorLogProbability: -1, advantage: -4), 0.375))
    // The inactive branch: 1 − β₋A is 0 or negative.
    #expect(agree(objective.negativeSigma(behaviorLogProbability: -1, advantage: 4), 0.75))
    #expect(agree(objective.negativeSigma(behaviorLogProbability: -1, advantage: 8), 0.375))
  }

  @Test func theMassTermSurvivesImpossibleTokens() {
    let limiter = MassAdaptiveLimiter(baseSigma: 1, exponentAlpha: 0.3, sigmaLimit: 10)
    #expect(limiter.massTerm(behaviorLogProbability: -.infinity) == 10)
    #expect(limiter.massTerm(behaviorLogProbability: -800) == 10)
    #expect(limiter.massTerm(behaviorLogProbability: 0) == 1)
    #expect(agree(limiter.cappedBelowProbability ?? 0, 4.641588833612779e-4, tolerance: 1e-9))
    let flat = MassAdaptiveLimiter(baseSigma: 0.5, exponentAlpha: 0, sigmaLimit: nil)
    #expect(flat.massTerm(behaviorLogProbability: -.infinity) == 0.5)
    #expect(flat.cappedBelowProbability == nil)
    let contradiction = MassAdaptiveLimiter(baseSigma: 3, exponentAlpha: 0.3, sigmaLimit: 2)
    #expect(contradiction.massTerm(behaviorLogProbability: 0) == 2)
    let rising = MassAdaptiveLimiter(baseSigma: 1, exponentAlpha: -0.3, sigmaLimit: 10)
    #expect(rising.massTerm(behaviorLogProbability: -5) == 1)
  }

  /// A ratio exactly on a bound is not clipped; ±20 exactly still passes gradient.
  @Test(arguments: ["grpo", "dr_grpo", "clip_higher", "maspo", "sapo", "no_clip", "entropy_adv"])
  func theLogRatioClampEndsTheGradient(name: String) throws {
    let objective = try ObjectiveCatalog.objective(named: name)
    let beyond = 20.000001
    let batch = Self.row(
      logRatios: [-20, -beyond, beyond], advantages: [1, 1, -1], old: -0.5, entropies: [0, 0, 0])
    let evaluation = objective.evaluate(batch, aggregation: .sequenceMeanTokenSum)
    #expect(evaluation.gradient[0] != 0)
    #expect(evaluation.gradient[1] == 0 && evaluation.gradient[2] == 0)
    #expect(agree(evaluation.ratios[2], exp(20)))
    #expect(evaluation.loss.isFinite)
  }

  @Test func aBoundItselfIsNotClipped() throws {
    var objective = GRPOObjective()
    try objective.set("eps_low", to: 0)
    try objective.set("eps_high", to: 0)
    let evaluation = objective.evaluate(Self.row(logRatios: [0, 0], advantages: [1, -1]))
    #expect(evaluation.gates == [1, 1] && evaluation.gradient == [-0.5, 0.5])
    let dual = GRPOObjective().evaluate(
      Self.row(logRatios: [log(4), log(2), log(0.5)], advantages: [-1, -1, -1]))
    #expect(dual.gates == [0, 1, 0])
    #expect(agree(dual.tokenLosses?[0] ?? 0, 3) && agree(dual.tokenLosses?[2] ?? 0, 0.8))
  }

  /// DAC at π_old = 0.1: lo = 1/2, since 4·0.16/0.1 > 1, and hi = (1 + √9)/2 = 2.
  @Test func boundsOfDACAdaptAndKeepTheirLimits() throws {
    var objective = DACObjective()
    let range = objective.clipRange(behaviorLogProbability: log(0.1))
    #expect(range.lower == 0.5 && agree(range.upper, 2) && agree(range.massAbove, 0.1))
    let impossible = objective.clipRange(behaviorLogProbability: -.infinity)
    #expect(impossible.lower == 0.5 && impossible.upper == 10)
    let subnormal = objective.clipRange(behaviorLogProbability: -740)
    #expect(subnormal.lower == 0.5 && subnormal.upper == 10)
    try objective.set("dual_clip", to: nil)
    #expect(objective.clipRange(behaviorLogProbability: -.infinity).upper == .infinity)
  }

  /// DAC's upper bound is MASPO's turnover at α = 1/2 and σ_base = √ε.
  @Test(arguments: [0.9, 0.3, 0.05, 0.01])
  func theUpperBoundOfDACIsATurnover(probability: Double) throws {
    var maspo = MASPOObjective()
    for (name, value) in [("alpha", 0.5), ("sigma_base", 0.2.squareRoot()), ("beta_pos", 0)] {
      try maspo.set(name, to: value)
    }
    let turnover = maspo.limits(
      behaviorProbability: probability, advantage: 1, context: BatchContext())?.turnover
    let upper = DACObjective().clipRange(behaviorLogProbability: log(probability)).upper
    #expect(agree(turnover ?? 0, upper, tolerance: 1e-10))
  }

  /// A' = A + min(0.4·H, |A|/2).
  @Test func entropyRaisesAdvantagesUpToAShare() {
    let objective = EntropyAdvantageObjective()
    #expect(agree(objective.shapedAdvantage(1, entropy: 0.5), 1.2))
    #expect(agree(objective.shapedAdvantage(1, entropy: 5), 1.5))
    #expect(agree(objective.shapedAdvantage(-1, entropy: 5), -0.5))
    #expect(objective.shapedAdvantage(0, entropy: 5) == 0)
  }

  /// r = P/N. Two tokens, A = ±1, ρ = 2 and 1: r = hi/1, so hi rises from 1.2 until it reaches
  /// the target 1.5, past the lower bound, which rises to its maximum first.
  @Test func boundsOfBAPORiseUntilTheTarget() throws {
    var objective = BAPOObjective()
    try objective.set("target", to: 1.48)
    let batch = Self.row(logRatios: [log(2), 0], advantages: [1, -1])
    let evaluation = objective.evaluate(batch)
    #expect(agree(evaluation.context.adaptiveLower ?? 0, 0.8))
    #expect(agree(evaluation.context.adaptiveUpper ?? 0, 1.5))
    #expect(agree(evaluation.diagnostics["pos_neg_ratio"] ?? 0, 1.5, tolerance: 1e-7))
    #expect(evaluation.gates == [0, 1])
    let gate = objective.gate(
      atRatio: 1.4, behaviorProbability: 0.5, advantage: 1, context: evaluation.context)
    #expect(gate == 1)
    #expect(
      objective.gate(
        atRatio: 1.4, behaviorProbability: 0.5, advantage: 1, context: BatchContext()) == 0)
    let onlyPositive = objective.evaluate(Self.row(logRatios: [log(2)], advantages: [1]))
    #expect(onlyPositive.diagnostics["pos_neg_ratio"] == .infinity)
    #expect(onlyPositive.context.adaptiveUpper == 1.2)
  }

  /// GSPO: a row of log-ratios 0.3 and −0.1 has s = e^0.1, above 1.0004: clipped for A > 0 only.
  @Test func wholeSequencesAreClipped() {
    let objective = GSPOObjective()
    for (advantage, expected) in [(1.0, 0.0), (-1, exp(0.1))] {
      let evaluation = objective.evaluate(
        Self.row(logRatios: [0.3, -0.1], advantages: [advantage, advantage]),
        aggregation: .sequenceMeanTokenSum)
      #expect(evaluation.gradient.allSatisfy { agree($0, expected) })
      #expect(evaluation.sequenceRatios?.count == 1 && evaluation.gates == nil)
      #expect(agree(evaluation.sequenceRatios?[0] ?? 0, exp(0.1)))
    }
  }

  /// GMPO: the token beyond e^0.4 gets nothing, the other −Ā·r/n with log r = (0.4 − 0.1)/2.
  @Test func clippedTokensOfGMPOGetNoGradient() {
    let objective = GMPOObjective()
    let evaluation = objective.evaluate(Self.row(logRatios: [0.5, -0.1], advantages: [1, 1]))
    #expect(evaluation.gradient[0] == 0)
    #expect(agree(evaluation.gradient[1], -exp(0.15) / 2, tolerance: 1e-7))
    #expect(agree(evaluation.diagnostics["clip_frac"] ?? 0, 0.5, tolerance: 1e-7))
    let limits = objective.limits(
      behaviorProbability: 0.1, advantage: 1, context: BatchContext())
    #expect(agree(limits?.hardUpper ?? 0, exp(0.4)) && limits?.hardLower == nil)
  }

  /// KL-Cov: −A·ρ everywhere, and the penalty on the token of the largest covariance alone.
  @Test func onlyTheMostCovariantTokenIsPenalized() throws {
    var objective = KLCovObjective()
    try objective.set("ppo_kl_coef", to: 0.5)
    let batch = TokenBatch(
      layout: TokenLayout(lengths: [2, 2]), behaviorLogProbabilities: [-1, -2, -1, -2],
      logProbabilities: [-0.9, -2.1, -0.95, -2.2], advantages: [1, 1, -1, -1])
    let evaluation = objective.evaluate(batch, aggregation: .sequenceMeanTokenSumNorm)
    let unpenalized = NoClipObjective().evaluate(batch, aggregation: .sequenceMeanTokenSumNorm)
    let differences = zip(evaluation.gradient, unpenalized.gradient).map { $0 - $1 }
    // Means are 0 and −1.5375; the largest product is that of the last token, 0.6625.
    #expect(differences[0] == 0 && differences[1] == 0 && differences[2] == 0)
    #expect(agree(differences[3], -0.5 / 2))
    #expect(!evaluation.gradientFollowsSign && evaluation.gates == nil)
  }

  @Test func clipCovDropsTheSameShareEveryTime() throws {
    var objective = ClipCovObjective()
    try objective.set("clip_cov_lb", to: -1e6)
    try objective.set("clip_cov_ub", to: 1e6)
    try objective.set("clip_cov_ratio", to: 0.1)
    let batch = ObjectiveSamples.batch(seed: 4, sequences: 10, width: 20)
    let count = batch.mask.count { $0 }
    let first = objective.evaluate(batch)
    let losses = try #require(first.tokenLosses)
    let dropped = batch.mask.indices.filter { batch.mask[$0] && losses[$0] == 0 }
    #expect(dropped.count == count / 10)
    #expect(objective.evaluate(batch).gradient == first.gradient)
    // Another batch gives another choice: the places do not repeat.
    let other = try #require(
      objective.evaluate(ObjectiveSamples.batch(seed: 5, sequences: 10, width: 20)).tokenLosses)
    #expect(Set(dropped) != Set(batch.mask.indices.filter { other[$0] == 0 && batch.mask[$0] }))
    let share = try #require(first.diagnostics["dropped_frac"])
    #expect(agree(share, Double(dropped.count) / Double(count), tolerance: 1e-8))
  }

  @Test func diagnosticsThatDoNotApplyAreAbsent() throws {
    let expected: [String: Set<String>] = [
      "maspo": ["approx_kl", "would_clip_frac", "would_clip_frac_lower"],
      "bapo": [
        "approx_kl", "clip_frac", "clip_frac_lower", "clip_low", "clip_high", "pos_neg_ratio",
      ],
      "maspo_hard": ["approx_kl", "clip_frac"],
      "sapo": ["approx_kl"], "no_clip": ["approx_kl"], "cispo": ["approx_kl", "clip_frac"],
      "gspo": ["approx_kl", "clip_frac"],
      "gmpo": ["approx_kl", "clip_frac", "outside_frac", "outside_frac_lower"],
      "kl_cov": ["approx_kl", "mean_abs_log_ratio"],
      "clip_cov": ["approx_kl", "clip_frac", "dropped_frac"],
    ]
    for name in ObjectiveCatalog.names {
      let evaluation = try ObjectiveCatalog.objective(named: name).evaluate(
        ObjectiveSamples.batch(seed: 2))
      #expect(
        Set(evaluation.diagnostics.keys)
          == expected[name] ?? ["approx_kl", "clip_frac", "clip_frac_lower"], "\(name)")
    }
  }
}
