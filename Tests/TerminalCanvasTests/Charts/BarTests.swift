import TerminalCanvas
import TestSupport
import Testing

@Suite struct BarTests {
  static let solid = CellStyle(foreground: .ansi(2))
  static let ghost = CellStyle(
    foreground: .rgb(red: 100, green: 100, blue: 200),
    background: .rgb(red: 0, green: 0, blue: 40))

  @Test(arguments: GlyphSet.allCases)
  func barsWithGhostsUpAndDown(glyphs: GlyphSet) {
    let bars: [Bar?] = [
      Bar(solid: 0), Bar(solid: 1), Bar(solid: 4), Bar(solid: 8), nil, Bar(solid: 12, ghost: 4),
      Bar(solid: 8, ghost: 8), Bar(solid: 0, ghost: 12), Bar(solid: 3, ghost: 13),
      Bar(solid: 99), Bar(solid: .nan, ghost: -3), Bar(solid: .infinity),
    ]
    var buffer = CellBuffer(width: 12, height: 5)
    let parts = buffer.bounds.splitRows([.fixed(2), .fixed(1), .fixed(2)])
    var row = BarRow(bars: bars, maximum: 16, style: Self.solid, ghostStyle: Self.ghost)
    row.draw(into: &buffer, in: parts[0], glyphs: glyphs)
    row.growsDownward = true
    row.draw(into: &buffer, in: parts[2], glyphs: glyphs)
    assertSnapshot(buffer, named: "bars-\(glyphs.rawValue)", includesStyles: true)
  }

  @Test func theLatestBarsAreShown() {
    var buffer = CellBuffer(width: 3, height: 1)
    BarRow(bars: (1...8).map { Bar(solid: Double($0)) }, maximum: 8)
      .draw(into: &buffer, in: buffer.bounds)
    #expect(buffer.text == "▆▇█")
  }

  @Test func withoutAMaximumTheLargestTotalFillsTheColumn() {
    var buffer = CellBuffer(width: 3, height: 1)
    BarRow(bars: [Bar(solid: 1, ghost: 1), Bar(solid: 2), Bar(solid: 0.25)])
      .draw(into: &buffer, in: buffer.bounds)
    #expect(buffer.text == "▄█▁")
  }

  @Test(arguments: GlyphSet.allCases)
  func gauges(glyphs: GlyphSet) {
    let fractions: [Double] = [0, 0.03, 0.4, 0.5, 0.97, 1, -1, 7, .nan]
    var buffer = CellBuffer(width: 14, height: fractions.count)
    for (y, fraction) in fractions.enumerated() {
      Gauge(fraction: fraction, style: Self.solid, trackStyle: Self.ghost)
        .draw(into: &buffer, in: Rectangle(x: 0, y: y, width: 14, height: 1), glyphs: glyphs)
    }
    assertSnapshot(buffer, named: "gauge-\(glyphs.rawValue)", includesStyles: glyphs == .block)
  }

  @Test func nothingIsDrawnOutside() {
    for (width, height) in [(0, 0), (1, 1), (0, 3), (3, 0), (2, 2)] {
      var buffer = CellBuffer(width: 6, height: 6, filledWith: Cell("~"))
      let area = Rectangle(x: 2, y: 2, width: width, height: height)
      BarRow(bars: [Bar(solid: 1, ghost: 2), Bar(solid: 3)]).draw(into: &buffer, in: area)
      Gauge(fraction: 0.5).draw(into: &buffer, in: area)
      for y in 0..<6 {
        for x in 0..<6 where !area.contains(x: x, y: y) { #expect(buffer[x, y] == Cell("~")) }
      }
    }
  }
}
