/// What the sums of an aggregation are divided by, where the batch itself should not say: for
/// example the token count of a whole update while one of its slices is evaluated.
public struct AggregationNormalizers: Sendable, Hashable {
  /// dp, a factor on the first three modes: the number of workers that average their gradients.
  public var workerCount: Double
  /// N of `tokenMean`; the batch's unmasked tokens if `nil`.
  public var tokenCount: Double?
  /// S of the two sequence means; the batch's sequences with an unmasked token if `nil`.
  public var sequenceCount: Double?
  /// C of `sequenceMeanTokenSumNorm`; the longest sequence T if `nil`.
  public var tokenSumScale: Double?

  public init(
    workerCount: Double = 1, tokenCount: Double? = nil, sequenceCount: Double? = nil,
    tokenSumScale: Double? = nil
  ) {
    self.workerCount = workerCount
    self.tokenCount = tokenCount
    self.sequenceCount = sequenceCount
    self.tokenSumScale = tokenSumScale
  }
}

extension LossAggregation {
  /// The weight, d loss / d token loss, of the unmasked tokens of each sequence. `[B]`
  ///
  /// Every mode is linear with one weight per sequence; one without unmasked tokens has weight 0.
  public func sequenceWeights(
    _ layout: TokenLayout, normalizers: AggregationNormalizers = AggregationNormalizers()
  ) -> [Double] {
    let lengths = layout.unmaskedLengths.map(Double.init)
    let tokens = normalizers.tokenCount ?? lengths.reduce(0, +)
    let sequences = normalizers.sequenceCount ?? Double(lengths.count { $0 > 0 })
    let scale = normalizers.tokenSumScale ?? Double(layout.longest)
    return lengths.map { length in
      guard length > 0 else { return 0 }
      return switch self {
      case .tokenMean: normalizers.workerCount / tokens
      case .sequenceMeanTokenSum: normalizers.workerCount / sequences
      case .sequenceMeanTokenMean: normalizers.workerCount / ((length + 1e-8) * sequences)
      case .sequenceMeanTokenSumNorm: 1 / scale
      }
    }
  }

  /// The weight of every token, 0 where masked. `[N]`
  public func tokenWeights(
    _ layout: TokenLayout, normalizers: AggregationNormalizers = AggregationNormalizers()
  ) -> [Double] {
    let weights = sequenceWeights(layout, normalizers: normalizers)
    return zip(layout.sequences, weights).flatMap { places, weight in
      places.map { layout.isUnmasked($0) ? weight : 0 }
    }
  }

  /// The aggregated loss; masked values are never read into it.
  ///
  /// - Parameter tokenLosses: `[N]`.
  public func loss(
    ofTokenLosses tokenLosses: [Double], _ layout: TokenLayout,
    normalizers: AggregationNormalizers = AggregationNormalizers()
  ) -> Double {
    precondition(
      tokenLosses.count == layout.tokenCount,
      "\(tokenLosses.count) losses for \(layout.tokenCount) tokens")
    let weights = sequenceWeights(layout, normalizers: normalizers)
    var loss = 0.0
    for (places, weight) in zip(layout.sequences, weights) where weight != 0 {
      var sum = 0.0
      for place in places where layout.isUnmasked(place) { sum += tokenLosses[place] }
      loss += weight * sum
    }
    return loss
  }
}
