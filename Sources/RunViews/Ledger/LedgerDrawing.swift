public import TerminalCanvas
import Theming

/// Places the bars left of their numbers, the waterfall below, and charts where there is room.
public struct LedgerDrawing {
  let model: LedgerModel
  let view: LedgerView
  let area: Rectangle
  let context: DrawingContext

  public init(model: LedgerModel, view: LedgerView, area: Rectangle, context: DrawingContext) {
    self.model = model
    self.view = view
    self.area = area
    self.context = context
  }

  /// Cells that a column of five for each bucket takes, with their titles.
  private static let leastBucketWidth = 60

  public func draw(on buffer: inout CellBuffer) {
    let lines = footLines
    let chartRows = area.height >= 14 && area.width >= 36 ? max(5, chartShare) : 0
    let foot = min(lines.count, max(0, area.height - 3 - chartRows))
    let (top, below) = area.splitTop(area.height - foot - chartRows)
    let (charts, words) = below.splitTop(chartRows)
    drawBalance(in: top, on: &buffer)
    if view == .byBucket, area.width >= Self.leastBucketWidth {
      model.bucketNumbers.draw(in: charts, on: &buffer, context)
    } else {
      drawCharts(in: charts, on: &buffer)
    }
    for (index, line) in lines.prefix(foot).enumerated() {
      buffer.draw(line, in: words.row(index), glyphs: context.glyphs)
    }
  }

  /// Numbers of buckets say more than taller bars; charts take a third.
  private var chartShare: Int {
    view == .byBucket && area.width >= Self.leastBucketWidth
      ? min(model.bucketNumbers.rows.count + 1, area.height * 3 / 5) : area.height / 3
  }

  /// The lines below the bars, the most telling first.
  private var footLines: [StyledText] {
    let facts = FactLines.packed(model.waterfall, width: area.width, spacing: 1, context)
    let step = FactLines.packed([model.cosine] + model.step, width: area.width, context)
    let phrase = context.longest(of: model.remark, width: area.width)
    let remark = phrase.isEmpty ? [] : [context.text(phrase, .accent)]
    // The remark keeps its line while there is none, so that nothing moves when it comes.
    return facts + (area.height >= 7 ? (remark.isEmpty ? [StyledText()] : remark) : []) + step
  }

  /// The last update as a pair of bars, and beside it the past or the buckets.
  private func drawBalance(in area: Rectangle, on buffer: inout CellBuffer) {
    guard !area.isEmpty else { return }
    let (last, past) = area.splitLeft(lastWidth(in: area))
    let upper = area.height / 2
    LedgerBalance(model: model, context: context)
      .draw(in: last, middle: upper, on: &buffer)
    drawEntries(in: past.splitLeft(min(2, past.width)).rest, upper: upper, on: &buffer)
  }

  /// Buckets need room for their names; updates take what is left.
  private func lastWidth(in area: Rectangle) -> Int {
    let room = view == .overTime ? area.width / 2 : area.width - 5 * model.buckets.count
    return min(area.width, max(LedgerBalance.leastWidth, room))
  }

  private func drawEntries(in area: Rectangle, upper: Int, on buffer: inout CellBuffer) {
    guard area.width > 0, area.height >= 3 else { return }
    let entries =
      view == .overTime ? Array(model.updates.suffix(area.width)) : model.buckets
    let full =
      view == .overTime
      ? LedgerScale.full(of: entries.map(\.largest))
      : PanelNumbers.niceCeiling(entries.map(\.largest).max() ?? 0)
    let (up, rest) = area.splitTop(upper)
    let (axis, down) = rest.splitTop(1)
    let width = view == .overTime ? 1 : bucketWidth(in: area)
    draw(entries.map(\.positive), full, width, .positive, false, in: up, on: &buffer)
    draw(entries.map(\.negative), full, width, .negative, true, in: down, on: &buffer)
    drawAxis(entries, width: width, in: axis, on: &buffer)
  }

