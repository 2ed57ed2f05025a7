#if canImport(Glibc)
  import Glibc
#endif

/// What a soft Gaussian gate means for one token: where it bites, what can be reached, and the
/// hard clip it compares to. Everything follows from σ, π_old and the sign of the advantage.
///
/// A ratio that would have to be zero or less does not exist and is `nil`.
public struct GateGeometry: Sendable, Hashable {
  public let sigma: Double
  /// Ratio at which F = e^(−1/2): 1 + σ, or 1 − σ where A < 0.
  public let oneSigmaRatio: Double?
  /// Ratio at which F = 1/2: 1 ± σ√(2 ln 2).
  public let halfGateRatio: Double?
  /// Ratio at which ρF, the token's pull, is largest; below 1 it only increases, so `nil`.
  public let turnoverRatio: Double?
  /// ρF = |g|/|A| at the turnover; `nil` where there is none: for A < 0 the pull of the limited
  /// side ends at 1, at ρ = 1.
  public let peakPull: Double?
  /// Probability that moves at one σ: π_old·σ, or −π_old·min(σ, 1) where A < 0. It is what the
  /// ratio says, even where that exceeds what is possible.
  public let massAtOneSigma: Double
  /// 1/π_old, which no ratio exceeds.
  public let maximumRatio: Double
  /// F at the farthest ratio possible on the limited side: 1/π_old, or → 0.
  public let minimumGate: Double
  /// ε of the hard clip with the same area under its gate.
  public let equalAreaEpsilon: Double

  /// 1/π_old, for any gate or none.
  public static func maximumRatio(behaviorLogProbability: Double) -> Double {
    exp(-behaviorLogProbability)
  }

  /// - Parameters:
  ///   - behaviorLogProbability: log π_old ≤ 0.
  ///   - isPositive: whether A > 0; otherwise A < 0.
  public init(sigma: Double, behaviorLogProbability: Double, isPositive: Bool) {
    let gate = SoftGaussianGate(sigma: sigma)
    let probability = exp(behaviorLogProbability)
    self.sigma = sigma
    maximumRatio = Self.maximumRatio(behaviorLogProbability: behaviorLogProbability)
    if isPositive {
      let turnover = gate.turnoverRatio
      oneSigmaRatio = 1 + sigma
      halfGateRatio = gate.upperRatio(atGate: 0.5)
      turnoverRatio = turnover
      peakPull = turnover * gate.value(atRatio: turnover)
      massAtOneSigma = probability * sigma
      minimumGate = gate.value(atRatio: maximumRatio)
      equalAreaEpsilon = gate.equalAreaUpperEpsilon
    } else {
      oneSigmaRatio = sigma < 1 ? 1 - sigma : nil
      halfGateRatio = gate.lowerRatio(atGate: 0.5)
      turnoverRatio = nil
      peakPull = nil
      massAtOneSigma = -probability * min(sigma, 1)
      minimumGate = gate.value(atRatio: 0)
      equalAreaEpsilon = gate.equalAreaLowerEpsilon
    }
  }
}

extension MASPOObjective {
  /// The geometry of the active gate; `nil` for A = 0, where there is none.
  public func gateGeometry(behaviorLogProbability: Double, advantage: Double) -> GateGeometry? {
    guard advantage != 0 else { return nil }
    return GateGeometry(
      sigma: advantage > 0
        ? positiveSigma(behaviorLogProbability: behaviorLogProbability, advantage: advantage)
        : negativeSigma(behaviorLogProbability: behaviorLogProbability, advantage: advantage),
      behaviorLogProbability: behaviorLogProbability, isPositive: advantage > 0)
  }
}
