#if canImport(Glibc)
  import Glibc
#endif

/// MASPO with its soft gate replaced by a hard clip, for one question: whether the softness
/// matters. An ablation of this program; no paper proposes it.
///
/// Mass-adaptive limiter and risk controller are MASPO's own, with all their parameters and
/// clamps. F is 1 while |ρ − 1| ≤ σ√(2 ln 2) on the side to which the advantage pulls, and 0
/// beyond, so that the bound lies where MASPO's gate has fallen to ½. There the two gates take
/// about as much: the clip with the area of the soft gate above 1 is at σ√(π/2), 6 % farther.
/// As in MASPO there is no dual clip, and nothing holds a ratio that moves against its advantage.
public struct MASPOHardClipObjective: PolicyObjective, Hashable {
  /// √(2 ln 2), the distance in σ at which a Gaussian gate is ½.
  public static let boundInSigmas = (2 * log(2.0)).squareRoot()

  /// The objective whose widths these are.
  private var soft = MASPOObjective()

  public init() {}

  /// MASPO's parameters, with their ranges and steps.
  public static let parameters = MASPOObjective.parameters.map { parameter in
    ObjectiveParameter<MASPOHardClipObjective>(
      parameter.specification,
      get: { parameter.read($0.soft) }, set: { parameter.write(&$0.soft, $1) })
  }

  public static let info = ObjectiveInfo(
    name: "maspo_hard", title: "MASPO, hard clip",
    summary: "MASPO's widths with a hard clip in place of its soft gate; an ablation.",
    explanation: """
      Not a published method: it is MASPO with one mechanism removed, to see whether the softness \
      of the gate matters. The width σ of every token is MASPO's, with the mass-adaptive limiter, \
      the risk term and all their parameters; but the token passes whole while |ρ − 1| is at most \
      σ√(2 ln 2), where MASPO's gate has fallen to ½, and not at all beyond. Watch: at σ_base 1 \
      that bound is below 0 for most wrong tokens, so nothing limits their fall, where MASPO's \
      gate still takes up to 39 %; and as in MASPO there is no dual clip.
      """,
    formula: "L = −A·ρ,  or −A·(1 ± σ√(2 ln 2)) where A(ρ−1) > |A|·σ√(2 ln 2)",
    source: "an ablation of arXiv 2602.17550 made for this program")

  /// The bounds of one token. Only the one on the side of its advantage acts.
  @inline(__always)
  private func clip(behaviorLogProbability: Double, advantage: Double) -> HardClip {
    var clip = HardClip(lower: -.infinity, upper: .infinity, dual: nil)
    if advantage > 0 {
      let sigma = soft.positiveSigma(
        behaviorLogProbability: behaviorLogProbability, advantage: advantage)
      clip.upper = 1 + Self.boundInSigmas * sigma
    } else if advantage < 0 {
      let sigma = soft.negativeSigma(
        behaviorLogProbability: behaviorLogProbability, advantage: advantage)
      clip.lower = 1 - Self.boundInSigmas * sigma
    }
    return clip
  }

  public func evaluate(
    _ batch: TokenBatch, aggregation: LossAggregation
  ) -> ObjectiveEvaluation {
    var (evaluation, tally) = evaluateTokens(of: batch, aggregation: aggregation)
    evaluation.diagnostics = tally.diagnostics(clipped: DiagnosticName.clippedShare)
    return evaluation
  }

  public func gate(
    atRatio ratio: Double, behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> Double? {
    clip(behaviorLogProbability: log(behaviorProbability), advantage: advantage)
      .gate(atRatio: ratio, advantage: advantage)
  }

  public func limits(
    behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> RatioLimits? {
    clip(behaviorLogProbability: log(behaviorProbability), advantage: advantage)
      .limits(behaviorProbability: behaviorProbability, advantage: advantage)
  }

  /// MASPO's width, which the bound is a multiple of.
  public func gateWidth(behaviorProbability: Double, advantage: Double) -> GateWidth? {
    soft.gateWidth(behaviorProbability: behaviorProbability, advantage: advantage)
  }
}

extension MASPOHardClipObjective: TokenwiseObjective, TokenRule {
  @inline(__always)
  func term(of token: TokenInput) -> TokenTerm {
    clip(behaviorLogProbability: token.behaviorLogProbability, advantage: token.advantage)
      .term(of: token)
  }
}
