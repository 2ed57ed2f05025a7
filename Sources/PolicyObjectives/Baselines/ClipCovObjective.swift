/// Clip-Cov, arXiv 2505.22617: a hard clip that also drops a few tokens at which advantage and
/// log-probability vary together.
///
/// Among the unclipped tokens whose covariance lies between two bounds, a random subset gets no
/// loss and no gradient. Here the choice depends on the batch alone: each candidate draws a
/// 64-bit priority from its own numbers and a digest of the whole batch, and the smallest
/// priorities are dropped. So the same batch always loses the same tokens, in whatever order its
/// sequences come. The log-ratio is not clamped, and there is no dual clip.
public struct ClipCovObjective: PolicyObjective, Hashable {
  /// ε below and above 1.
  public private(set) var clipRangeEpsilonLow = 0.2
  public private(set) var clipRangeEpsilonHigh = 0.2
  /// Share of all tokens that are dropped, at least one, if there are candidates.
  public private(set) var droppedShare = 2e-4
  /// Candidates have a covariance strictly between these.
  public private(set) var covarianceLowerBound = 1.0
  public private(set) var covarianceUpperBound = 5.0

  public init() {}

  public static let parameters: [ObjectiveParameter<ClipCovObjective>] = [
    .init(.clipEpsilonLow, \.clipRangeEpsilonLow),
    .init(.clipEpsilonHigh, \.clipRangeEpsilonHigh),
    .init(
      ParameterSpecification(
        name: "clip_cov_ratio", symbol: "r",
        summary: "Share of tokens that are dropped, at least one token.",
        minimum: 0, maximum: 1, steps: [2e-4, 1e-3, 2e-3, 0.01, 0.02, 0.1, 1]),
      \.droppedShare),
    .init(
      ParameterSpecification(
        name: "clip_cov_lb", symbol: "ω_low", summary: "Candidates have a larger covariance.",
        minimum: -1e6, maximum: 1e6, steps: [0, 0.5, 1, 2]),
      \.covarianceLowerBound),
    .init(
      ParameterSpecification(
        name: "clip_cov_ub", symbol: "ω_high",
        summary: "Candidates have a smaller covariance.",
        minimum: -1e6, maximum: 1e6, steps: [2, 5, 10, 20]),
      \.covarianceUpperBound),
  ]

  public static let info = ObjectiveInfo(
    name: "clip_cov", title: "Clip-Cov",
    summary: "GRPO's clip that also drops a few of the tokens that cost most entropy.",
    explanation: """
      The tokens at which advantage and log-probability are both well above their means are the \
      ones that make the policy certain. Clip-Cov drops a small random subset of those between \
      two covariance bounds from the update; the rest is GRPO's clip without dual clip. \
      Published settings: share 2e-4, covariance between 1 and 5, ε 0.2 and 0.2. Minibatches \
      here are small, so the share amounts to the one token it takes at least. Watch the share \
      dropped: without candidates nothing happens.
      """,
    formula: "L = max(−A·ρ, −A·clip(ρ, 1−ε, 1+ε)), 0 for a subset of ω_low < cov < ω_high",
    source: "arXiv 2505.22617; verl@b178a3cd, core_algos.py")

  private var clip: HardClip {
    HardClip(lower: 1 - clipRangeEpsilonLow, upper: 1 + clipRangeEpsilonHigh, dual: nil)
  }

  public func evaluate(
    _ batch: TokenBatch, aggregation: LossAggregation
  ) -> ObjectiveEvaluation {
    let unclipped = FixedClipRule(clip: clip, logRatioLimit: .infinity)
      .evaluateTokens(of: batch, aggregation: aggregation).evaluation
    let dropped = droppedTokens(of: batch, gates: unclipped.gates ?? [])
    var rule = DroppingRule(
      clip: clip, isDropped: [Bool](repeating: false, count: batch.tokenCount))
    for index in dropped { rule.isDropped[index] = true }
    var (evaluation, tally) = rule.evaluateTokens(of: batch, aggregation: aggregation)
    evaluation.diagnostics = tally.diagnostics(clipped: DiagnosticName.clippedShare)
    evaluation.diagnostics[DiagnosticName.droppedShare] = tally.mean(of: Double(dropped.count))
    return evaluation
  }

  public func gate(
    atRatio ratio: Double, behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> Double? {
    clip.gate(atRatio: ratio, advantage: advantage)
  }

  public func limits(
    behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> RatioLimits? {
    clip.limits(behaviorProbability: behaviorProbability, advantage: advantage)
  }
}

extension ClipCovObjective {
  /// The places of the tokens that lose their loss.
  ///
  /// - Parameter gates: 0 where the hard clip has already acted. `[N]`
  private func droppedTokens(of batch: TokenBatch, gates: [Double]) -> ArraySlice<Int> {
    let covariance = TokenCovariance(of: batch)
    let digests = covariance.indices.map { batch.tokenDigest(at: $0) }
    // A sum, so that the order of the tokens does not matter.
    let batchDigest = digests.reduce(0, &+)
    let candidates = covariance.indices.indices.filter { place in
      gates[covariance.indices[place]] != 0
        && covariance.values[place] > covarianceLowerBound
        && covariance.values[place] < covarianceUpperBound
    }
    return candidates.sorted {
      (mixed(digests[$0] ^ batchDigest), $0) < (mixed(digests[$1] ^ batchDigest), $1)
    }
    .map { covariance.indices[$0] }
    .prefix(covariance.count(ofShare: droppedShare))
  }
}

/// The hard clip, and nothing at all for dropped tokens.
private struct DroppingRule: TokenRule {
  var clip: HardClip
  /// `[N]`
  var isDropped: [Bool]

  var logRatioLimit: Double { .infinity }

  @inline(__always)
  func term(of token: TokenInput) -> TokenTerm {
    let term = clip.term(of: token)
    guard isDropped[token.index] else { return term }
    // The product keeps a NaN visible.
    return TokenTerm(loss: 0 * term.loss, gradient: 0, gate: 0)
  }
}

extension TokenBatch {
  /// A digest of one token's numbers.
  fileprivate func tokenDigest(at index: Int) -> UInt64 {
    var digest = mixed(behaviorLogProbabilities[index].bitPattern)
    digest = mixed(digest ^ logProbabilities[index].bitPattern)
    return mixed(digest ^ advantages[index].bitPattern)
  }
}

/// SplitMix64's output function, by which neighboring inputs give unrelated outputs.
private func mixed(_ value: UInt64) -> UInt64 {
  var z = value &+ 0x9E37_79B9_7F4A_7C15
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}
