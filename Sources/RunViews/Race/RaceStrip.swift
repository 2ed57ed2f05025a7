import BoundedNumbers
import RunKnowledge
import TerminalCanvas
import Theming

/// The distances of the runs to the first on one axis, over the band in which the placebo stayed.
struct RaceStrip {
  let table: RaceTable
  let context: DrawingContext

  private static let widest = 100
  private static let leastWidth = 21

  static func signed(_ value: Double) -> String {
    String(NumberFormat.signed(value, decimals: 3).map { $0 == "-" ? "−" : $0 })
  }

  /// Draws nothing where there is no room for a row of each run, or nothing to show.
  func draw(in area: Rectangle, on buffer: inout CellBuffer) {
    let rivals = table.standings.indices.dropFirst()
    let differences = rivals.map { table.difference(of: $0) }
    let names = rivals.map { context.glyphs.spelled(table.standings[$0].label) }
    let nameWidth = names.map(\.count).max() ?? 0
    let width = min(area.width, Self.widest) - nameWidth - 2
    let farthest = (differences.compactMap { $0.map(abs) } + [table.band?.width ?? 0]).max() ?? 0
    guard farthest > 0, area.height > rivals.count, width >= Self.leastWidth else { return }
    let end = PanelNumbers.niceCeiling(farthest)
    let plot = Rectangle(x: area.x + nameWidth + 2, y: area.y, width: width, height: 1)
    drawScale(end, in: plot, on: &buffer)
    for (row, (name, difference)) in zip(names, differences).enumerated() {
      let y = area.y + 1 + row
      buffer.draw(
        context.text(name), in: Rectangle(x: area.x, y: y, width: nameWidth, height: 1),
        glyphs: context.glyphs)
      let line = Rectangle(x: plot.x, y: y, width: width, height: 1)
      draw(
        difference, end: end, isPlacebo: table.standings[row + 1].isPlacebo, in: line, on: &buffer)
    }
  }

  private func drawScale(_ end: Double, in plot: Rectangle, on buffer: inout CellBuffer) {
    for (text, alignment) in [
      (Self.signed(-end), TextAlignment.left), ("0", .center), (Self.signed(end), .right),
    ] {
      buffer.draw(
        context.text(context.glyphs.spelled(text), .textDim), in: plot, alignment: alignment,
        glyphs: context.glyphs)
    }
  }

  /// `·····░░░│░░░··●··`: the band, its middle, and where the run is.
  private func draw(
    _ difference: Double?, end: Double, isPlacebo: Bool, in line: Rectangle,
    on buffer: inout CellBuffer
  ) {
    func column(_ value: Double) -> Int {
      let share = (value / end + 1) / 2
      return min(line.width - 1, max(0, Int(bounded: (share * Double(line.width - 1)).rounded())))
    }
    func put(_ column: Int, _ symbol: Unicode.Scalar, _ role: ThemeRole) {
      buffer[line.x + column, line.y] = Cell(symbol, style: context.style(role))
    }
    let band = table.band.map { column(-$0.width)...column($0.width) }
    for place in 0..<line.width {
      let isInside = band?.contains(place) ?? false
      put(
        place, isInside ? context.glyphs.pick("░", "-") : context.glyphs.pick("·", "."),
        isInside ? .reference : .border)
    }
    put(column(0), context.glyphs.pick("│", "|"), .textDim)
    guard let difference else { return }
    put(
      column(difference), context.glyphs.pick(isPlacebo ? "○" : "●", isPlacebo ? "o" : "@"),
      isPlacebo ? .reference : .accent)
  }
}
