#if canImport(Glibc)
  import Glibc
#endif

/// One unmasked token as a rule sees it.
struct TokenInput {
  /// The place in the batch's columns, and the sequence.
  var index: Int
  var row: Int
  /// log π_old and log π of the sampled token.
  var behaviorLogProbability: Double
  var logProbability: Double
  /// log π − log π_old, clamped as the rule asks.
  var logRatio: Double
  /// ρ = exp(logRatio).
  var ratio: Double
  var advantage: Double
}

/// What a rule says of a token.
struct TokenTerm {
  /// L, to be minimized.
  var loss: Double
  /// dL / d log π, before aggregation.
  var gradient: Double
  /// F.
  var gate: Double
  var event = TokenEvent.none

  /// The term whose gradient is −A·ρ·F.
  init(loss: Double, gate: Double, of token: TokenInput, event: TokenEvent = .none) {
    self.loss = loss
    self.gate = gate
    self.gradient = -token.advantage * token.ratio * gate
    self.event = event
  }

  init(loss: Double, gradient: Double, gate: Double, event: TokenEvent = .none) {
    self.loss = loss
    self.gradient = gradient
    self.gate = gate
    self.event = event
  }
}

/// What a bound has done to a token, for the diagnostics.
enum TokenEvent {
  case none
  case clipped
  case dualClipped
}

/// The part that token-wise objectives do not share: loss and gradient of one token.
///
/// The loop over a batch is generic over the rule and specialized for it, so a rule costs no
/// call and no allocation per token.
protocol TokenRule {
  /// Log-ratios are clamped to ± this before they become a ratio; infinity for "not at all".
  var logRatioLimit: Double { get }

  /// Whether the gradient goes through ρ and so vanishes beyond the clamp.
  var gradientNeedsUnclampedRatio: Bool { get }

  func term(of token: TokenInput) -> TokenTerm
}

extension TokenRule {
  var logRatioLimit: Double { 20 }
  var gradientNeedsUnclampedRatio: Bool { true }
}

/// Sums over the unmasked tokens of a batch that diagnostics are made of.
struct TokenTally {
  var tokenCount = 0.0
  var clippedCount = 0.0
  var dualClippedCount = 0.0
  var logRatioSum = 0.0
  var absoluteLogRatioSum = 0.0

  mutating func add(logRatio: Double, _ event: TokenEvent) {
    tokenCount += 1
    logRatioSum += logRatio
    absoluteLogRatioSum += abs(logRatio)
    switch event {
    case .none: break
    case .clipped: clippedCount += 1
    case .dualClipped: dualClippedCount += 1
    }
  }

  func mean(of sum: Double) -> Double { sum / (tokenCount + 1e-8) }

  /// The approximate KL and, under the names given, the two shares.
  func diagnostics(clipped: String? = nil, dualClipped: String? = nil) -> [String: Double] {
    var diagnostics = [DiagnosticName.approximateKL: mean(of: -logRatioSum)]
    if let clipped { diagnostics[clipped] = mean(of: clippedCount) }
    if let dualClipped { diagnostics[dualClipped] = mean(of: dualClippedCount) }
    return diagnostics
  }
}

extension TokenRule {
  /// Runs the rule over a batch: the plain definition, in double precision and in order.
  ///
  /// Masked tokens are skipped, not multiplied by zero, so nothing stored there matters.
  func evaluateTokens(
    of batch: TokenBatch, aggregation: LossAggregation
  ) -> (evaluation: ObjectiveEvaluation, tally: TokenTally) {
    let sequenceWeights = aggregation.sequenceWeights(batch.layout)
    let zeros = [Double](repeating: 0, count: batch.tokenCount)
    var gradient = zeros
    var losses = zeros
    var ratios = zeros
    var gates = zeros
    var weights = zeros
    var loss = 0.0
    var tally = TokenTally()
    let limit = logRatioLimit
    for (row, places) in batch.layout.sequences.enumerated() {
      let weight = sequenceWeights[row]
      for index in places where batch.layout.isUnmasked(index) {
        let old = batch.behaviorLogProbabilities[index]
        let new = batch.logProbabilities[index]
        let distance = new - old
        let logRatio = clamped(distance, to: limit)
        let token = TokenInput(
          index: index, row: row, behaviorLogProbability: old, logProbability: new,
          logRatio: logRatio, ratio: exp(logRatio), advantage: batch.advantages[index])
        let term = term(of: token)
        let isCut = gradientNeedsUnclampedRatio && abs(distance) > limit
        gradient[index] = isCut ? 0 : weight * term.gradient
        losses[index] = term.loss
        ratios[index] = token.ratio
        gates[index] = term.gate
        weights[index] = weight
        loss += weight * term.loss
        tally.add(logRatio: logRatio, term.event)
      }
    }
    let evaluation = ObjectiveEvaluation(
      loss: loss, gradient: gradient, tokenLosses: losses, ratios: ratios, gates: gates,
      weights: weights)
    return (evaluation, tally)
  }
}

/// ρ of a log-ratio, clamped to e^±20 as in most objectives.
func importanceRatio(logRatio: Double) -> Double {
  exp(clamped(logRatio, to: 20))
}

/// `value` held to ± `limit`; NaN stays NaN.
@inline(__always)
func clamped(_ value: Double, to limit: Double) -> Double {
  if value > limit { return limit }
  if value < -limit { return -limit }
  return value
}
