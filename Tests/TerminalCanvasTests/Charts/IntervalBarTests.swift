import TerminalCanvas
import TestSupport
import Testing

@Suite struct IntervalBarTests {
  static let axis = PlotAxis(0.125...8, scale: .logarithmic)

  static func row(_ bar: IntervalBar, glyphs: GlyphSet = .braille) -> String {
    var buffer = CellBuffer(width: 31, height: 1)
    bar.draw(into: &buffer, in: buffer.bounds, glyphs: glyphs)
    return buffer.text
  }

  static let bars: [(String, IntervalBar)] = [
    ("both bounds", IntervalBar(axis: axis, lowerBound: 0.5, upperBound: 2)),
    ("centre", IntervalBar(axis: axis, lowerBound: 0.5, upperBound: 2, center: 1)),
    ("no upper bound", IntervalBar(axis: axis, lowerBound: 0.5, upperBound: nil)),
    ("no lower bound", IntervalBar(axis: axis, lowerBound: nil, upperBound: 2)),
    ("no bounds", IntervalBar(axis: axis, lowerBound: nil, upperBound: nil)),
    ("no bounds, wall", IntervalBar(axis: axis, lowerBound: nil, upperBound: nil, wall: 4)),
    ("wall above", IntervalBar(axis: axis, lowerBound: 0.5, upperBound: 2, wall: 4)),
    ("wall inside", IntervalBar(axis: axis, lowerBound: 0.5, upperBound: 2, wall: 1.2)),
    ("wall off axis", IntervalBar(axis: axis, lowerBound: 0.5, upperBound: 2, wall: 100)),
    ("lower off axis", IntervalBar(axis: axis, lowerBound: 0, upperBound: 2)),
    ("off axis, wall", IntervalBar(axis: axis, lowerBound: 0.5, upperBound: 50, wall: 4)),
    ("bounds off axis", IntervalBar(axis: axis, lowerBound: 0.01, upperBound: 50)),
    ("beyond the axis", IntervalBar(axis: axis, lowerBound: 20, upperBound: 50)),
    ("below the axis", IntervalBar(axis: axis, lowerBound: 0.01, upperBound: 0.02)),
    (
      "observed",
      IntervalBar(
        axis: axis, lowerBound: 0.5, upperBound: 2, observed: 0.7...1.2, wall: 4, center: 1)
    ),
    (
      "observed past bounds",
      IntervalBar(axis: axis, lowerBound: 0.8, upperBound: 1.25, observed: 0.2...6)
    ),
    (
      "observed below",
      IntervalBar(axis: axis, lowerBound: 0.8, upperBound: 1.2, observed: 3e-6...4e-5)
    ),
    (
      "observed above", IntervalBar(axis: axis, lowerBound: 0.8, upperBound: 1.2, observed: 20...31)
    ),
    (
      "observed from below",
      IntervalBar(axis: axis, lowerBound: 0.8, upperBound: 1.2, observed: 2e-3...1.5)
    ),
    (
      "observed past both",
      IntervalBar(axis: axis, lowerBound: 0.8, upperBound: 1.2, observed: 0.01...31)
    ),
    (
      "observed under marks",
      IntervalBar(
        axis: axis, lowerBound: 0.5, upperBound: 2, observed: 0.9...1.3, wall: 1.3, center: 1,
        references: [.init(1.2, symbol: "›"), .init(0.95, symbol: "◈", isOnTop: true)])
    ),
    (
      "around one",
      IntervalBar(
        axis: PlotAxis(0.125...8, scale: .aroundOne), lowerBound: 0.8, upperBound: 1.2,
        observed: 0.9...1.1, center: 1)
    ),
    (
      "references",
      IntervalBar(
        axis: axis, lowerBound: 0.25, upperBound: 4,
        references: [.init(0.8, symbol: "‹"), .init(1.2, symbol: "›")])
    ),
    ("nothing finite", IntervalBar(axis: axis, lowerBound: .nan, upperBound: .infinity)),
  ]

  @Test(arguments: [GlyphSet.braille, .ascii])
  func rowsOfTheLimiter(glyphs: GlyphSet) {
    let text = Self.bars.map { name, bar in
      NumberFormat.padded(name, width: 22, alignment: .left) + "'"
        + Self.row(bar, glyphs: glyphs) + "'"
    }.joined(separator: "\n")
    assertSnapshot(text, named: "interval-\(glyphs.rawValue)")
  }

  @Test func stylesTellThePartsApart() {
    let styles = IntervalBar.Styles(
      bar: CellStyle(foreground: .ansi(1)), bound: CellStyle(foreground: .ansi(2)),
      observed: CellStyle(foreground: .ansi(3)), wall: CellStyle(foreground: .ansi(4)),
      center: CellStyle(foreground: .ansi(5)))
    var buffer = CellBuffer(width: 31, height: 1)
    IntervalBar(
      axis: Self.axis, lowerBound: 0.25, upperBound: 2, observed: 0.5...0.8, wall: 4, center: 1,
      styles: styles
    ).draw(into: &buffer, in: buffer.bounds)
    func style(at ratio: Double) -> CellStyle? {
      Self.axis.column(of: ratio, width: 31).map { buffer[$0, 0].style }
    }
    #expect(style(at: 0.25) == styles.bound)
    #expect(style(at: 0.35) == styles.bar)
    #expect(style(at: 0.6) == styles.observed)
    #expect(style(at: 1) == styles.center)
    #expect(style(at: 4) == styles.wall)
    #expect(style(at: 7) == CellStyle())
  }

  /// Whatever marks there are, each column in which a ratio was seen but for the bounds' own shows
  /// it, and what lies outside has its arrow.
  @Test func ratiosAreNeverHidden() {
    let symbols = Set<Character>(["▓", "├", "┤", "◂", "▸"])
    for low in [1e-6, 0.01, 0.2, 0.6, 0.9, 1.0, 1.1, 3, 20] {
      for factor in [1.0, 1.05, 1.5, 10, 1000] {
        let high = low * factor
        let text = Self.row(
          IntervalBar(
            axis: PlotAxis(0.125...8, scale: .aroundOne), lowerBound: 0.7, upperBound: 1.3,
            observed: low...high, wall: high, center: 1,
            references: [.init(0.8, symbol: "┊"), .init(1.2, symbol: "┊")]))
        #expect(text.contains { "▓◂▸".contains($0) }, "\(low) to \(high): \(text)")
        #expect(text.contains("◂") == (low < 0.125), "\(low) to \(high): \(text)")
        #expect(text.contains("▸") == (high > 8), "\(low) to \(high): \(text)")
        let axis = PlotAxis(0.125...8, scale: .aroundOne)
        for (column, character) in text.enumerated() where low >= 0.125 && high <= 8 {
          guard let first = axis.column(of: low, width: 31),
            let last = axis.column(of: high, width: 31), (first...last).contains(column)
          else { continue }
          #expect(symbols.contains(character), "\(low) to \(high): \(text)")
        }
      }
    }
  }

  @Test func anAxisAroundOneHasRoomThere() throws {
    let axis = PlotAxis(0.125...8, scale: .aroundOne)
    for value in [0.125, 0.3, 0.8, 1, 1.2, 5, 8] {
      let fraction = try #require(axis.fraction(of: value))
      #expect(abs(axis.value(at: fraction) / value - 1) < 1e-12)
      #expect(abs(fraction + (axis.fraction(of: 1 / value) ?? 0) - 1) < 1e-12)
    }
    #expect(try #require(axis.fraction(of: 1.2)) > 0.64)
    #expect(axis.fraction(of: 0) == nil)
  }
}
