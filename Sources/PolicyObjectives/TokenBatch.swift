/// A minibatch: flat columns of one element per token, laid out as `layout` says.
public struct TokenBatch: Sendable {
  /// Which tokens are whose, and which count; N tokens in B sequences.
  public var layout: TokenLayout
  /// Log-probability of the sampled token under the behavior policy, π_old; natural log. `[N]`
  public var behaviorLogProbabilities: [Double]
  /// The same under the policy being trained, π. `[N]`
  public var logProbabilities: [Double]
  /// A; equal for all tokens of a sequence in training, free here. `[N]`
  public var advantages: [Double]
  /// Entropy of π's distribution at the token, nats, for the objectives that shape advantages
  /// with it; a constant for the derivative. `[N]`
  public var entropies: [Double]?

  /// - Precondition: every array has an element per token of the layout.
  public init(
    layout: TokenLayout, behaviorLogProbabilities: [Double], logProbabilities: [Double],
    advantages: [Double], entropies: [Double]? = nil
  ) {
    let count = layout.tokenCount
    precondition(
      behaviorLogProbabilities.count == count && logProbabilities.count == count
        && advantages.count == count && (entropies?.count ?? count) == count,
      "columns must have \(count) elements")
    self.layout = layout
    self.behaviorLogProbabilities = behaviorLogProbabilities
    self.logProbabilities = logProbabilities
    self.advantages = advantages
    self.entropies = entropies
  }

  /// B.
  public var sequenceCount: Int { layout.lengths.count }

  /// N, masked tokens included.
  public var tokenCount: Int { behaviorLogProbabilities.count }
}

/// What an objective says of a minibatch. Arrays have an element per token of
/// the batch, `[N]`, 0 at masked ones.
public struct ObjectiveEvaluation: Sendable {
  /// The aggregated loss, to be minimized.
  public var loss: Double
  /// d loss / d log π of each token, after aggregation.
  public var gradient: [Double]
  /// Per-token loss before aggregation; `nil` where the objective has none (GMPO).
  public var tokenLosses: [Double]?
  /// ρ = exp(log π − log π_old), clamped as the objective does.
  public var ratios: [Double]
  /// F, by −A·ρ·F = d(token loss)/d log π; `nil` where there is no gate per token.
  public var gates: [Double]?
  /// Weight of a token in the aggregation, d loss / d token loss; `nil` without token losses.
  public var weights: [Double]?
  /// The ratio of each sequence, where it decides instead of the tokens' (GSPO, GMPO). `[B]`
  public var sequenceRatios: [Double]?
  /// A as the objective uses it, where it differs from the input (Entropy Advantage).
  public var shapedAdvantages: [Double]?
  /// Named diagnostics of the objective; one that does not apply is absent.
  public var diagnostics: [String: Double]
  /// What token-level views of the same minibatch need.
  public var context: BatchContext
  /// Whether every gradient term belongs to the sign of its sequence's advantage. False where
  /// an objective adds terms without a sign (KL-Cov's penalty).
  public var gradientFollowsSign: Bool

  public init(
    loss: Double, gradient: [Double], tokenLosses: [Double]? = nil, ratios: [Double],
    gates: [Double]? = nil, weights: [Double]? = nil, sequenceRatios: [Double]? = nil,
    shapedAdvantages: [Double]? = nil,
    diagnostics: [String: Double] = [:], context: BatchContext = BatchContext(),
    gradientFollowsSign: Bool = true
  ) {
    self.loss = loss
    self.gradient = gradient
    self.tokenLosses = tokenLosses
    self.ratios = ratios
    self.gates = gates
    self.weights = weights
    self.sequenceRatios = sequenceRatios
    self.shapedAdvantages = shapedAdvantages
    self.diagnostics = diagnostics
    self.context = context
    self.gradientFollowsSign = gradientFollowsSign
  }
}

extension TokenBatch {
  /// Whether the batch has all that the objective computes with.
  public func suffices(for objective: any PolicyObjective) -> Bool {
    entropies != nil || !type(of: objective).usesEntropy
  }
}
