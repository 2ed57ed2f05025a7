import RunKnowledge
import TerminalCanvas
import Theming

/// The table of a fork, with the columns for which there is room.
struct ForkTable {
  private struct Column {
    let title: String
    let cells: [String]

    var width: Int { cells.reduce(title.count) { max($0, $1.count) } }
  }

  private static let gap = 2

  private let columns: [Column]
  private let words: [ForkWords]

  /// The difference and its words come first, then what chance alone does, then the arms.
  init(_ summary: ForkSummary, width: Int, _ context: DrawingContext) {
    let rows = summary.rows
    func column(_ title: String, _ cell: (ForkSummary.Row) -> String) -> Column {
      Column(
        title: context.glyphs.spelled(title), cells: rows.map { context.glyphs.spelled(cell($0)) })
    }
    words = rows.map(\.words)
    let fixed = [
      column("") { $0.measure.title(k: summary.samplesPerPrompt) },
      column("difference [95 %]") { ForkSummary.text($0.difference, $0.measure) },
      column("in words") { $0.words.short },
    ]
    let placebo = [
      column("placebo [95 %]") { ForkSummary.text($0.placeboDifference, $0.measure) },
      column("placebo ±") { Self.short($0.placeboDifference, $0.measure) },
    ]
    let arms = [
      column("unchanged") { ForkSummary.text($0.unchanged, $0.measure) },
      column("changed") { ForkSummary.text($0.changed, $0.measure) },
    ]
    func fits(_ columns: [Column]) -> Bool {
      columns.reduce(-Self.gap) { $0 + Self.gap + $1.width } <= width
    }
    let choices = [
      [fixed[0]] + arms + fixed[1...] + [placebo[0]],
      [fixed[0]] + arms + fixed[1...] + [placebo[1]],
      fixed + [placebo[0]], fixed + [placebo[1]], fixed,
    ]
    columns = choices.first(where: fits) ?? Array(fixed[...1])
  }

  /// Rows, the header included.
  var height: Int { words.count + 1 }

  /// `+0.0001 ±0.0004`: the mean with half the width of the interval.
  private static func short(_ difference: PairedDifference?, _ measure: ForkMeasure) -> String {
    guard let difference else { return NumberFormat.missing }
    let mean = NumberFormat.signed(difference.estimate.mean, decimals: measure.decimals)
    return mean
      + (difference.margin.map {
        " ±" + NumberFormat.fixed($0, decimals: measure.decimals)
      } ?? "")
  }

  func draw(in area: Rectangle, on buffer: inout CellBuffer, _ context: DrawingContext) {
    var x = area.x
    for column in columns {
      for (row, cell) in ([column.title] + column.cells).enumerated() where row < area.height {
        let place = Rectangle(x: x, y: area.y + row, width: max(0, area.maxX - x), height: 1)
        buffer.draw(
          context.text(cell, row == 0 ? .textDim : role(ofRow: row - 1), row == 1 ? .bold : []),
          in: place, glyphs: context.glyphs)
      }
      x += column.width + Self.gap
    }
  }

  private func role(ofRow row: Int) -> ThemeRole {
    switch words[row] {
    case .better, .worse, .higher, .lower: .text
    case .notToldApart, .tooFewPairs: row == 0 ? .text : .textDim
    }
  }
}
