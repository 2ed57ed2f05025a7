/// Mean of a sample and the standard error of that mean.
public struct MeanEstimate: Sendable, Hashable, Codable {
  public let count: Int
  public let mean: Double
  /// s/√n with the sample's deviation s (n − 1 in its denominator); `nil` for a single value.
  public let standardError: Double?

  /// - Returns: `nil` without values.
  public init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let squares = values.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }
    count = values.count
    self.mean = mean
    standardError = values.count > 1 ? (squares / (n - 1) / n).squareRoot() : nil
  }
}

/// The difference of two arms over the seeds that both have, paired by seed.
public struct PairedDifference: Sendable, Hashable, Codable {
  public let estimate: MeanEstimate
  /// Half the width of the 95 % confidence interval: t(0.975, n − 1)·s/√n, where s is taken for
  /// no less than the step in which scores are counted; `nil` for one pair.
  public let margin: Double?

  public static let confidence = 0.95

  /// Pairs below which nothing is said: two that happen to be alike look like certainty.
  public static let fewestPairs = 3

  /// - Parameters:
  ///   - differences: arm minus reference, one for each seed.
  ///   - step: in which the scores are counted; equal differences are not known better than that.
  /// - Returns: `nil` without pairs.
  public init?(_ differences: [Double], step: Double) {
    guard let estimate = MeanEstimate(differences) else { return nil }
    self.estimate = estimate
    margin = estimate.standardError.map {
      max($0, step / Double(estimate.count).squareRoot())
        * StudentT.quantile(
          (1 + Self.confidence) / 2, degrees: Double(estimate.count - 1))
    }
  }

  public var lower: Double? { margin.map { estimate.mean - $0 } }
  public var upper: Double? { margin.map { estimate.mean + $0 } }

  /// What may be said of the difference.
  public enum Verdict: String, Sendable, Hashable, Codable {
    case better
    case worse
    /// The confidence interval contains 0: a difference within noise.
    case tie
    /// Fewer than `fewestPairs` show no noise to compare with.
    case unknown = "too few seeds"
  }

  /// Pairs in all at which the interval would leave 0 out, were mean and deviation to stay as they
  /// are; `nil` where nothing can be said or more than `limit` would be needed.
  public func pairsToTellApart(limit: Int = 1_000) -> Int? {
    guard estimate.count >= Self.fewestPairs, let margin, estimate.mean != 0 else { return nil }
    func quantile(_ pairs: Int) -> Double {
      StudentT.quantile((1 + Self.confidence) / 2, degrees: Double(pairs - 1))
    }
    let deviation = margin / quantile(estimate.count) * Double(estimate.count).squareRoot()
    func tellsApart(_ pairs: Int) -> Bool {
      quantile(pairs) * deviation / Double(pairs).squareRoot() < abs(estimate.mean)
    }
    guard tellsApart(limit) else { return nil }
    var (low, high) = (Self.fewestPairs - 1, limit)
    while high - low > 1 {
      let middle = (low + high) / 2
      if tellsApart(middle) { high = middle } else { low = middle }
    }
    return high
  }

  public var verdict: Verdict {
    guard estimate.count >= Self.fewestPairs, let lower, let upper else { return .unknown }
    if lower > 0 { return .better }
    return upper < 0 ? .worse : .tie
  }
}
