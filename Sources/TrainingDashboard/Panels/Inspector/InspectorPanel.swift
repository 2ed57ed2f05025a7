import RunKnowledge
public import TerminalCanvas
import Theming
import TrainingTelemetry

/// The token under the cursor: every number and its gate over the ratio.
public enum InspectorPanel: Panel {
  public static let descriptor = PanelDescriptor(
    name: "inspector", title: "Inspector",
    summary: "Every number of the token under the cursor, and its gate curve.",
    explanation: [
      "π_old: probability when sampled; π: now; ρ = π/π_old; A: advantage of the answer.",
      "σ = mass × risk: mass = clamp(σ_base/π_old^α), risk = 1 + β₊A or 1/(1 + β₋|A|).",
      "F: the gate, 1 for open. A·F·ρ: what pulls the token, before its weight w.",
      "push w|A|Fρ; ×s: weighted push, times s = ‖onehot − π‖; taken: w|A|ρ(1−F)s.",
      "realised move: sign(A)·Δlog π over the update; above 0 it went where A wants it.",
      "Curve: F over ρ. GRPO: where it would clip. ½gate: F = 0.5. 1σ: F = 0.61. turn: where "
        + "ρ·F, the pull, is largest. 1/π: the wall, no ratio can be larger.",
      "Lines over it: the gate of the objective chosen with O, and GRPO's, for the same token.",
    ])

  public static func caption(_ state: DashboardState, _ context: DrawingContext) -> String {
    guard let group = state.shown.snapshot.rollout?.group, !group.answers.isEmpty else { return "" }
    let answer = min(max(0, state.selection.answer), group.answers.count - 1)
    let freshness = GroupFreshness(state, group: group)
    let age = freshness.isStale ? " · \(GroupFreshness.words(age: freshness.age))" : ""
    let mark = group.answers[answer].reward > 0 ? "✓" : "✗"
    return context.glyphs.spelled("answer \(answer + 1) \(mark)\(age)")
  }

  public static func draw(
    _ state: DashboardState, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    buffer.clipped(to: area) { buffer in
      guard let model = InspectorModel(state) else {
        EmptyNotice.draw(
          EmptyNotice.paragraphs(
            state, awaiting: "rollout",
            shows: "Here: one token, its ratio and how far its gate lets it go."),
          in: area, on: &buffer, context)
        return
      }
      InspectorDrawing(model: model, area: area, context: context).draw(on: &buffer)
    }
  }
}

/// Places the facts above, the curve below and a sentence between.
private struct InspectorDrawing {
  let model: InspectorModel
  let area: Rectangle
  let context: DrawingContext

  /// Rows below which a curve says nothing: two of it and one for its labels.
  private static let leastCurve = 3

  func draw(on buffer: inout CellBuffer) {
    let lines = FactLines.packed(
      area.width < 50 ? model.compactFacts : model.facts, width: area.width, context)
    // The curve gets half of the panel before the last facts get a line.
    let curveRows = max(Self.leastCurve, (area.height + 1) / 2)
    let hasCurve = area.height >= Self.leastCurve + 2
    let room = hasCurve ? area.height - curveRows : area.height
    let hasRemark = room >= 4
    let shown = lines.prefix(max(1, room - (hasRemark ? 1 : 0)))
    for (index, line) in shown.enumerated() {
      buffer.draw(line, in: area.row(index), glyphs: context.glyphs)
    }
    var rest = area.rows(from: shown.count)
    if hasRemark {
      let phrase = context.longest(of: model.remark, width: rest.width)
      buffer.draw(context.text(phrase, model.remarkRole), in: rest.row(0), glyphs: context.glyphs)
      rest = rest.rows(from: 1)
    }
    guard hasCurve else { return }
    if let curve = model.curve {
      draw(curve, in: rest, on: &buffer)
    } else {
      buffer.drawNotice([context.text(model.curveAbsence, .textDim)], in: rest, context)
    }
  }

  /// Roles of the other objectives' lines, in their order; a preview's line comes first.
  private var lineRoles: [ThemeRole] {
    model.otherCurves.first?.title == "preview"
      ? [.knobMark, .reference, .accent] : [.reference, .accent]
  }

  private func draw(_ curve: GateCurve, in frame: Rectangle, on buffer: inout CellBuffer) {
    let color: ThemeRole = curve.advantage > 0 ? .positive : .negative
    let others = zip(model.otherCurves, lineRoles)
    let hasLegend = frame.height >= 6 && !model.otherCurves.isEmpty
    if hasLegend {
      var legend = context.text(context.glyphs.isUnicode ? "█ " : "# ", color)
      legend = legend + context.text(model.title, .textDim)
      for (other, role) in others {
        legend = legend + context.text(context.glyphs.isUnicode ? "  ⠒⠒ " : "  .. ", role)
        legend = legend + context.text(other.title, .textDim)
      }
      buffer.draw(legend, in: frame.row(0), alignment: .right, glyphs: context.glyphs)
    }
    let area = hasLegend ? frame.rows(from: 1) : frame
    let here = context.glyphs.spelled("●\(NumberFormat.fixed(curve.ratio, decimals: 2))")
    var marks = [
      CurvePlot.Mark(
        x: min(curve.ratio, curve.axisEnd), label: here,
        style: context.style(.accent, .bold), symbol: context.glyphs.pick("●", "@"),
        y: curve.gate)
    ]
    marks += curve.marks.map { mark in
      CurvePlot.Mark(
        x: mark.ratio, label: context.glyphs.spelled(mark.label),
        style: context.style(mark.kind.role))
    }
    CurvePlot(
      curves: [
        CurvePlot.Curve(style: context.style(color), drawing: .filled) {
          curve.value(atRatio: $0)
        }
      ]
        + others.map { other, role in
          CurvePlot.Curve(style: context.style(role)) { other.curve.value(atRatio: $0) }
        },
      xAxis: PlotAxis(0...curve.axisEnd), marks: marks, axisStyle: context.style(.textDim)
    ).draw(into: &buffer, in: area, glyphs: context.glyphs)
  }
}
