/// The columns of the limiter table.
enum LimiterColumn: String, Hashable, CaseIterable {
  case label, sign, count, signs, idle, attenuated, positiveSigma, negativeSigma, sigma
  case bar, removed, reach, meanAdvantage, pushShare, massMoved, entropy
  case probability, bounds, ratios, extremes, taken
  // Both signs of a bucket side by side.
  case pushes, takes, masses, entropies, positiveTails, negativeTails

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
    case .extremes: "min   max"
    case .taken: "taken"
    case .pushes: "push ▲/▼"
    case .takes: "took ▲/▼"
    case .masses: "Σ|Δπ| ▲/▼"
    case .entropies: "H ▲/▼"
    case .positiveTails: "▲ρ 5% 95%"
    case .negativeTails: "▼ρ 5% 95%"
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
    case .extremes: 11
    case .pushes, .takes, .masses, .entropies, .positiveTails, .negativeTails: 11
    case .taken: 7
    case .bar: 0
    case .count, .idle, .attenuated, .positiveSigma, .negativeSigma, .sigma, .removed,
      .meanAdvantage, .pushShare:
      5
    }
  }

  /// From left to right.
  static func order(_ view: LimiterView, isSplit: Bool) -> [LimiterColumn] {
    switch (view, isSplit) {
    case (.bounds, true):
      [
        .label, .sign, .count, .idle, .attenuated, .probability, .meanAdvantage, .sigma, .bar,
        .bounds, .ratios, .extremes, .removed, .reach, .pushShare, .taken, .massMoved, .entropy,
      ]
    case (.bounds, false):
      [
        .label, .count, .signs, .idle, .attenuated, .positiveSigma, .negativeSigma, .bar,
        .bounds, .extremes, .removed, .reach, .pushShare, .massMoved, .entropy,
      ]
    case (.amounts, true):
      [
        .label, .sign, .count, .idle, .probability, .meanAdvantage, .pushShare, .taken, .removed,
        .attenuated, .massMoved, .ratios, .extremes, .entropy, .bar,
      ]
    case (.amounts, false):
      [
        .label, .signs, .idle, .pushes, .takes, .masses, .positiveTails, .negativeTails, .extremes,
        .entropies, .bar,
      ]
    }
  }

  /// Which columns come first when room is short, each with the bar's width that it must leave.
  /// The amounts need no bar: it takes what is left, if that is enough for one.
  static func priorities(
    _ view: LimiterView, isSplit: Bool
  ) -> [(column: LimiterColumn, minimumBar: Int)] {
    switch (view, isSplit) {
    case (.bounds, true):
      return [(.label, 0), (.sign, 0), (.count, 13), (.sigma, 15)]
        + barFirst([
          .removed, .attenuated, .reach, .pushShare, .massMoved, .entropy, .ratios, .extremes,
          .meanAdvantage, .bounds, .idle, .probability, .taken,
        ])
    case (.bounds, false):
      return [(.label, 0), (.count, 13), (.positiveSigma, 15)]
        + barFirst([
          .removed, .attenuated, .negativeSigma, .reach, .pushShare, .signs, .massMoved, .entropy,
          .extremes, .bounds, .idle,
        ])
    case (.amounts, true):
      return [
        .label, .sign, .count, .pushShare, .massMoved, .ratios, .extremes, .entropy, .removed,
        .taken, .attenuated, .meanAdvantage, .probability, .idle,
      ].map { ($0, 0) }
    case (.amounts, false):
      return [
        .label, .signs, .pushes, .positiveTails, .negativeTails, .masses, .extremes, .entropies,
        .takes, .idle,
      ].map { ($0, 0) }
    }
  }

  private static func barFirst(
    _ columns: [LimiterColumn]
  ) -> [(column: LimiterColumn, minimumBar: Int)] {
    columns.enumerated().map { ($1, $0 < 3 ? 20 : 25) }
  }
}
