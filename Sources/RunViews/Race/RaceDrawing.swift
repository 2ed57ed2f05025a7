public import RunKnowledge
public import TerminalCanvas
import Theming
import TrainingTelemetry

/// The runs of a race as a table: a row for each, with its distance to the first and, where there is
/// room, that distance on an axis with the placebo's band.
public struct RaceDrawing {
  private struct Column {
    let title: String
    let cells: [String]
    var width: Int { cells.reduce(title.count) { max($0, $1.count) } }
  }

  private static let gap = 2

  let table: RaceTable
  let area: Rectangle
  let context: DrawingContext

  public init(table: RaceTable, area: Rectangle, context: DrawingContext) {
    self.table = table
    self.area = area
    self.context = context
  }

  public func draw(on buffer: inout CellBuffer) {
    var room = area.width
    var x = area.x
    for column in columns {
      guard column.width <= room else { break }
      for (row, cell) in ([column.title] + column.cells).enumerated() where row < area.height {
        let isShown = row - 1 == table.shown
        buffer.draw(
          context.text(cell, row == 0 ? .textDim : .text, isShown ? .bold : []),
          in: Rectangle(x: x, y: area.y + row, width: column.width, height: 1),
          alignment: x == area.x ? .left : .right, glyphs: context.glyphs)
      }
      x += column.width + Self.gap
      room -= column.width + Self.gap
    }
    let under = area.rows(from: min(area.height, table.standings.count + 2))
    let lines = context.text(note, .textDim).wrapped(to: max(1, area.width))
    for (row, line) in lines.enumerated() {
      buffer.draw(line, in: under.row(row), glyphs: context.glyphs)
    }
    RaceStrip(table: table, context: context).draw(
      in: under.rows(from: min(under.height, lines.count + 1)), on: &buffer)
  }

  /// What the differences mean.
  private var note: String {
    var sentences = ["Δ: Avg@k less that of the first."]
    if let band = table.band {
      sentences.append(
        "±: the placebo was never farther from it, in \(counted(band.evaluations, "evaluation")); "
          + "* is farther. That is one way that chance went, not how far it can go.")
    } else {
      sentences.append(
        "How far chance alone leads is not known without a placebo (--against placebo).")
    }
    if table.caveats.contains("task") {
      sentences.append("The runs have different tasks: their scores do not compare.")
    } else if !table.caveats.isEmpty {
      sentences.append(
        "The runs also differ in \(table.caveats.joined(separator: ", ")), which Δ holds as well.")
    }
    return sentences.joined(separator: " ")
  }

  private var columns: [Column] {
    func column(_ title: String, _ cell: (RaceStanding) -> String) -> Column {
      Column(
        title: context.glyphs.spelled(title),
        cells: table.standings.map { context.glyphs.spelled(cell($0)) })
    }
    func number(_ value: Double?, _ decimals: Int = 3) -> String {
      value.map { NumberFormat.fixed($0, decimals: decimals) } ?? NumberFormat.missing
    }
    let k = table.standings[0].history.evaluations.last?.samplesPerPrompt
    let at = k.map { "@\($0)" } ?? ""
    let names = table.standings.enumerated().map { index, standing in
      context.glyphs.spelled((index == table.shown ? "▸ " : "  ") + standing.label)
    }
    return [
      Column(title: "", cells: names),
      column("reward") { number($0.history.rollouts.last?.reward) },
      column("Avg\(at)") { number($0.history.evaluations.last?.average) },
      differences,
      column("Pass\(at)") { number($0.history.evaluations.last?.pass) },
      column("H") { number($0.history.updates.last?.entropy ?? $0.history.rollouts.last?.entropy) },
      column("KL") { number($0.history.updates.last?.klMean, 4) },
      column("removed") { NumberFormat.share($0.history.updates.last?.removedShare) },
      column("ρ max") { standing in
        standing.history.updates.compactMap(\.ratioMaximum).max().map {
          NumberFormat.significant($0)
        } ?? NumberFormat.missing
      },
      column("update") { $0.updates.map { "\($0)" } ?? NumberFormat.missing },
      column("ms") { standing in
        standing.milliseconds.map { NumberFormat.significant($0) } ?? NumberFormat.missing
      },
    ]
  }

  /// `+0.100*` under `Δ ±0.020`: what goes beyond the placebo's band is marked.
  private var differences: Column {
    let band = table.band
    let cells = table.standings.enumerated().map { lane, standing in
      guard lane > 0 else { return "" }
      guard let difference = table.difference(of: lane) else { return NumberFormat.missing }
      let isBeyond = !standing.isPlacebo && band?.isExceeded(by: difference) ?? false
      return RaceStrip.signed(difference) + (band == nil ? "" : isBeyond ? "*" : " ")
    }
    let width =
      band.map { band in
        let text = NumberFormat.fixed(band.width, decimals: 3)
        return " ±" + (text.hasPrefix("0.") ? String(text.dropFirst()) : text)
      } ?? ""
    return Column(
      title: context.glyphs.spelled("Δ\(width)"), cells: cells.map(context.glyphs.spelled))
  }
}
