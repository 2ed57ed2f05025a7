#if canImport(Glibc)
  import Glibc
#endif

/// Mass-Adaptive Soft Policy Optimization (MASPO), arXiv 2602.17550: a soft gate whose width adapts to the token's
/// probability and to the sign and size of its advantage.
///
/// Follows the authors' code FlyTune/MASPO-RL@22b46814: L = −A·sg[F]·ρ with ρ clamped to e^±20.
/// F and σ are constants for the derivative, so L is not the antiderivative of the gradient.
/// There is no dual clip: for A < 0 and ρ > 1 nothing limits the loss. With every limit `nil` it
/// is the paper's unclamped formula.
public struct MASPOObjective: PolicyObjective, Hashable {
  /// σ_base and α with the cap σ_high.
  public private(set) var limiter = MassAdaptiveLimiter(
    baseSigma: 1, exponentAlpha: 0.3, sigmaLimit: 10)
  /// β₊ and β₋ with the limits of their factors.
  public private(set) var riskController = AsymmetricRiskController(
    positiveBeta: 0.03, negativeBeta: 0.03, minimumFactor: 0.1, maximumFactor: 10)

  public init() {}

  /// σ₊ of one token: the width of the gate where A > 0.
  public func positiveSigma(behaviorLogProbability: Double, advantage: Double) -> Double {
    limiter.massTerm(behaviorLogProbability: behaviorLogProbability)
      * riskController.positiveFactor(advantage: advantage)
  }

  /// σ₋ of one token: the width of the gate where A < 0.
  public func negativeSigma(behaviorLogProbability: Double, advantage: Double) -> Double {
    limiter.massTerm(behaviorLogProbability: behaviorLogProbability)
      * riskController.negativeFactor(advantage: advantage)
  }

  /// F of one token.
  @inline(__always)
  private func gate(
    ratio: Double, behaviorLogProbability: Double, advantage: Double
  ) -> Double {
    guard SoftGaussianGate.isActive(ratio: ratio, advantage: advantage) else { return 1 }
    let mass = limiter.massTerm(behaviorLogProbability: behaviorLogProbability)
    let risk =
      advantage > 0
      ? riskController.positiveFactor(advantage: advantage)
      : riskController.negativeFactor(advantage: advantage)
    return SoftGaussianGate(sigma: mass * risk).value(atRatio: ratio)
  }

  public func evaluate(
    _ batch: TokenBatch, aggregation: LossAggregation
  ) -> ObjectiveEvaluation {
    var (evaluation, tally) = evaluateTokens(of: batch, aggregation: aggregation)
    evaluation.diagnostics = diagnostics(of: tally)
    return evaluation
  }

  func diagnostics(of tally: TokenTally) -> [String: Double] {
    tally.diagnostics(
      clipped: DiagnosticName.wouldBeClippedShare,
      dualClipped: DiagnosticName.wouldBeDualClippedShare)
  }

