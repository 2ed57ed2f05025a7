import PolicyObjectives
public import RunKnowledge
public import TerminalCanvas
import Theming
import TrainingTelemetry

/// The comparison of objectives as a table, with what does not fit scrolled away.
public struct ObjectivesDrawing {
  let comparison: CounterfactualComparison
  /// Rows below the first that are passed over.
  let scroll: Int
  let area: Rectangle
  let context: DrawingContext

  public init(
    comparison: CounterfactualComparison, scroll: Int, area: Rectangle, context: DrawingContext
  ) {
    self.comparison = comparison
    self.scroll = scroll
    self.area = area
    self.context = context
  }

  public func draw(on buffer: inout CellBuffer) {
    // A title far from its numbers is hard to follow.
    let width = min(area.width, 70)
    let last = Self.lastScroll(rows: area.height)
    let first = min(scroll, last)
    // The last line says that there are more, where there are.
    let rows = last > 0 ? area.height - 1 : area.height
    Self.table(comparison, skipping: first, width: width, context).draw(
      into: &buffer, in: Rectangle(x: area.x, y: area.y, width: width, height: rows),
      glyphs: context.glyphs)
    guard last == 0 else {
      let more = [first > 0 ? "↑ \(first)" : "", last > first ? "↓ \(last - first)" : ""]
      buffer.draw(
        context.text(
          more.filter { !$0.isEmpty }.joined(separator: "  ") + " more objectives", .textDim),
        in: area.row(area.height - 1), glyphs: context.glyphs)
      return
    }
    let note = area.rows(from: comparison.rows.count + 2)
    guard !note.isEmpty else { return }
    buffer.draw(
      context.text(
        context.longest(of: Self.remarks(on: comparison), width: note.width), .textDim),
      in: note.row(0), glyphs: context.glyphs)
  }

  /// How far the table can be scrolled in so many rows; 0 where all of it fits.
  public static func lastScroll(rows: Int) -> Int {
    let count = ObjectiveCatalog.all.count
    // The heads take a row, the line that says that there are more another one.
    return rows > count ? 0 : max(0, count - max(2, rows - 2))
  }

  /// - Parameter skipped: rows left out below the first.
  private static func table(
    _ comparison: CounterfactualComparison, skipping skipped: Int, width: Int,
    _ context: DrawingContext
  ) -> Table {
    func column(_ title: String, _ role: ThemeRole, _ width: Int) -> Table.Column {
      Table.Column(context.text(title, role), alignment: .right, extent: .fixed(width))
    }
    let isWide = width >= 52
    var table = Table(
      columns: [
        Table.Column(context.text("objective", .textDim), extent: .flexible()),
        column(isWide ? "▲ kept" : "▲", .positive, isWide ? 6 : 5),
        column(isWide ? "▼ kept" : "▼", .negative, isWide ? 6 : 5),
        column(isWide ? "zeroed" : "zero", .textDim, isWide ? 6 : 4),
        column(isWide ? "dimmed" : "dim", .textDim, isWide ? 6 : 4),
        column("cos", .textDim, 5),
      ], rows: [])
    // The objective in force stays on top, to compare with.
    let rows =
      comparison.rows.filter(\.isInForce)
      + comparison.rows.filter { !$0.isInForce }.dropFirst(skipped)
    table.rows = rows.map { row in
      Table.Row([
        context.text(
          row.title + (row.isInForce ? " in force" : ""), row.isInForce ? .accent : .text,
          row.isInForce ? .bold : []),
        context.text(NumberFormat.share(row.positiveKept), .positive),
        context.text(NumberFormat.share(row.negativeKept), .negative),
        context.text("\(row.suppressedCount)", row.suppressedCount == 0 ? .textDim : .text),
        context.text(
          row.attenuatedCount.map { "\($0)" } ?? NumberFormat.missing,
          (row.attenuatedCount ?? 0) == 0 ? .textDim : .attenuated),
        context.text(
          row.cosine.map { NumberFormat.fixed($0, decimals: 2) } ?? NumberFormat.missing),
      ])
    }
    return table
  }

  /// Longer wordings first.
  private static func remarks(on comparison: CounterfactualComparison) -> [String] {
    let isUntouched = comparison.rows.allSatisfy {
      ($0.attenuatedCount ?? 0) == 0 && $0.suppressedCount == 0
    }
    if isUntouched {
      return [
        "No objective holds any token back here: their ratios are still too close to 1.",
        "No token is held back by any of them.",
      ]
    }
    return [
      "cos: to MASPO's pushes (times s); - : does not apply; o switches the objective",
      "cos: to MASPO's pushes, times s; -: does not apply", "cos: to MASPO",
    ]
  }
}
