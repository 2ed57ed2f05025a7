import RunKnowledge
public import TerminalCanvas
import Theming
import TrainingTelemetry

/// Places the facts above, the curve below and a sentence between.
public struct InspectorDrawing {
  let model: InspectorModel
  let area: Rectangle
  let context: DrawingContext

  public init(model: InspectorModel, area: Rectangle, context: DrawingContext) {
    self.model = model
    self.area = area
    self.context = context
  }

  /// Rows below which a curve says nothing: two of it and one for its labels.
  private static let leastCurve = 3

  public func draw(on buffer: inout CellBuffer) {
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
