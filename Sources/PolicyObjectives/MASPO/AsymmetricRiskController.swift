/// MASPO's asymmetric risk term: a factor on σ that widens the gate of positive advantages,
/// clamp(1 + β₊A), and narrows that of negative ones, clamp(1 / (1 − β₋A)).
///
/// The clamps bound the factor, not the advantage, before it multiplies the mass term.
public struct AsymmetricRiskController: Sendable, Hashable {
  /// β₊ ≥ 0 (the paper's β_high).
  public var positiveBeta: Double
  /// β₋ ≥ 0 (the paper's β_low).
  public var negativeBeta: Double
  /// Least and largest factor; `nil` for no limit.
  public var minimumFactor: Double?
  public var maximumFactor: Double?

  public init(
    positiveBeta: Double, negativeBeta: Double, minimumFactor: Double?, maximumFactor: Double?
  ) {
    self.positiveBeta = positiveBeta
    self.negativeBeta = negativeBeta
    self.minimumFactor = minimumFactor
    self.maximumFactor = maximumFactor
  }

  /// The factor of σ₊, of effect where A > 0.
  @inline(__always)
  public func positiveFactor(advantage: Double) -> Double {
    limited(1 + positiveBeta * advantage)
  }

  /// The factor of σ₋, of effect where A < 0. For A > 0 the quotient can be infinite or
  /// negative; the clamps then decide, as in the reference code.
  @inline(__always)
  public func negativeFactor(advantage: Double) -> Double {
    limited(1 / (1 - negativeBeta * advantage))
  }

  @inline(__always)
  private func limited(_ factor: Double) -> Double {
    var factor = factor
    if let minimumFactor, factor < minimumFactor { factor = minimumFactor }
    if let maximumFactor, factor > maximumFactor { factor = maximumFactor }
    return factor
  }
}

extension MASPOObjective {
  /// The name by which files, options and screens move both risk coefficients as one.
  public static let asymmetry = "asymmetry"

  /// The parameters that `asymmetry` stands for: β_pos and β_neg.
  public static let asymmetryParameters = ["beta_pos", "beta_neg"]

  /// The parameters that a name stands for: itself, but for `asymmetry`.
  public static func parameters(meantBy name: String) -> [String] {
    name == asymmetry ? asymmetryParameters : [name]
  }
}
