import TerminalCanvas
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct CurvePlotTests {
  static let gate = CurvePlot(
    curves: [
      .init(style: CellStyle(foreground: .ansi(6)), drawing: .filled) { ratio in
        exp(-min(0, ratio - 1) * min(0, ratio - 1) / 0.18)
      },
      .init(style: CellStyle(foreground: .ansi(3))) { ratio in ratio < 0.8 ? nil : 1 },
    ],
    xAxis: PlotAxis(0...2),
    marks: [
      .init(x: 0.42, label: "now .42", style: CellStyle(attributes: .bold), symbol: "●", y: 0.15),
      .init(x: 0.7, label: "1σ", style: CellStyle(foreground: .ansi(5))),
      .init(x: 1.9, label: "wall", style: CellStyle(foreground: .ansi(1))),
    ])

  @Test(arguments: GlyphSet.allCases)
  func aGateWithMarksAndAReference(glyphs: GlyphSet) {
    var buffer = CellBuffer(width: 44, height: 7)
    Self.gate.draw(into: &buffer, in: buffer.bounds, glyphs: glyphs)
    assertSnapshot(
      buffer, named: "curve-\(glyphs.rawValue)", includesStyles: glyphs == .braille)
  }

  @Test func aHoleInTheDomainStaysEmpty() {
    let plot = CurvePlot(
      curves: [.init(drawing: .filled) { $0 < 1 ? 1 : (.nan) }], xAxis: PlotAxis(0...2))
    var buffer = CellBuffer(width: 8, height: 1)
    plot.draw(into: &buffer, in: buffer.bounds)
    #expect(buffer.text == "████    ")
  }

  /// Lines that cross, and a mark under them, leave no hole in a filled area.
  @Test func theFillShinesThroughEverythingOverIt() {
    let ground = CellStyle(background: .ansi(0))
    let fill = CellStyle(foreground: .ansi(6)).on(.ansi(0))
    let line = CellStyle(foreground: .ansi(3)).on(.ansi(0))
    let plot = CurvePlot(
      curves: [
        .init(style: fill, drawing: .filled) { _ in 1 }, .init(style: line) { _ in 0.5 },
        .init(style: line) { $0 },
      ], xAxis: PlotAxis(0...1), marks: [.init(x: 0.5, label: "", style: line)])
    for glyphs in [GlyphSet.braille, .block] {
      var buffer = CellBuffer(width: 11, height: 5, filledWith: Cell(" ", style: ground))
      let area = plot.draw(into: &buffer, in: buffer.bounds, glyphs: glyphs)
      for y in area.y..<area.maxY {
        for x in area.x..<area.maxX where buffer[x, y].character != "█" {
          #expect(buffer[x, y].style.background == .ansi(6), "\(buffer[x, y])")
        }
      }
    }
  }

  @Test func everySizeStaysInside() {
    for width in 0...16 {
      for height in 0...5 {
        var buffer = CellBuffer(width: 20, height: 9, filledWith: Cell("~"))
        let area = Rectangle(x: 2, y: 2, width: width, height: height)
        Self.gate.draw(into: &buffer, in: area)
        for y in 0..<9 {
          for x in 0..<20 where !area.contains(x: x, y: y) { #expect(buffer[x, y] == Cell("~")) }
        }
      }
    }
  }
}
