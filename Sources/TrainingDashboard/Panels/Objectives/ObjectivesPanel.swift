import PolicyObjectives
import RunKnowledge
public import RunViews
public import TerminalCanvas
import Theming
import TrainingTelemetry

/// The last minibatch under every objective, side by side.
public enum ObjectivesPanel: Panel {
  public static let descriptor = PanelDescriptor(
    name: "objectives", title: "Same tokens, other objectives",
    summary: "What every objective would have done with the last minibatch.",
    explanation: [
      "Each objective sees the same tokens, ratios and advantages, at the parameters it last had "
        + "in this run, else at its defaults. The first row is the one in "
        + "force. Computed while the panel is shown.",
      "▲ kept, ▼ kept: share of the weighted push of the tokens with A > 0, A < 0 that its gate "
        + "lets through, Σ w|A|Fρs / Σ w|A|ρs.",
      "The caption counts the tokens with A ≠ 0. zeroed: those that get no gradient at all. dimmed: "
        + "those with F < 0.99, the zeroed ones among them.",
      "cos: cosine of its tokens' pushes, s · d loss/d log π, to MASPO's; 1 is the same direction. "
        + "Without s the many near-certain tokens would make every pair agree.",
      "-: does not apply; where the ratio of a sequence decides, or a penalty is added, there is "
        + "no gate per token.",
    ])

  public static let keys = [
    KeyBinding(
      "objectives-row", .look, in: scope,
      [.init(.up, .scrollObjectives(-1)), .init(.down, .scrollObjectives(1))],
      "the objectives above, below, where not all fit", hint: "scroll",
      each: ["the objectives above", "the objectives below"])
  ]

  public static func caption(_ state: DashboardState, _ context: DrawingContext) -> String {
    guard let detail = state.shown.snapshot.update, let minibatch = detail.minibatch else {
      return ""
    }
    return context.glyphs.spelled(
      "\(state.shown.place(of: detail.metrics.position)) · "
        + counted(minibatch.activeTokenCount, "token"))
  }

  public static func draw(
    _ state: DashboardState, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    buffer.clipped(to: area) { buffer in
      guard let comparison = CounterfactualComparison(state.shown) else {
        EmptyNotice.draw(
          EmptyNotice.paragraphs(
            state, awaiting: "update",
            shows: "Here: what each objective would do with the tokens of the last minibatch."),
          in: area, on: &buffer, context)
        return
      }
      ObjectivesDrawing(
        comparison: comparison, scroll: state.views.objectivesScroll, area: area, context: context
      ).draw(on: &buffer)
    }
  }
}
