/// What is said of each response token, flat, in the order of the batch; double precision, from
/// the logits divided by the temperature; natural logarithms.
public struct TokenStatistics: Sendable {
  /// log π of the token.
  public var logProbabilities: [Double]
  /// Entropy of the token's distribution, nats.
  public var entropies: [Double]
  /// Σ π² over the vocabulary: the collision probability.
  public var squaredSums: [Double]
  /// KL(behavior‖current) over the vocabulary, nats; `nil` when no behavior logits were given.
  public var divergences: [Double]?

  public init(count: Int, withDivergences: Bool = false) {
    logProbabilities = Array(repeating: 0, count: count)
    entropies = logProbabilities
    squaredSums = logProbabilities
    divergences = withDivergences ? logProbabilities : nil
  }
}

/// The logits of another policy at the tokens of a batch: rows of `vocabularySize` scalars,
/// sequence i's rows starting at row `firstRows[i]`. Responses to one prompt have equal rows as far
/// as they begin alike, since one policy gives equal logits there.
public struct BehaviorLogits<Scalar: TransformerScalar> {
  public var base: UnsafePointer<Scalar>
  public var firstRows: [Int]

  public init(base: UnsafePointer<Scalar>, firstRows: [Int]) {
    self.base = base
    self.firstRows = firstRows
  }
}
