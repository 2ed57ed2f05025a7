#if canImport(Glibc)
  import Glibc
#endif

extension MinibatchRecord {
  /// F below which a token counts as attenuated.
  public static let attenuationThreshold = 0.99
  /// ρ above which a token with A < 0 counts as running away.
  public static let runawayRatio = 4.0

  public var hasGates: Bool { !gates.isEmpty }
  public var activeTokenCount: Int { advantages.count { $0 != 0 } }

  /// The update magnitudes of one sign of the advantage (`sign` is +1 or −1).
  public func signMetrics(sign: Double, gradientNorm: Double?) -> SignMetrics {
    var metrics = SignMetrics(
      tokenCount: 0, attenuatedCount: hasGates ? 0 : nil, push: 0, weightedPush: 0,
      weightedRemoved: hasGates ? 0 : nil, gradientNorm: gradientNorm)
    for token in 0..<tokenCount where advantages[token] * sign > 0 {
      metrics.tokenCount += 1
      let push = abs(gradient[token])
      metrics.push += push
      metrics.weightedPush += push * sensitivities[token]
      guard hasGates else { continue }
      if gates[token] < Self.attenuationThreshold {
        metrics.attenuatedCount = metrics.attenuatedCount.map { $0 + 1 }
      }
      metrics.weightedRemoved = metrics.weightedRemoved.map { $0 + weightedRemoved(token) }
    }
    return metrics
  }

  /// The signed sum taken apart; `nil` for objectives without a gate per token.
  public var waterfall: Waterfall? {
    guard hasGates else { return nil }
    var parts = Waterfall(composition: 0, drift: 0, gate: 0)
    for token in 0..<tokenCount {
      let share = weights[token] * advantages[token]
      parts.composition += share
      parts.drift += share * (ratios[token] - 1)
      parts.gate += share * ratios[token] * (1 - gates[token])
    }
    return parts
  }

  /// Smallest and largest ρ over the tokens with A ≠ 0; `nil` without any.
  public var ratioRange: (minimum: Double, maximum: Double)? {
    var range: (minimum: Double, maximum: Double)?
    for token in 0..<tokenCount where advantages[token] != 0 {
      let ratio = ratios[token]
      range = (min(range?.minimum ?? ratio, ratio), max(range?.maximum ?? ratio, ratio))
    }
    return range
  }

  /// Tokens with A < 0 whose ratio ran past `runawayRatio`.
  public var runawayTokenCount: Int {
    (0..<tokenCount).count { advantages[$0] < 0 && ratios[$0] > Self.runawayRatio }
  }
}