  private func bucketWidth(in bars: Rectangle) -> Int {
    max(1, bars.width / max(1, model.buckets.count))
  }

  private func draw(
    _ bars: [Bar], _ full: Double, _ width: Int, _ role: ThemeRole, _ growsDownward: Bool,
    in area: Rectangle, on buffer: inout CellBuffer
  ) {
    // A wide bar is a bar repeated, with a gap.
    let cells: [Bar?] =
      width == 1
      ? bars
      : bars.flatMap { bar in
        [Bar?](repeating: bar, count: max(1, width - 1)) + [nil]
      }
    let used = min(cells.count, area.width)
    BarRow(
      bars: cells.map { $0.map { LedgerScale.held($0, to: full) } }, maximum: full,
      growsDownward: growsDownward, style: context.style(role),
      ghostStyle: context.style(.attenuated)
    ).draw(
      into: &buffer,
      in: Rectangle(x: area.x, y: area.y, width: used, height: area.height),
      glyphs: context.glyphs)
    // What the scale does not hold is pointed at, at the end of its bar.
    let end = growsDownward ? area.maxY - 1 : area.y
    for (column, bar) in cells.enumerated() where column < used && area.height > 0 {
      guard let bar, bar.solid + bar.ghost > full else { continue }
      buffer[area.x + column, end] = Cell(
        context.glyphs.pick(growsDownward ? "↓" : "↑", growsDownward ? "v" : "^"),
        style: context.style(.title))
    }
  }

  /// The line between the signs: where rollouts begin, where knobs moved, or the buckets' names.
  private func drawAxis(
    _ entries: [LedgerModel.Entry], width: Int, in line: Rectangle, on buffer: inout CellBuffer
  ) {
    let glyphs = context.glyphs
    for column in 0..<line.width {
      buffer[line.x + column, line.y] = Cell(
        glyphs.pick("─", "-"), style: context.style(.border))
    }
    for (index, entry) in entries.enumerated() {
      let x = line.x + index * width
      guard x < line.maxX else { break }
      if view == .byBucket {
        let label = context.text(entry.label, .textDim)
        guard label.width < width + 1 else { continue }
        buffer.draw(label, in: Rectangle(x: x, y: line.y, width: width, height: line.height))
      } else if entry.isMarked {
        buffer[x, line.y] = Cell(glyphs.pick("◆", "*"), style: context.style(.knobMark))
      } else if entry.startsIteration {
        buffer[x, line.y] = Cell(glyphs.pick("┼", "+"), style: context.style(.text))
      }
    }
  }

  private func drawCharts(in area: Rectangle, on buffer: inout CellBuffer) {
    guard !area.isEmpty else { return }
    let norms = model.norms
    func points(_ value: (Int) -> Double?) -> [LineChart.Point] {
      norms.indices.map { LineChart.Point(x: Double($0 - norms.count + 1), y: value($0)) }
    }
    let parts = area.splitColumns([.flexible(), .flexible()], spacing: 2)
    let charts: [(title: String, series: [LineChart.Series], range: ClosedRange<Double>?)] = [
      (
        "‖g₊‖ and ‖g₋‖, last updates",
        [
          LineChart.Series(points: points { norms[$0].positive }, style: context.style(.positive)),
          LineChart.Series(points: points { norms[$0].negative }, style: context.style(.negative)),
        ], nil
      ),
      (
        "cosine of g₊ and g₋",
        [LineChart.Series(points: points { norms[$0].cosine }, style: context.style(.accent))],
        -1...1
      ),
    ]
    for (chart, part) in zip(charts, parts) {
      buffer.draw(context.text(chart.title, .textDim), in: part.row(0), glyphs: context.glyphs)
      LineChart(
        series: chart.series, yRange: chart.range, axisStyle: context.style(.textDim),
        emptyText: "not measured"
      ).draw(into: &buffer, in: part.rows(from: 1), glyphs: context.glyphs)
    }
  }
}
