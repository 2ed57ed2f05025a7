import RunKnowledge
public import RunViews
public import TerminalCanvas
import Theming
import TrainingTelemetry

/// The first line: what runs, how far it is and how fast.
public enum HeaderPanel: Panel {
  public static let descriptor = PanelDescriptor(
    name: "header", title: "Header",
    summary: "What runs, how far it is and how fast.",
    explanation: [
      "Iteration: one rollout (G answers to each of Q prompts) and the K updates made from it. "
        + "Update k of K: optimizer updates made from the rollout in force; 0 right after it was "
        + "sampled.",
      "Pace: optimizer updates per second, measured over two seconds, and the limit asked "
        + "for; auto starts slowly, so that ratios can be watched "
        + "leaving 1. max: what the machine could do, from the median time of the last updates.",
      "tok/s: response tokens sampled per second in the last rollout.",
    ])

  public static func caption(_ state: DashboardState, _ context: DrawingContext) -> String { "" }

  public static func draw(
    _ state: DashboardState, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    buffer.fill(area, with: Cell(" ", style: context.theme.style(.text, on: .background)))
    let line = area.width >= 12 ? area.inset(dx: 1) : area
    let gap = 3
    let segments = model(state).fitted(to: line.width, gap: gap, glyphs: context.glyphs)
    func draw(_ segments: [HeaderModel.Segment], alignment: TextAlignment) {
      var text = StyledText()
      for segment in segments {
        let gap = text.spans.isEmpty ? 0 : gap
        text.append(String(repeating: " ", count: gap), style: style(.text, context))
        text.append(
          context.glyphs.spelled(segment.text),
          style: style(segment.role, context, segment.isBold ? .bold : []))
      }
      buffer.draw(text, in: line.row(0), alignment: alignment, glyphs: context.glyphs)
    }
    draw(segments.filter { !$0.isTrailing }, alignment: .left)
    draw(segments.filter(\.isTrailing), alignment: .right)
  }

  static func model(_ state: DashboardState) -> HeaderModel {
    HeaderModel(
      state.run, past: state.past?.run,
      asked: HeaderModel.Asked(
        mode: state.mode, pace: state.paceLimit, isPaceNew: state.requests.pace != nil,
        objective: state.requests.objective?.value), returnKey: state.keys.shown("live"),
      race: state.race?.place)
  }

  private static func style(
    _ role: ThemeRole, _ context: DrawingContext, _ attributes: CellAttributes = []
  ) -> CellStyle {
    context.theme.style(role, on: .background, attributes)
  }
}
