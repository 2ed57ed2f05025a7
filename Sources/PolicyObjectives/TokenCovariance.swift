/// The covariance of advantage and log-probability, token by token (arXiv 2505.22617): where it is
/// large, the update lowers entropy most.
struct TokenCovariance {
  /// The unmasked places of the batch, in order, and (A − mean A)(log π − mean log π) of each.
  let indices: [Int]
  let values: [Double]

  /// Means are over the unmasked tokens n, with n + 1e-8 as denominator.
  init(of batch: TokenBatch) {
    let indices = batch.layout.unmaskedPlaces
    let count = Double(indices.count) + 1e-8
    let meanAdvantage = indices.reduce(0) { $0 + batch.advantages[$1] } / count
    let meanLogProbability = indices.reduce(0) { $0 + batch.logProbabilities[$1] } / count
    self.indices = indices
    values = indices.map {
      (batch.advantages[$0] - meanAdvantage) * (batch.logProbabilities[$0] - meanLogProbability)
    }
  }

  /// How many tokens a share selects: at least one, rounded down.
  func count(ofShare share: Double) -> Int {
    max(1, Int(Double(indices.count) * share))
  }
}
