import RunKnowledge
public import TerminalCanvas
import Theming
import TrainingTelemetry

/// Places the charts, as many as there is room for, above a line of last values.
public struct LearningDrawing {
  let model: LearningModel
  let isOverview: Bool
  let area: Rectangle
  let context: DrawingContext

  public init(model: LearningModel, isOverview: Bool, area: Rectangle, context: DrawingContext) {
    self.model = model
    self.isOverview = isOverview
    self.area = area
    self.context = context
  }

  /// Least size of a chart that can be read, its title included.
  private static let leastWidth = 34
  private static let leastHeight = 6

  public func draw(on buffer: inout CellBuffer) {
    let lines = FactLines.packed(model.values, width: area.width, context)
    let wanted = area.height >= 20 ? 4 : area.height >= 12 ? 2 : 1
    let valueRows = min(lines.count, area.height >= 4 ? wanted : max(0, area.height - 2))
    let (charts, values) = area.splitTop(area.height - valueRows)
    for (index, line) in lines.prefix(valueRows).enumerated() {
      buffer.draw(line, in: values.row(index), glyphs: context.glyphs)
    }
    let places = isOverview ? places(in: charts) : [charts]
    for (chart, place) in zip(model.charts, places) {
      draw(chart, in: place, showsTitle: places.count > 1 || !isOverview, on: &buffer)
    }
  }

  /// Rectangles of the charts: the first is the largest.
  private func places(in charts: Rectangle) -> [Rectangle] {
    let across = charts.width / Self.leastWidth
    let down = charts.height / Self.leastHeight
    let first = Extent.flexible(weight: 3)
    let other = Extent.flexible(weight: 2)
    switch (across, down) {
    case (2..., 2...):
      let rows = charts.splitRows([first, other])
      let count = min(3, across)
      return [rows[0]]
        + rows[1].splitColumns([Extent](repeating: .flexible(), count: count), spacing: 2)
    case (2..., _):
      let count = min(3, across)
      return charts.splitColumns(
        [first] + [Extent](repeating: other, count: count - 1), spacing: 2)
    case (_, 2...):
      let count = min(4, down)
      return charts.splitRows([first] + [Extent](repeating: other, count: count - 1))
    default: return [charts]
    }
  }

  private func draw(
    _ chart: LearningModel.Chart, in area: Rectangle, showsTitle: Bool,
    on buffer: inout CellBuffer
  ) {
    var plot = area
    if showsTitle {
      buffer.draw(context.text(chart.title, .textDim), in: area.row(0), glyphs: context.glyphs)
      plot = area.rows(from: 1)
    }
    // Curves that share a chart carry their names, where the curves stay the larger part.
    let showsNames = chart.quantities.count > 1 && plot.width >= 50
    let rivals = chart.view == .scores ? model.rivals : []
    // The curves stay the larger part, however long the names are.
    let room = max(10, plot.width / 3 - 5)
    func short(_ name: String) -> String {
      let name = context.glyphs.spelled(name)
      return name.count <= room ? name : context.glyphs.spelled(name.prefix(room - 1) + "…")
    }
    LineChart(
      series: rivals.map { rival in
        LineChart.Series(
          points: rival.points, style: context.style(.textDim), name: short(rival.label))
      }
        + chart.quantities.map { quantity in
          LineChart.Series(
            points: model.curves[quantity] ?? [], style: context.style(quantity.role),
            name: rivals.isEmpty ? quantity.name : short(model.label ?? quantity.name),
            isLabeled: rivals.isEmpty || quantity == .average)
        },
      marks: model.marks.map { mark in
        LineChart.Mark(
          x: mark.x, symbol: symbol(mark.symbol), style: context.style(.knobMark))
      },
      yScale: chart.scale, yRange: chart.range, xRange: model.xRange,
      yUnit: isOverview ? "" : chart.unit, xUnit: plot.width >= 50 ? "iterations" : "",
      showsLastValues: showsNames || !rivals.isEmpty,
      axisStyle: context.style(.textDim)
    ).draw(into: &buffer, in: plot, glyphs: context.glyphs)
  }

  private func symbol(_ character: Character) -> Unicode.Scalar {
    context.glyphs.spelled(String(character)).unicodeScalars.first ?? "*"
  }
}