  public func gate(
    atRatio ratio: Double, behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> Double? {
    gate(
      ratio: ratio, behaviorLogProbability: log(behaviorProbability), advantage: advantage)
  }

  public func gateWidth(behaviorProbability: Double, advantage: Double) -> GateWidth? {
    guard advantage != 0 else { return nil }
    return GateWidth(
      mass: limiter.massTerm(behaviorLogProbability: log(behaviorProbability)),
      risk: advantage > 0
        ? riskController.positiveFactor(advantage: advantage)
        : riskController.negativeFactor(advantage: advantage))
  }

  public func limits(
    behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> RatioLimits? {
    guard
      let geometry = gateGeometry(
        behaviorLogProbability: log(behaviorProbability), advantage: advantage)
    else { return nil }
    var limits = RatioLimits()
    if advantage > 0 {
      limits.oneSigmaUpper = geometry.oneSigmaRatio
      limits.halfGateUpper = geometry.halfGateRatio
      limits.turnover = geometry.turnoverRatio
    } else {
      limits.oneSigmaLower = geometry.oneSigmaRatio
      limits.halfGateLower = geometry.halfGateRatio
    }
    limits.reach = 1 - geometry.minimumGate
    return limits
  }
}

extension MASPOObjective: TokenwiseObjective, TokenRule {
  /// What GRPO would have done, for the diagnostics; it takes no part in the loss.
  static let hardClip = HardClip(lower: 0.8, upper: 1.2, dual: 3)

  @inline(__always)
  func term(of token: TokenInput) -> TokenTerm {
    let gate = gate(
      ratio: token.ratio, behaviorLogProbability: token.behaviorLogProbability,
      advantage: token.advantage)
    let wouldBe = Self.hardClip.replacement(ratio: token.ratio, advantage: token.advantage)
    return TokenTerm(
      loss: -token.advantage * gate * token.ratio, gate: gate, of: token,
      event: wouldBe?.event ?? .none)
  }
}

extension MASPOObjective {
  public static let parameters: [ObjectiveParameter<MASPOObjective>] = [
    .init(
      ParameterSpecification(
        name: "sigma_base", symbol: "σ_base",
        summary: "Width of the gate at π_old = 1, before the risk term.",
        minimum: 0, maximum: 1000, excludesMinimum: true,
        steps: [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10]),
      \.limiter.baseSigma),
    .init(
      ParameterSpecification(
        name: "alpha", symbol: "α",
        summary: "Exponent of π_old: 0 limits the ratio, 1 the moved probability mass.",
        minimum: -5, maximum: 5, steps: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1]),
      \.limiter.exponentAlpha),
    .init(
      ParameterSpecification(
        name: "sigma_high", symbol: "σ_high", summary: "Largest mass term.",
        minimum: 0, maximum: 1e6, excludesMinimum: true, allowsNone: true,
        steps: [0.5, 1, 2, 5, 10, 20, 50]),
      \.limiter.sigmaLimit),
    .init(
      ParameterSpecification(
        name: "adv_low", symbol: "r_min", summary: "Least risk factor on σ.",
        minimum: 0, maximum: 1e6, excludesMinimum: true, allowsNone: true,
        steps: [0.1, 0.2, 0.5, 1]),
      \.riskController.minimumFactor),
    .init(
      ParameterSpecification(
        name: "adv_high", symbol: "r_max", summary: "Largest risk factor on σ.",
        minimum: 0, maximum: 1e6, excludesMinimum: true, allowsNone: true,
        steps: [1, 2, 5, 10]),
      \.riskController.maximumFactor),
    .init(
      ParameterSpecification(
        name: "beta_pos", symbol: "β₊",
        summary: "How much a positive advantage widens the gate (the paper's β_high).",
        minimum: 0, maximum: 100, steps: [0, 0.03, 0.1, 0.2, 0.3, 0.5, 1, 2]),
      \.riskController.positiveBeta),
    .init(
      ParameterSpecification(
        name: "beta_neg", symbol: "β₋",
        summary: "How much a negative advantage narrows the gate (the paper's β_low).",
        minimum: 0, maximum: 100, steps: [0, 0.03, 0.1, 0.2, 0.3, 0.5, 1, 2]),
      \.riskController.negativeBeta),
  ]

  public static let info = ObjectiveInfo(
    name: "maspo", title: "MASPO",
    summary: "A soft Gaussian gate, wide for improbable tokens and for positive advantages.",
    explanation: """
      Instead of cutting a token off at a bound, MASPO weakens it smoothly as its ratio moves \
      the way its advantage pulls. The gate is the wider the less probable the token was, since \
      the same ratio then moves less probability, and the risk term makes it wider for right \
      answers and narrower for wrong ones. Gate and width are constants for the derivative. \
      Published settings: σ_base 1 (the code's file also suggests 2 or 3), α 0.3 to 0.5 (0.5 for \
      1.5B models), β 0.03 and 0.03, σ_high 10, risk factor within 0.1 and 10; the paper's \
      formula has none of the limits, which is what "none" for all three gives. Watch: there is \
      no dual clip, so a wrong token that becomes more probable is pushed without bound; and at \
      σ_base 1 the negative gate can take at most 39 %.
      """,
    formula:
      "L = −A·sg[F]·ρ,  F = exp(−(ρ−1)²/2σ²) where A(ρ−1) > 0,  σ = clamp(σ_base/π_old^α)·risk",
    source: "arXiv 2602.17550; FlyTune/MASPO-RL@22b46814, core_algos.py")
}
