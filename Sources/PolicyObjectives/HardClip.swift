/// The hard clip of the PPO family: beyond a bound on the wrong side the token's gradient is
/// zero and its loss constant (section 4.1 of arXiv 2402.03300; the dual clip, arXiv 1912.09729).
///
/// L = −A·ρ_eff with ρ_eff = hi for A > 0 and ρ > hi, lo for A < 0 and ρ < lo, c for A < 0 and
/// ρ > c, and ρ otherwise. A ratio exactly on a bound is not clipped. The bounds are constants
/// for the derivative.
struct HardClip: Hashable, Sendable {
  /// lo.
  var lower: Double
  /// hi.
  var upper: Double
  /// c, `nil` for none.
  var dual: Double?

  /// The ratio that replaces ρ, with what it means; `nil` where ρ stays.
  @inline(__always)
  func replacement(ratio: Double, advantage: Double) -> (ratio: Double, event: TokenEvent)? {
    if advantage > 0 {
      return ratio > upper ? (upper, .clipped) : nil
    }
    guard advantage < 0 else { return nil }
    if ratio < lower { return (lower, .clipped) }
    if let dual, ratio > dual { return (dual, .dualClipped) }
    return nil
  }

  func gate(atRatio ratio: Double, advantage: Double) -> Double {
    replacement(ratio: ratio, advantage: advantage) == nil ? 1 : 0
  }

  @inline(__always)
  func term(of token: TokenInput) -> TokenTerm {
    guard let (bound, event) = replacement(ratio: token.ratio, advantage: token.advantage) else {
      return TokenTerm(loss: -token.advantage * token.ratio, gate: 1, of: token)
    }
    return TokenTerm(loss: -token.advantage * bound, gradient: 0, gate: 0, event: event)
  }

  /// The bounds that act on this sign; a bound below 0 acts on nothing.
  func limits(behaviorProbability: Double, advantage: Double) -> RatioLimits? {
    guard advantage != 0 else { return nil }
    var limits = RatioLimits()
    if advantage > 0 {
      limits.hardUpper = upper
      limits.reach = upper < 1 / behaviorProbability ? 1 : 0
    } else {
      if lower > 0 { limits.hardLower = lower }
      limits.hardUpper = dual
      limits.reach = lower > 0 ? 1 : 0
    }
    return limits
  }
}

/// The hard clip with the same bounds for every token.
struct FixedClipRule: TokenRule {
  var clip: HardClip
  var logRatioLimit = 20.0

  @inline(__always)
  func term(of token: TokenInput) -> TokenTerm { clip.term(of: token) }
}
