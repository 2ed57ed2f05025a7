import BoundedNumbers
import TerminalCanvas
import Theming

/// What the last update pushed with each sign, as two bars on one scale: what the gate kept is
/// solid, what it took is light, and its share stands at the end.
struct LedgerBalance {
  let model: LedgerModel
  let context: DrawingContext

  /// A sign, a bar that tells ten per cent, and its share.
  static let leastWidth = 24

  private static let leastBar = 12

  /// - Parameter middle: the row between the signs.
  func draw(in area: Rectangle, middle: Int, on buffer: inout CellBuffer) {
    guard area.width > 2, area.height >= 2 else { return }
    let facts = facts(width: area.width)
    let full = max(model.last.largest, .leastNonzeroMagnitude)
    let words = [model.positive, model.negative].map { line(facts($0)) }
    let length = area.width - 3 - (words.map(\.width).max() ?? 0)
    draw(
      model.last.positive, "▲", .positive, words[0], full, length,
      in: area.row(max(0, middle - 1)), on: &buffer)
    draw(
      model.last.negative, "▼", .negative, words[1], full, length,
      in: area.row(area.height >= 3 ? middle + 1 : 1), on: &buffer)
    guard area.height >= 3 else { return }
    let solid = context.glyphs.pick("█", "#")
    let light = context.glyphs.pick("░", ".")
    let legend = [
      "\(solid) kept  \(light) taken by the gate, of w|A|ρs", "\(solid) kept  \(light) taken",
    ]
    buffer.draw(
      context.text("  " + context.longest(of: legend, width: area.width - 2), .textDim),
      in: area.row(middle), glyphs: context.glyphs)
  }

  /// The facts that leave the bar enough room, the share first.
  private func facts(width: Int) -> (LedgerModel.Side) -> [Fact] {
    let choices: [(LedgerModel.Side) -> [Fact]] = [
      { [$0.taken, $0.push, $0.norm] }, { [$0.taken, $0.push] }, { [$0.taken] },
    ]
    return choices.first { choice in
      let words = [model.positive, model.negative].map { line(choice($0)).width }.max() ?? 0
      return width - 3 - words >= 2 * Self.leastBar
    } ?? { width >= Self.leastWidth ? [$0.taken] : [] }
  }

  private func line(_ facts: [Fact]) -> StyledText {
    FactLines.packed(facts, width: 1000, context).first ?? StyledText()
  }

  private func draw(
    _ bar: Bar, _ sign: String, _ role: ThemeRole, _ words: StyledText, _ full: Double,
    _ length: Int, in row: Rectangle, on buffer: inout CellBuffer
  ) {
    let (kept, taken) = Self.cells(bar, full: full, length: length)
    let parts = [
      String(repeating: String(context.glyphs.pick("█", "#")), count: kept),
      String(repeating: String(context.glyphs.pick("░", ".")), count: taken),
      String(repeating: " ", count: max(0, length - kept - taken) + 1),
    ]
    let text =
      context.text(sign + " " + parts[0], role) + context.text(parts[1], .attenuated)
      + context.text(parts[2], .text)
    buffer.draw(text + words, in: row, glyphs: context.glyphs)
  }

  /// Whole cells of the two parts: what was kept has one where there is any, what was taken where
  /// it is a hundredth or more, however short the bar.
  static func cells(_ bar: Bar, full: Double, length: Int) -> (kept: Int, taken: Int) {
    let size = bar.solid + bar.ghost
    guard length > 1, full > 0, size > 0, size.isFinite else { return (0, 0) }
    let end = Int(bounded: (min(1, size / full) * Double(length)).rounded())
    let taken = Int(bounded: (Double(end) * bar.ghost / size).rounded())
    let leastKept = bar.solid > 0 ? 1 : 0
    let light = max(bar.ghost >= 0.01 * size ? 1 : 0, min(taken, length - leastKept))
    return (max(leastKept, end - light), light)
  }
}

/// The scale of the bars over time.
enum LedgerScale {
  /// The largest of the bars but for a few spikes: nine of ten lie within it.
  static func full(of sizes: [Double]) -> Double {
    let sorted = sizes.filter(\.isFinite).sorted()
    guard let largest = sorted.last else { return PanelNumbers.niceCeiling(0) }
    let usual = sorted[(sorted.count - 1) * 9 / 10]
    // A spike is worth more than the scale of all others only where it is one.
    return PanelNumbers.niceCeiling(largest > 2 * usual && usual > 0 ? usual : largest)
  }

  /// The bar cut to the scale with its parts in proportion, so that what was taken stays in sight.
  static func held(_ bar: Bar, to full: Double) -> Bar {
    let size = bar.solid + bar.ghost
    guard size > full, size.isFinite else { return bar }
    return Bar(solid: bar.solid * full / size, ghost: bar.ghost * full / size)
  }
}
