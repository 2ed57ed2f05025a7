import RunKnowledge
public import TerminalCanvas
import Theming
import TrainingTelemetry

/// Places curves and answers: side by side where it is wide, else one above the other.
public struct PinnedDrawing {
  let model: PinnedModel
  let area: Rectangle
  let context: DrawingContext

  public init(model: PinnedModel, area: Rectangle, context: DrawingContext) {
    self.model = model
    self.area = area
    self.context = context
  }

  /// `✓ 16× ` before an answer.
  private static let prefixWidth = 6
  private static let leastChart = 20

  public func draw(on buffer: inout CellBuffer) {
    drawHead(on: &buffer)
    let body = area.rows(from: 1)
    guard !body.isEmpty else { return }
    let answersWidth = Self.prefixWidth + (model.kinds.map(\.answer.tokens.count).max() ?? 0)
    if body.height >= 3, body.width >= Self.leastChart + 2 + answersWidth {
      let columns = body.splitColumns(
        [.flexible(), .fixed(max(answersWidth, min(52, body.width / 2)))], spacing: 2)
      drawCharts(in: columns[0], on: &buffer)
      drawAnswers(in: columns[1], on: &buffer)
    } else if body.height >= 6 {
      let rows = max(3, body.height - min(model.kinds.count, body.height / 2))
      let (charts, answers) = body.splitTop(rows)
      drawCharts(in: charts, on: &buffer)
      drawAnswers(in: answers, on: &buffer)
    } else {
      drawAnswers(in: body, on: &buffer)
    }
  }

  private func drawHead(on buffer: inout CellBuffer) {
    var text = StyledText()
    for fact in model.facts { text = text + fact.styled(context) + context.text("  ") }
    buffer.draw(text, in: area.row(0), glyphs: context.glyphs)
    let room = Rectangle(
      x: area.x + text.width, y: area.y, width: area.width - text.width,
      height: min(1, area.height))
    let fitting = model.place.first { context.glyphs.spelled($0).count <= room.width } ?? ""
    buffer.draw(
      context.text(fitting, .textDim), in: room, alignment: .right, glyphs: context.glyphs)
  }

  private func drawCharts(in area: Rectangle, on buffer: inout CellBuffer) {
    let shares = LineChart.Series(points: model.rightShares, style: context.style(.rewardCurve))
    guard area.height >= 12 else {
      draw(shares, 0...1, in: area, on: &buffer)
      return
    }
    let rows = area.splitRows([.flexible(weight: 3), .flexible(weight: 2)])
    for (index, title) in ["share right", "entropy, nats per token"].enumerated() {
      buffer.draw(context.text(title, .textDim), in: rows[index].row(0), glyphs: context.glyphs)
    }
    draw(shares, 0...1, in: rows[0].rows(from: 1), on: &buffer)
    draw(
      LineChart.Series(points: model.entropies, style: context.style(.entropyCurve)), nil,
      in: rows[1].rows(from: 1), on: &buffer)
  }

  private func draw(
    _ series: LineChart.Series, _ range: ClosedRange<Double>?, in area: Rectangle,
    on buffer: inout CellBuffer
  ) {
    LineChart(
      series: [series], yRange: range, xRange: model.iterations,
      xUnit: area.width >= 40 ? "iterations" : "", axisStyle: context.style(.textDim)
    ).draw(into: &buffer, in: area, glyphs: context.glyphs)
  }

  private func drawAnswers(in area: Rectangle, on buffer: inout CellBuffer) {
    let shown = model.kinds.count > area.height ? max(0, area.height - 1) : model.kinds.count
    let tint = ProbabilityTint(context: context)
    for (index, kind) in model.kinds.prefix(shown).enumerated() {
      let line = area.row(index)
      let isRight = kind.answer.isRight
      let prefix =
        context.text(isRight ? "✓" : "✗", isRight ? .success : .error)
        + context.text(NumberFormat.padded("\(kind.count)", width: 3) + "× ", .textDim)
      buffer.draw(prefix, in: line, glyphs: context.glyphs)
      tint.draw(
        kind.answer,
        in: Rectangle(
          x: line.x + prefix.width, y: line.y, width: line.width - prefix.width, height: 1),
        on: &buffer)
    }
    let hidden = model.kinds.dropFirst(shown)
    if !hidden.isEmpty {
      let count = hidden.reduce(0) { $0 + $1.count }
      let right = hidden.reduce(0) { $0 + ($1.answer.isRight ? $1.count : 0) }
      buffer.draw(
        context.text("\(count) more, \(right) of them right", .textDim), in: area.row(shown),
        glyphs: context.glyphs)
    } else if area.height >= shown + 2 {
      buffer.draw(
        tint.legend(width: area.width).truncated(to: area.width, glyphs: context.glyphs),
        in: area.row(area.height - 1), glyphs: context.glyphs)
    }
  }
}
