#if canImport(Glibc)
  import Glibc
#endif

/// MASPO's gate in place of a clip: F = exp(−(ρ − 1)² / (2σ²)) on the side to which the
/// advantage pulls, 1 on the other.
///
/// F is a constant for the derivative, as in the authors' code (FlyTune/MASPO-RL@22b46814); their
/// text calls it differentiable, but a differentiated gate would turn the gradient's sign beyond
/// the turnover.
public struct SoftGaussianGate: Sendable, Hashable {
  /// σ > 0, the width on the ratio axis; infinity for a gate that is always open.
  public var sigma: Double

  public init(sigma: Double) {
    self.sigma = sigma
  }

  /// F at ρ on the limited side, in [0, 1].
  @inline(__always)
  public func value(atRatio ratio: Double) -> Double {
    let deviation = (ratio - 1) / sigma
    return exp(-0.5 * deviation * deviation)
  }

  /// Whether the gate acts: A > 0 with ρ > 1, or A < 0 with ρ < 1.
  @inline(__always)
  public static func isActive(ratio: Double, advantage: Double) -> Bool {
    (advantage > 0 && ratio > 1) || (advantage < 0 && ratio < 1)
  }

  /// The ratio above 1 at which the gate has fallen to `value` in (0, 1).
  public func upperRatio(atGate value: Double) -> Double {
    1 + sigma * (-2 * log(value)).squareRoot()
  }

  /// The ratio below 1 at which the gate has fallen to `value`; `nil` where that would take a
  /// ratio of zero or less.
  public func lowerRatio(atGate value: Double) -> Double? {
    let ratio = 1 - sigma * (-2 * log(value)).squareRoot()
    return ratio > 0 ? ratio : nil
  }

  /// ρ* = (1 + √(1 + 4σ²)) / 2, above which ρF, the token's pull, falls again; from
  /// d ln(ρF)/dρ = 1/ρ − (ρ − 1)/σ² = 0. On the side below 1 there is none.
  public var turnoverRatio: Double {
    (1 + (1 + 4 * sigma * sigma).squareRoot()) / 2
  }

  /// ε of the hard clip above 1 that leaves the same area under the gate: σ√(π/2).
  public var equalAreaUpperEpsilon: Double {
    sigma * (Double.pi / 2).squareRoot()
  }

  /// The same below 1, where the gate ends at ρ = 0: σ√(π/2)·erf(1/(σ√2)).
  public var equalAreaLowerEpsilon: Double {
    equalAreaUpperEpsilon * erf(1 / (sigma * 2.0.squareRoot()))
  }
}
