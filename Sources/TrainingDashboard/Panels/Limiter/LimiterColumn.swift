/// The columns of the limiter table.
enum LimiterColumn: String, Hashable, CaseIterable {
  case label, sign, count, signs, idle, attenuated, positiveSigma, negativeSigma, sigma
  case bar, removed, reach, meanAdvantage, pushShare, massMoved, entropy
  case probability, bounds, ratios, taken

  func title(isSplit: Bool) -> String {
    switch self {
    case .label: "π_old"
    case .sign, .bar: ""
    case .count: "n"
    case .signs: "▲/▼"
    case .idle: "A=0"
    case .attenuated: "att"
    case .positiveSigma: "σ₊"
    case .negativeSigma: "σ₋"
    case .sigma: "σ"
    case .removed: "took"
    case .reach: "reach%"
    case .meanAdvantage: "A"
    case .pushShare: "push"
    case .massMoved: "Σ|Δπ|"
    case .entropy: "H"
    case .probability: "at π"
    case .bounds: "bounds"
    case .ratios: "ρ 5% 50% 95%"
    case .taken: "taken"
    }
  }

  /// Cells of the value; the title may ask for more.
  func valueWidth(isSplit: Bool, usesRanges: Bool) -> Int {
    switch self {
    case .label: usesRanges ? 8 : 5
    case .sign: 1
    case .signs: 9
    case .reach: isSplit ? 4 : 7
    case .massMoved, .entropy, .probability: 6
    case .bounds: 11
    case .ratios: 17
    case .taken: 7
    case .bar: 0
    case .count, .idle, .attenuated, .positiveSigma, .negativeSigma, .sigma, .removed,
      .meanAdvantage, .pushShare:
      5
    }
  }

  /// From left to right.
  static func order(isSplit: Bool) -> [LimiterColumn] {
    isSplit
      ? [
        .label, .sign, .count, .idle, .attenuated, .probability, .meanAdvantage, .sigma, .bar,
        .bounds, .ratios, .removed, .reach, .pushShare, .taken, .massMoved, .entropy,
      ]
      : [
        .label, .count, .signs, .idle, .attenuated, .positiveSigma, .negativeSigma, .bar,
        .bounds, .removed, .reach, .pushShare, .massMoved, .entropy,
      ]
  }

  /// Which columns come first when room is short, each with the bar's width that it must leave.
  static func priorities(isSplit: Bool) -> [(column: LimiterColumn, minimumBar: Int)] {
    let first: [(LimiterColumn, Int)] =
      isSplit
      ? [(.label, 0), (.sign, 0), (.count, 13), (.sigma, 15)]
      : [(.label, 0), (.count, 13), (.positiveSigma, 15)]
    let rest: [LimiterColumn] =
      isSplit
      ? [
        .removed, .attenuated, .reach, .pushShare, .meanAdvantage, .massMoved, .entropy, .bounds,
        .idle, .ratios, .probability, .taken,
      ]
      : [
        .removed, .attenuated, .negativeSigma, .reach, .pushShare, .signs, .massMoved, .entropy,
        .bounds, .idle,
      ]
    return first + rest.enumerated().map { ($1, $0 < 3 ? 20 : 25) }
  }
}
