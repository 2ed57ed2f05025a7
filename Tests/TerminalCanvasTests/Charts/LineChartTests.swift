import TerminalCanvas
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct LineChartTests {
  static let blue = CellStyle(foreground: .ansi(4))
  static let red = CellStyle(foreground: .ansi(1))
  static let gray = CellStyle(foreground: .ansi(8))

  static func series(
    _ count: Int, style: CellStyle = blue, name: String = "", _ value: (Double) -> Double?
  ) -> LineChart.Series {
    LineChart.Series(
      points: (0..<count).map { LineChart.Point(x: Double($0), y: value(Double($0))) },
      style: style, name: name)
  }

  static func frame(
    _ chart: LineChart, width: Int = 48, height: Int = 9, glyphs: GlyphSet = .braille
  ) -> CellBuffer {
    var buffer = CellBuffer(width: width, height: height)
    chart.draw(into: &buffer, in: buffer.bounds, glyphs: glyphs)
    return buffer
  }

  static let learning = LineChart(
    series: [
      series(60, style: red, name: "KL") { $0 == 30 ? nil : 0.3 + 0.2 * sin($0 / 6) },
      series(60, name: "reward") { 1 - exp(-$0 / 15) },
    ],
    marks: [LineChart.Mark(x: 22, symbol: "σ", style: gray)], xUnit: "iteration",
    showsLastValues: true, axisStyle: gray)

  /// What is drawn where the curves are, with as much room around as the labels need.
  static func plot(_ chart: LineChart, width: Int, height: Int) throws -> CellBuffer {
    for (left, below) in [(0, 0), (0, 1), (2, 0), (2, 1), (3, 0), (3, 1), (4, 0), (4, 1)] {
      var whole = CellBuffer(width: width + left, height: height + below)
      let area = chart.draw(into: &whole, in: whole.bounds)
      guard area.width == width, area.height == height else { continue }
      var plot = CellBuffer(width: width, height: height)
      for y in 0..<height {
        for x in 0..<width { plot[x, y] = whole[area.x + x, area.y + y] }
      }
      return plot
    }
    throw NoRoom()
  }

  struct NoRoom: Error {}

  @Test(arguments: GlyphSet.allCases)
  func severalSeriesWithAxesMarksAndLastValues(glyphs: GlyphSet) {
    assertSnapshot(
      Self.frame(Self.learning, glyphs: glyphs), named: "chart-\(glyphs.rawValue)",
      includesStyles: glyphs == .braille)
  }

  @Test func logarithmicAxisSkipsWhatIsNotPositive() {
    let chart = LineChart(
      series: [Self.series(40) { $0 == 20 ? 0 : ($0 == 21 ? -1 : pow(10, -$0 / 10)) }],
      yScale: .logarithmic, yUnit: "nats")
    assertSnapshot(Self.frame(chart), named: "chart-logarithmic")
  }

  static let edgeCases: [(String, LineChart)] = [
    ("empty", LineChart(series: [])),
    ("nothing-finite", LineChart(series: [series(9) { $0 == 2 ? nil : .nan }])),
    ("infinite", LineChart(series: [series(9) { $0 == 4 ? .infinity : $0 }])),
    ("one-point", LineChart(series: [series(1) { _ in 0.25 }])),
    ("constant", LineChart(series: [series(20) { _ in 0.5 }])),
    ("zero", LineChart(series: [series(20) { _ in 0 }])),
    ("huge", LineChart(series: [series(20) { $0 < 10 ? -1.7e308 : 1.7e308 }])),
    ("tiny", LineChart(series: [series(20) { $0 * Double.leastNonzeroMagnitude }])),
    ("fixed-range", LineChart(series: [series(20) { $0 / 4 - 2 }], yRange: 0...1)),
    ("fixed-range-empty", LineChart(series: [], yRange: 0...1, xRange: 0...10)),
  ]

  @Test func edgeCasesDrawSanely() {
    let text = Self.edgeCases.map { name, chart in
      "\(name) " + Self.frame(chart, width: 40, height: 6).snapshotText
    }.joined(separator: "\n")
    assertSnapshot(text, named: "chart-edge-cases")
  }

  @Test func smallChartsGiveUpLabelsFirst() {
    let text = [(40, 4), (30, 3), (24, 2), (14, 3), (9, 3), (4, 1)].map { width, height in
      Self.frame(Self.learning, width: width, height: height).snapshotText
    }.joined(separator: "\n")
    assertSnapshot(text, named: "chart-small")
  }

  @Test func extremesSurviveThinning() throws {
    // Ten thousand points in 40 columns; one of them high, one low.
    let chart = LineChart(
      series: [Self.series(10_000) { $0 == 5000 ? 1 : ($0 == 7600 ? -1 : 0) }], yRange: -1...1)
    let frame = try Self.plot(chart, width: 40, height: 5)
    let rows = (0..<5).map { y in (0..<40).filter { frame[$0, y].character != " " } }
    #expect(rows[0] == [20])
    #expect(rows[4] == [30])
    #expect(rows[2].count == 40)
  }

  @Test func aMissingValueIsAGapAndNotBridged() throws {
    let chart = LineChart(
      series: [Self.series(11) { (4...6).contains($0) ? nil : 0.5 }], yRange: 0...1)
    let frame = try Self.plot(chart, width: 22, height: 1)
    let drawn = (0..<22).filter { frame[$0, 0].character != " " }
    #expect(drawn == Array(0...6) + Array(15...21))
  }

  @Test func laterSeriesLieOnTopAndMarksBelow() throws {
    let chart = LineChart(
      series: [
        Self.series(2, style: Self.red) { _ in 0.5 }, Self.series(2, style: Self.blue) { _ in 0.5 },
      ],
      marks: [LineChart.Mark(x: 0.5, symbol: "σ", style: Self.gray)], yRange: 0...1)
    let frame = try Self.plot(chart, width: 9, height: 3)
    #expect(frame[4, 0] == Cell("σ", style: Self.gray))
    #expect(frame[4, 2] == Cell("┆", style: Self.gray))
    #expect((0..<9).allSatisfy { frame[$0, 1].style == Self.blue })
  }

  @Test func everySizeStaysInside() {
    for width in 0...30 {
      for height in 0...8 {
        var buffer = CellBuffer(width: 34, height: 12, filledWith: Cell("~"))
        let area = Rectangle(x: 2, y: 2, width: width, height: height)
        let plot = Self.learning.draw(into: &buffer, in: area)
        #expect(plot.isEmpty || plot.intersection(area) == plot)
        for y in 0..<12 {
          for x in 0..<34 where !area.contains(x: x, y: y) {
            #expect(buffer[x, y] == Cell("~"), "\(width)x\(height) wrote to \(x), \(y)")
          }
        }
      }
    }
  }
}
