/// The scalars of one optimizer update; every update has them. Sums run over the unmasked tokens
/// of the minibatch whose advantage is not zero, unless a field says otherwise. Symbols: w the
/// token's weight in the loss aggregation, ρ the importance ratio, F the gate, s = ‖onehot − π‖.
/// Updates of the trainer here have every scalar without a note; of one that another trainer made,
/// what was not told is `nil`.
public struct UpdateMetrics: Sendable, Hashable, Codable {
  public var position: UpdatePosition
  /// Aggregated surrogate loss before the update.
  public var loss: Double?
  /// Learning rate applied, ramp included.
  public var learningRate: Double?
  /// Norm of the gradient before clipping.
  public var gradientNorm: Double?
  /// Factor that clipping applied, in (0, 1].
  public var clipFactor: Double?
  /// KL(π_old‖π), exact over the vocabulary, nats per token: mean, 99th percentile and maximum
  /// over all unmasked tokens of the minibatch, at the weights before the update.
  public var klMean: Double?
  public var kl99: Double?
  public var klMaximum: Double?
  /// The estimate k3 of the same mean from the sampled tokens alone, the mean of ρ − 1 − ln ρ
  /// (J. Schulman, "Approximating KL divergence"); made where the exact one is not known.
  public var klEstimate: Double?
  /// Entropy of π, nats per token, mean over all unmasked tokens.
  public var entropy: Double?
  /// Extreme importance ratios over all tokens with A ≠ 0; `nil` when there are none.
  public var ratioMinimum: Double?
  public var ratioMaximum: Double?
  /// Unmasked tokens, of which tokens with A ≠ 0.
  public var tokenCount: Int
  public var activeTokenCount: Int
  public var positive: SignMetrics
  public var negative: SignMetrics
  /// Cosine of g₊ and g₋; `nil` when either is absent or zero.
  public var gradientCosine: Double?
  public var waterfall: Waterfall?
  /// Tokens with A < 0 and ρ > 4, which MASPO does not limit.
  public var runawayTokenCount: Int
  /// Exact KL(before‖after) of this update, nats per token, on the minibatch it used and on one
  /// it did not; `nil` when it was not measured (it costs forward passes).
  public var realisedStepOnBatch: Double?
  public var realisedStepOffBatch: Double?
  /// Named diagnostics of the objective itself.
  public var diagnostics: [String: Double]
  /// Wall seconds of computing.
  public var seconds: Double

  public init(
    position: UpdatePosition, loss: Double?, learningRate: Double?, gradientNorm: Double?,
    clipFactor: Double?, klMean: Double?, kl99: Double?, klMaximum: Double?,
    klEstimate: Double? = nil, entropy: Double?,
    ratioMinimum: Double?, ratioMaximum: Double?, tokenCount: Int, activeTokenCount: Int,
    positive: SignMetrics, negative: SignMetrics, gradientCosine: Double?,
    waterfall: Waterfall?, runawayTokenCount: Int, realisedStepOnBatch: Double? = nil,
    realisedStepOffBatch: Double? = nil, diagnostics: [String: Double] = [:], seconds: Double
  ) {
    self.position = position
    self.loss = loss
    self.learningRate = learningRate
    self.gradientNorm = gradientNorm
    self.clipFactor = clipFactor
    self.klMean = klMean
    self.kl99 = kl99
    self.klMaximum = klMaximum
    self.klEstimate = klEstimate
    self.entropy = entropy
    self.ratioMinimum = ratioMinimum
    self.ratioMaximum = ratioMaximum
    self.tokenCount = tokenCount
    self.activeTokenCount = activeTokenCount
    self.positive = positive
    self.negative = negative
    self.gradientCosine = gradientCosine
    self.waterfall = waterfall
    self.runawayTokenCount = runawayTokenCount
    self.realisedStepOnBatch = realisedStepOnBatch
    self.realisedStepOffBatch = realisedStepOffBatch
    self.diagnostics = diagnostics
    self.seconds = seconds
  }

  /// Share of the active tokens with F < 0.99; `nil` without a gate or without active tokens.
  public var attenuatedShare: Double? {
    guard activeTokenCount > 0, let up = positive.attenuatedCount,
      let down = negative.attenuatedCount
    else { return nil }
    return Double(up + down) / Double(activeTokenCount)
  }

  /// Removed share over both signs; `nil` without a gate or without push.
  public var removedShare: Double? { (positive.balance + negative.balance).removedShare }
}

/// Update magnitudes of the tokens whose advantage has one sign.
public struct SignMetrics: Sendable, Hashable, Codable {
  public var tokenCount: Int
  /// Tokens with F < 0.99; `nil` for objectives without a gate per token.
  public var attenuatedCount: Int?
  /// Σ w|A|Fρ.
  public var push: Double
  /// Σ w|A|Fρs.
  public var weightedPush: Double
  /// Σ w|A|ρ(1 − F)s, what the gate took; `nil` without a gate per token.
  public var weightedRemoved: Double?
  /// ‖g₊‖ or ‖g₋‖, the loss gradient of the sequences with this sign, before clipping; `nil`
  /// where the objective has terms without a sign, or no sequence has this sign.
  public var gradientNorm: Double?

  public init(
    tokenCount: Int, attenuatedCount: Int?, push: Double, weightedPush: Double,
    weightedRemoved: Double?, gradientNorm: Double?
  ) {
    self.tokenCount = tokenCount
    self.attenuatedCount = attenuatedCount
    self.push = push
    self.weightedPush = weightedPush
    self.weightedRemoved = weightedRemoved
    self.gradientNorm = gradientNorm
  }

  /// Σ w|A|ρ(1 − F)s / Σ w|A|ρs, in [0, 1]; `nil` without a gate or without push.
  public var removedShare: Double? { balance.removedShare }

  public var balance: PushBalance { PushBalance(kept: weightedPush, removed: weightedRemoved) }
}

/// The signed sum of the update taken apart: net = composition + drift − gate.
public struct Waterfall: Sendable, Hashable, Codable {
  /// Σ wA: the mix of signs in the minibatch.
  public var composition: Double
  /// Σ wA(ρ − 1): what the ratios' drift adds.
  public var drift: Double
  /// Σ wAρ(1 − F): what the gate takes.
  public var gate: Double
  public var net: Double { composition + drift - gate }

  public init(composition: Double, drift: Double, gate: Double) {
    self.composition = composition
    self.drift = drift
    self.gate = gate
  }
}
