import RunKnowledge
public import TerminalCanvas
import Theming
import TrainingTelemetry

/// Places one limiter table.
public struct LimiterDrawing {
  let model: LimiterModel
  let view: LimiterView
  let area: Rectangle
  let context: DrawingContext
  let isSplit: Bool
  let usesRanges: Bool
  let columns: [LimiterColumn]

  public init(model: LimiterModel, view: LimiterView, area: Rectangle, context: DrawingContext) {
    self.model = model
    self.view = view
    self.area = area
    self.context = context
    isSplit = area.height > model.split.count + 2 && area.width >= 50
    usesRanges = area.width >= 66 || area.height <= model.combined.count
    columns = Self.columns(
      view, isSplit: isSplit, usesRanges: usesRanges, width: area.width,
      without: model.hasWidths ? [] : [.sigma, .positiveSigma, .negativeSigma], context: context)
  }

  public func draw(on buffer: inout CellBuffer) {
    let rows = visibleRows
    let table = table(of: rows)
    table.draw(into: &buffer, in: area, glyphs: context.glyphs)
    let rectangles = table.columnRectangles(in: area)
    // The amounts keep the bar's column as a margin where it is too narrow to say anything.
    let hasBars =
      view == .bounds
      || zip(columns, rectangles).contains { $0 == .bar && $1.width >= Self.leastBar }
    if hasBars, let index = columns.firstIndex(of: .bar), rectangles.indices.contains(index) {
      let bar = rectangles[index]
      drawTicks(in: bar.row(0), on: &buffer)
      for (line, row) in rows.enumerated() {
        drawBar(row, in: bar.row(line + 1), on: &buffer)
      }
    }
    drawFootnotes(below: rows.count + 1, hasBars: hasBars, on: &buffer)
  }

  /// All buckets where they fit; where they do not, those that tell most, in their order.
  private var visibleRows: [LimiterModel.Row] {
    let capacity = area.height - 1
    if isSplit { return model.split + (capacity > model.split.count ? [model.total] : []) }
    if capacity > model.combined.count { return model.combined + [model.total] }
    let byImportance = [2, 4, 7, 3, 1, 5, 6, 0].filter { model.combined.indices.contains($0) }
    let kept = Set(byImportance.prefix(max(0, capacity)))
    return model.combined.indices.filter { kept.contains($0) || capacity >= model.combined.count }
      .map { model.combined[$0] }
  }

  /// Bars narrower than this say nothing; the amounts do without.
  private static let leastBar = 20

  private static func columns(
    _ view: LimiterView, isSplit: Bool, usesRanges: Bool, width: Int,
    without absent: Set<LimiterColumn>, context: DrawingContext
  ) -> [LimiterColumn] {
    var kept: Set<LimiterColumn> = [.bar]
    var room = width
    for (column, minimumBar) in LimiterColumn.priorities(view, isSplit: isSplit)
    where !absent.contains(column) {
      let needed =
        columnWidth(column, isSplit: isSplit, usesRanges: usesRanges, context: context) + 1
      guard room - needed >= minimumBar else { break }
      room -= needed
      kept.insert(column)
    }
    return LimiterColumn.order(view, isSplit: isSplit).filter(kept.contains)
  }

  private static func columnWidth(
    _ column: LimiterColumn, isSplit: Bool, usesRanges: Bool, context: DrawingContext
  ) -> Int {
    max(
      column.valueWidth(isSplit: isSplit, usesRanges: usesRanges),
      context.glyphs.spelled(column.title(isSplit: isSplit)).count)
  }

  private func table(of rows: [LimiterModel.Row]) -> Table {
    let header = columns.map { column in
      Table.Column(
        context.text(column.title(isSplit: isSplit), .textDim),
        alignment: column == .label ? .left : .right,
        extent: column == .bar
          ? .flexible()
          : .fixed(
            Self.columnWidth(
              column, isSplit: isSplit, usesRanges: usesRanges, context: context)))
    }
    return Table(columns: header, rows: rows.map { Table.Row(columns.map(cell(of: $0))) })
  }

