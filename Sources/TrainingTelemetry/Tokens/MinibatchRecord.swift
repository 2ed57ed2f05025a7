public import PolicyObjectives

/// The tokens of one minibatch as its update saw them, one element per unmasked token. From it
/// follow the bucket table, previews of other knob values and what other objectives would do.
public struct MinibatchRecord: Sendable, Hashable, Codable {
  /// log π_old and log π of the sampled token; natural log.
  public var behaviorLogProbabilities: [Double]
  public var logProbabilities: [Double]
  public var advantages: [Double]
  /// w: d loss / d token loss in the aggregation; empty where the objective has no token losses.
  public var weights: [Double]
  /// ρ as the objective clamps it.
  public var ratios: [Double]
  /// F; empty for objectives without a gate per token.
  public var gates: [Double]
  /// d loss / d log π, after aggregation.
  public var gradient: [Double]
  /// s = ‖onehot(a) − π‖.
  public var sensitivities: [Double]
  /// Entropy of π, nats; empty where it is not known.
  public var entropies: [Double]
  /// Tokens of each sequence, in order; their sum is the token count.
  public var sequenceLengths: [Int]
  /// What the tokens print, one character each, as `TokenRecord.symbol`; `nil` where it is not
  /// known.
  public var symbols: String?
  /// Which of the rollout's answers the sequences are, 0-based over all groups; `nil` likewise.
  public var sequences: [Int]?

  public init(
    behaviorLogProbabilities: [Double], logProbabilities: [Double], advantages: [Double],
    weights: [Double], ratios: [Double], gates: [Double], gradient: [Double],
    sensitivities: [Double], entropies: [Double], sequenceLengths: [Int],
    symbols: String? = nil, sequences: [Int]? = nil
  ) {
    self.behaviorLogProbabilities = behaviorLogProbabilities
    self.logProbabilities = logProbabilities
    self.advantages = advantages
    self.weights = weights
    self.ratios = ratios
    self.gates = gates
    self.gradient = gradient
    self.sensitivities = sensitivities
    self.entropies = entropies
    self.sequenceLengths = sequenceLengths
    self.symbols = symbols
    self.sequences = sequences
  }

  public var tokenCount: Int { behaviorLogProbabilities.count }

  /// The record as a batch, for evaluating other objectives on the same tokens.
  public var tokenBatch: TokenBatch {
    TokenBatch(
      layout: TokenLayout(lengths: sequenceLengths),
      behaviorLogProbabilities: behaviorLogProbabilities, logProbabilities: logProbabilities,
      advantages: advantages, entropies: entropies.isEmpty ? nil : entropies)
  }
}
