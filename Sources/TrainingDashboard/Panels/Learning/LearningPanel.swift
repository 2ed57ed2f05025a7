import RunKnowledge
public import TerminalCanvas
import Theming
import TrainingTelemetry

/// Whether the policy learns: reward, held-out scores, KL, entropy and equal groups.
public enum LearningPanel: Panel {
  public static let descriptor = PanelDescriptor(
    name: "learning", title: "Learning",
    summary: "Reward, held-out scores, KL, entropy and equal groups over the iterations.",
    explanation: [
      "x axis: iterations finished. A vertical mark: a knob was moved there, named by its symbol; "
        + "◇ is a change of the objective.",
      "reward: mean over all answers of a rollout. Avg@k: share of right samples on held-out "
        + "prompts; Pass@k: share of prompts with at least one right sample.",
      "KL: KL(old‖π), exact over the vocabulary, mean over the minibatch's tokens, nats; 0 right "
        + "after each rollout.",
      "H: entropy of π in nats per token. A policy that is sure of everything has 0.",
      "equal: share of groups whose answers are all right or all wrong. Their advantages are 0; "
        + "at 100 % learning ends.",
      "On keys of this panel: one chart alone, gradient norms among them; the last 50 or 10 "
        + "iterations; and a logarithmic y axis for KL, entropy and norms, on which a 0 is a gap. "
        + "Every value is drawn: where several share a column, it spans their minimum and maximum.",
    ])

  public static let keys = [
    KeyBinding(
      "learning-view", .look, in: scope,
      [.init(.character("b"), .changeLearningView(1))],
      "one chart of the learning panel alone: the next one", hint: "chart"),
    KeyBinding(
      "learning-span", .look, in: scope,
      [
        .init(.character("i"), .changeLearningSpan(1)),
        .init(.character("I"), .changeLearningSpan(-1)),
      ],
      "curves of the whole run, the last 50 or the last 10 iterations",
      each: ["curves of fewer of the last iterations", "curves of more iterations"]),
    KeyBinding(
      "learning-log", .look, in: scope,
      [.init(.character("d"), .toggleLogarithmicCurves)],
      "logarithmic y axis for KL, entropy and gradient norms"),
  ]

  public static func wheel(_ direction: Int) -> DashboardAction? {
    .changeLearningSpan(direction < 0 ? 1 : -1)
  }

  public static func caption(_ state: DashboardState, _ context: DrawingContext) -> String {
    let position = state.shown.snapshot.status.position
    guard position.iteration > 0 else { return "" }
    let span = state.views.learningSpan.name
    return "iteration \(position.iteration)" + (span.isEmpty ? "" : " · \(span)")
  }

  public static func draw(
    _ state: DashboardState, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    buffer.clipped(to: area) { buffer in
      guard let model = LearningModel(state) else {
        EmptyNotice.draw(
          EmptyNotice.paragraphs(
            state, awaiting: "rollout",
            shows: "Here: reward and held-out score, iteration by iteration."),
          in: area, on: &buffer, context)
        return
      }
      LearningDrawing(
        model: model, isOverview: state.views.learning == .overview, area: area, context: context
      ).draw(on: &buffer)
    }
  }
}

/// Places the charts, as many as there is room for, above a line of last values.
private struct LearningDrawing {
  let model: LearningModel
  let isOverview: Bool
  let area: Rectangle
  let context: DrawingContext

  /// Least size of a chart that can be read, its title included.
  private static let leastWidth = 34
  private static let leastHeight = 6

  func draw(on buffer: inout CellBuffer) {
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
    LineChart(
      series: chart.quantities.map { quantity in
        LineChart.Series(
          points: model.curves[quantity] ?? [], style: context.style(quantity.role),
          name: quantity.name)
      },
      marks: model.marks.map { mark in
        LineChart.Mark(
          x: mark.x, symbol: symbol(mark.symbol), style: context.style(.knobMark))
      },
      yScale: chart.scale, yRange: chart.range, xRange: model.xRange,
      yUnit: isOverview ? "" : chart.unit, xUnit: plot.width >= 50 ? "iterations" : "",
      showsLastValues: showsNames,
      axisStyle: context.style(.textDim)
    ).draw(into: &buffer, in: plot, glyphs: context.glyphs)
  }

  private func symbol(_ character: Character) -> Unicode.Scalar {
    context.glyphs.spelled(String(character)).unicodeScalars.first ?? "*"
  }
}
