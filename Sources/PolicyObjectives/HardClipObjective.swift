#if canImport(Glibc)
  import Glibc
#endif

/// An objective that is a hard clip whose bounds depend on nothing but π_old.
protocol HardClipObjective: RatioClipping, TokenRule {
  /// The bounds at one π_old, given as its logarithm.
  func clip(behaviorLogProbability: Double) -> HardClip
}

extension HardClipObjective {
  @inline(__always)
  func term(of token: TokenInput) -> TokenTerm {
    clip(behaviorLogProbability: token.behaviorLogProbability).term(of: token)
  }

  public func evaluate(
    _ batch: TokenBatch, aggregation: LossAggregation
  ) -> ObjectiveEvaluation {
    clippedEvaluation(of: batch, aggregation: aggregation)
  }

  /// `evaluate`, under a name that an objective can call which prepares the batch first.
  func clippedEvaluation(
    of batch: TokenBatch, aggregation: LossAggregation
  ) -> ObjectiveEvaluation {
    var (evaluation, tally) = evaluateTokens(of: batch, aggregation: aggregation)
    evaluation.diagnostics = tally.diagnostics(
      clipped: DiagnosticName.clippedShare, dualClipped: DiagnosticName.lowerClippedShare)
    return evaluation
  }

  public func clipRange(behaviorLogProbability: Double) -> ClipRange {
    ClipRange(
      clip(behaviorLogProbability: behaviorLogProbability),
      behaviorLogProbability: behaviorLogProbability)
  }

  public func gate(
    atRatio ratio: Double, behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> Double? {
    clip(behaviorLogProbability: log(behaviorProbability))
      .gate(atRatio: ratio, advantage: advantage)
  }

  public func limits(
    behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> RatioLimits? {
    clip(behaviorLogProbability: log(behaviorProbability))
      .limits(behaviorProbability: behaviorProbability, advantage: advantage)
  }
}

extension ParameterSpecification {
  /// ε of the lower bound 1 − ε.
  static let clipEpsilonLow = ParameterSpecification(
    name: "eps_low", symbol: "ε_low", summary: "The ratio's lower bound is 1 − ε_low.",
    minimum: 0, maximum: 100, steps: [0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.9])

  /// ε of the upper bound 1 + ε.
  static let clipEpsilonHigh = ParameterSpecification(
    name: "eps_high", symbol: "ε_high", summary: "The ratio's upper bound is 1 + ε_high.",
    minimum: 0, maximum: 100, steps: [0.01, 0.05, 0.1, 0.2, 0.28, 0.5, 1, 2, 4])

  /// c of the dual clip.
  static let dualClip = ParameterSpecification(
    name: "dual_clip", symbol: "c",
    summary: "For A < 0, a ratio beyond c gives no gradient.",
    minimum: 1, maximum: 1e9, excludesMinimum: true, allowsNone: true,
    steps: [1.5, 2, 3, 5, 10, 20])
}
