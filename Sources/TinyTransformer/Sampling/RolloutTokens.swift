/// N sampled responses of at most R tokens, with what the sampling policy said of each token.
///
/// Arrays are `[N, R]` row-major; entries after a response's end are zero.
public struct RolloutTokens<Scalar: TransformerScalar>: Sendable {
  public let sequenceCount: Int
  /// R
  public let maximumResponse: Int
  public let vocabularySize: Int
  /// The sampled tokens, end token included.
  public internal(set) var tokens: [Int32]
  /// Tokens of each response. `[N]`
  public internal(set) var lengths: [Int]
  /// Whether a response reached R tokens without the end token. `[N]`
  public internal(set) var isTruncated: [Bool]
  /// log π of the tokens, natural logarithm, at the sampling temperature.
  public internal(set) var logProbabilities: [Double]
  /// Entropy of each token's distribution, nats.
  public internal(set) var entropies: [Double]
  /// Σ π² of each token's distribution.
  public internal(set) var squaredSums: [Double]
  /// The logits that each token was drawn from, `[N, R, V]`; empty if they were not kept.
  public internal(set) var logits: [Scalar]

  init(sequenceCount: Int, maximumResponse: Int, vocabularySize: Int, keepsLogits: Bool) {
    self.sequenceCount = sequenceCount
    self.maximumResponse = maximumResponse
    self.vocabularySize = vocabularySize
    let count = sequenceCount * maximumResponse
    tokens = Array(repeating: 0, count: count)
    lengths = Array(repeating: 0, count: sequenceCount)
    isTruncated = Array(repeating: false, count: sequenceCount)
    logProbabilities = Array(repeating: 0, count: count)
    entropies = logProbabilities
    squaredSums = logProbabilities
    logits = Array(repeating: 0, count: keepsLogits ? count * vocabularySize : 0)
  }

  /// Responses that were kept elsewhere, such as in a checkpoint.
  ///
  /// - Precondition: the arrays have the shapes given at the properties, and no response is
  ///   longer than `maximumResponse` or empty.
  public init(
    maximumResponse: Int, vocabularySize: Int, tokens: [Int32], lengths: [Int],
    isTruncated: [Bool], logProbabilities: [Double], entropies: [Double], squaredSums: [Double],
    logits: [Scalar]
  ) {
    let count = lengths.count * maximumResponse
    precondition(
      tokens.count == count && isTruncated.count == lengths.count
        && logProbabilities.count == count && entropies.count == count
        && squaredSums.count == count && [0, count * vocabularySize].contains(logits.count),
      "the parts of \(lengths.count) responses differ in size")
    precondition(
      lengths.allSatisfy { (1...maximumResponse).contains($0) },
      "a response's length is not in 1 ... \(maximumResponse)")
    sequenceCount = lengths.count
    self.maximumResponse = maximumResponse
    self.vocabularySize = vocabularySize
    self.tokens = tokens
    self.lengths = lengths
    self.isTruncated = isTruncated
    self.logProbabilities = logProbabilities
    self.entropies = entropies
    self.squaredSums = squaredSums
    self.logits = logits
  }

  /// Tokens of all responses.
  public var tokenCount: Int { lengths.reduce(0, +) }

  /// Where a response's tokens are in the flat arrays.
  public func range(of sequence: Int) -> Range<Int> {
    let start = sequence * maximumResponse
    return start..<start + lengths[sequence]
  }

  /// A response's tokens, end token included.
  public func response(_ sequence: Int) -> ArraySlice<Int32> { tokens[range(of: sequence)] }

  /// First row of a sequence's logits, for `BehaviorLogits`.
  public func firstLogitsRow(of sequence: Int) -> Int { sequence * maximumResponse }
}