  private func cell(of row: LimiterModel.Row) -> (LimiterColumn) -> StyledText {
    { column in
      switch column {
      case .label: context.text(usesRanges ? row.range : row.edge, .text)
      case .sign: context.text(row.sign?.glyph ?? "", row.sign?.role ?? .text)
      case .bar: StyledText()
      default:
        context.text(
          row.cells[column] ?? "", role(of: column, in: row))
      }
    }
  }

  private func role(of column: LimiterColumn, in row: LimiterModel.Row) -> ThemeRole {
    guard row.hasTokens else { return .textDim }
    switch column {
    case .positiveSigma: return .positive
    case .negativeSigma: return .negative
    case .attenuated, .removed: return .attenuated
    case .sigma: return row.sign?.role ?? .text
    default: return .text
    }
  }

  private func drawTicks(in line: Rectangle, on buffer: inout CellBuffer) {
    var taken: [Range<Int>] = []
    for tick in LimiterModel.ticks {
      guard let column = LimiterModel.axis.column(of: tick.ratio, width: line.width) else {
        continue
      }
      let label = tick.label
      let start = min(max(0, column - label.count / 2), line.width - label.count)
      let span = start..<start + label.count
      guard start >= 0, !taken.contains(where: { $0.overlaps(span) }) else { continue }
      taken.append(start - 1..<start + label.count + 1)
      buffer.draw(
        context.text(label, .textDim),
        in: Rectangle(x: line.x + start, y: line.y, width: label.count, height: line.height))
    }
  }

  private func drawBar(
    _ row: LimiterModel.Row, in line: Rectangle, on buffer: inout CellBuffer
  ) {
    guard let interval = row.interval, !line.isEmpty else { return }
    let axis = LimiterModel.axis
    let comparisons =
      model.references.map {
        IntervalBar.Reference(
          $0, symbol: context.glyphs.pick("┊", ","), style: context.style(.reference))
      }
      + interval.previewed.filter { $0 <= interval.wall }.map {
        IntervalBar.Reference(
          $0, symbol: context.glyphs.pick("◈", "?"), style: context.style(.knobMark, .bold),
          isOnTop: true)
      }
    let color = row.sign?.role ?? .bound
    IntervalBar(
      axis: axis, lowerBound: interval.lower, upperBound: interval.upper,
      observed: interval.observed, wall: interval.wall, center: 1,
      references: comparisons,
      styles: IntervalBar.Styles(
        bar: context.style(.textDim), bound: context.style(row.hasTokens ? color : .textDim),
        observed: context.style(row.hasTokens ? color : .textDim), wall: context.style(.wall),
        center: context.style(.textDim))
    ).draw(into: &buffer, in: line, glyphs: context.glyphs)
  }

  private func drawFootnotes(
    below first: Int, hasBars: Bool, on buffer: inout CellBuffer
  ) {
    var free = area.rows(from: first)
    guard !free.isEmpty else { return }
    if hasBars {
      let legend = context.longest(of: model.legend, width: free.width)
      buffer.draw(context.text(legend, .textDim), in: free.row(0), glyphs: context.glyphs)
      free = free.rows(from: 1)
    }
    for remark in model.remarks {
      let phrase = context.longest(of: remark, width: free.width)
      for line in context.text(phrase, .warning).wrapped(to: free.width) {
        guard !free.isEmpty else { return }
        buffer.draw(line, in: free.row(0), glyphs: context.glyphs)
        free = free.rows(from: 1)
      }
    }
    for line in FactLines.packed(model.columnKey, width: free.width, context) {
      guard !free.isEmpty else { return }
      buffer.draw(line, in: free.row(0), glyphs: context.glyphs)
      free = free.rows(from: 1)
    }
  }
}
