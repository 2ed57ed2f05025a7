/// What the sums of an aggregation are divided by, where the batch itself should not say: for
/// example the token count of a whole update while one of its slices is evaluated.
public struct AggregationNormalizers: Sendable, Hashable {
  /// dp, a factor on the first three modes: the number of workers that average their gradients.
  public var workerCount: Double
  /// N of `tokenMean`; the batch's unmasked tokens if `nil`.
  public var tokenCount: Double?
  /// S of the two sequence means; the batch's rows with an unmasked token if `nil`.
  public var sequenceCount: Double?
  /// C of `sequenceMeanTokenSumNorm`; the row width T if `nil`.
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
  /// The weight, d loss / d token loss, of the unmasked tokens of each row. `[B]`
  ///
  /// Every mode is linear with one weight per row; a row without unmasked tokens has weight 0.
  ///
  /// - Parameter mask: `[B, T]` row-major.
  /// - Precondition: `mask` has `width` elements per row.
  public func rowWeights(
    mask: [Bool], width: Int, normalizers: AggregationNormalizers = AggregationNormalizers()
  ) -> [Double] {
    let rowCount = width == 0 ? 0 : mask.count / width
    precondition(rowCount * width == mask.count, "\(mask.count) mask values, rows of \(width)")
    let lengths = (0..<rowCount).map { row in
      Double(mask[row * width..<(row + 1) * width].count { $0 })
    }
    let tokens = normalizers.tokenCount ?? lengths.reduce(0, +)
    let rows = normalizers.sequenceCount ?? Double(lengths.count { $0 > 0 })
    let scale = normalizers.tokenSumScale ?? Double(width)
    return lengths.map { length in
      guard length > 0 else { return 0 }
      return switch self {
      case .tokenMean: normalizers.workerCount / tokens
      case .sequenceMeanTokenSum: normalizers.workerCount / rows
      case .sequenceMeanTokenMean: normalizers.workerCount / ((length + 1e-8) * rows)
      case .sequenceMeanTokenSumNorm: 1 / scale
      }
    }
  }

  /// The weight of every token, 0 where masked. `[B, T]` row-major.
  public func weights(
    mask: [Bool], width: Int, normalizers: AggregationNormalizers = AggregationNormalizers()
  ) -> [Double] {
    let rows = rowWeights(mask: mask, width: width, normalizers: normalizers)
    return mask.indices.map { mask[$0] ? rows[$0 / width] : 0 }
  }

  /// The aggregated loss; masked values are never read into it.
  ///
  /// - Parameters:
  ///   - tokenLosses: `[B, T]` row-major.
  ///   - mask: the same shape.
  public func loss(
    ofTokenLosses tokenLosses: [Double], mask: [Bool], width: Int,
    normalizers: AggregationNormalizers = AggregationNormalizers()
  ) -> Double {
    precondition(
      tokenLosses.count == mask.count, "\(tokenLosses.count) losses, \(mask.count) mask values")
    let rows = rowWeights(mask: mask, width: width, normalizers: normalizers)
    var loss = 0.0
    for row in rows.indices {
      var rowSum = 0.0
      for index in row * width..<(row + 1) * width where mask[index] {
        rowSum += tokenLosses[index]
      }
      if rows[row] != 0 { loss += rows[row] * rowSum }
    }
    return loss
  }
}
