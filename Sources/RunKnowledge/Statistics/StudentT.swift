#if canImport(Glibc)
  import Glibc
#endif

/// Student's t distribution.
///
/// Source: the regularized incomplete beta function by its continued fraction (Lentz's method;
/// DLMF 8.17.22), as P(T ≤ t) = 1 − I_x(ν/2, 1/2)/2 with x = ν/(ν + t²) for t ≥ 0.
public enum StudentT {
  /// P(T ≤ `t`) with `degrees` degrees of freedom.
  ///
  /// - Precondition: `degrees` > 0.
  public static func cumulative(_ t: Double, degrees: Double) -> Double {
    precondition(degrees > 0, "\(degrees) degrees of freedom")
    guard !t.isNaN else { return .nan }
    let x = degrees / (degrees + t * t)
    let tail = incompleteBeta(x, degrees / 2, 0.5) / 2
    return t >= 0 ? 1 - tail : tail
  }

  /// The t with P(T ≤ t) = `probability`, found by bisection to the last bits.
  ///
  /// - Precondition: 0 < `probability` < 1 and `degrees` > 0.
  public static func quantile(_ probability: Double, degrees: Double) -> Double {
    precondition(probability > 0 && probability < 1, "probability \(probability)")
    if probability == 0.5 { return 0 }
    // The lower tail keeps its precision where 1 − P would round.
    if probability > 0.5 { return -quantile(1 - probability, degrees: degrees) }
    var low = -1.0
    while cumulative(low, degrees: degrees) > probability { low *= 2 }
    var high = 0.0
    while true {
      let middle = (low + high) / 2
      guard middle > low, middle < high else { return middle }
      if cumulative(middle, degrees: degrees) < probability { low = middle } else { high = middle }
    }
  }

  /// I_x(a, b), the regularized incomplete beta function.
  static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    // The fraction converges quickly below the mean; above it the mirrored one does.
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let front = exp(
      logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x))
    return front * continuedFraction(x, a, b) / a
  }

  private static func continuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    func away(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / away(1 - (a + b) * x / (a + 1))
    var fraction = d
    for m in 1...500 {
      let n = Double(m)
      for numerator in [
        n * (b - n) * x / ((a + 2 * n - 1) * (a + 2 * n)),
        -(a + n) * (a + b + n) * x / ((a + 2 * n) * (a + 2 * n + 1)),
      ] {
        d = 1 / away(1 + numerator * d)
        c = away(1 + numerator / c)
        fraction *= c * d
      }
      if abs(c * d - 1) < 1e-16 { break }
    }
    return fraction
  }

  private static func logGamma(_ x: Double) -> Double {
    var sign: Int32 = 0
    return lgamma_r(x, &sign)
  }
}
