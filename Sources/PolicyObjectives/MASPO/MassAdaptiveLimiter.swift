#if canImport(Glibc)
  import Glibc
#endif

/// MASPO's mass-adaptive width: clamp(σ_base / π_old^α, σ_base, σ_high). Improbable tokens may
/// change by a larger factor, because the same factor moves less probability mass.
public struct MassAdaptiveLimiter: Sendable, Hashable {
  /// σ_base > 0.
  public var baseSigma: Double
  /// α; 0 gives every token the same ratio range, 1 the same probability mass.
  public var exponentAlpha: Double
  /// σ_high; `nil` for the unclamped formula, which has no floor either.
  public var sigmaLimit: Double?

  public init(baseSigma: Double, exponentAlpha: Double, sigmaLimit: Double?) {
    self.baseSigma = baseSigma
    self.exponentAlpha = exponentAlpha
    self.sigmaLimit = sigmaLimit
  }

  /// The mass term at log π_old; −∞ is a token of probability zero.
  ///
  /// Written as exp(−α·log π_old), which stays exact where π_old underflows. The cap wins over
  /// the floor if they contradict each other.
  @inline(__always)
  public func massTerm(behaviorLogProbability: Double) -> Double {
    // 0 · −∞ would be NaN, but π⁰ is 1 for every π.
    guard exponentAlpha != 0 else { return min(baseSigma, sigmaLimit ?? baseSigma) }
    let width = baseSigma * exp(-exponentAlpha * behaviorLogProbability)
    guard let sigmaLimit else { return width }
    return min(max(width, baseSigma), sigmaLimit)
  }

  /// π_old below which the cap acts, (σ_base/σ_high)^(1/α); `nil` if it never does.
  public var cappedBelowProbability: Double? {
    guard let sigmaLimit, exponentAlpha > 0 else { return nil }
    return min(1, pow(baseSigma / sigmaLimit, 1 / exponentAlpha))
  }
}
