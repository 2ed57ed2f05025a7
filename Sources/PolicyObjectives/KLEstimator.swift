#if canImport(Glibc)
  import Glibc
#endif

/// Estimators of the divergence from a reference policy at a sampled token, of
/// x = log π − log π_ref (J. Schulman, "Approximating KL divergence").
public enum KLEstimator: String, Sendable, Hashable, CaseIterable {
  /// x.
  case k1
  /// |x|.
  case absolute = "abs"
  /// x²/2.
  case k2
  /// exp(c) − c − 1 with c = −x clamped to ±20, the result clamped to ±10.
  case k3

  /// The value, and its derivative by log π, which is 0 where a clamp of k3 acts.
  public func estimate(
    logProbability: Double, referenceLogProbability: Double
  ) -> (value: Double, gradient: Double) {
    let x = logProbability - referenceLogProbability
    switch self {
    case .k1: return (x, 1)
    case .absolute: return (abs(x), x > 0 ? 1 : x < 0 ? -1 : x)
    case .k2: return (x * x / 2, x)
    case .k3:
      let c = clamped(-x, to: 20)
      let ratio = exp(c)
      let value = ratio - c - 1
      let isClamped = abs(x) > 20 || value > 10
      return (clamped(value, to: 10), isClamped ? 0 : 1 - ratio)
    }
  }
}
