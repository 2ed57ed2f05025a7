import RunKnowledge
public import RunViews
public import TerminalCanvas
import Theming
import TrainingTelemetry

/// One prompt watched over the iterations: how often it is answered right, and how.
public enum PinnedPanel: Panel {
  public static let descriptor = PanelDescriptor(
    name: "pinned", title: "Pinned prompt",
    summary: "One prompt, answered anew after every rollout, beside the run.",
    explanation: [
      "right: the share of right answers to the prompt, a point for each rollout, by the weights "
        + "that sampled it.",
      "H: mean entropy over the tokens of those answers, nats.",
      "Below or beside: the newest answers, equal ones as one with their number; tokens are darker "
        + "where they were less probable.",
      "Nothing is learnt from these answers, and the run stays the same to the bit. They cost what "
        + "one more prompt in every rollout would; with nothing pinned there is no cost.",
    ])

  public static func caption(_ state: DashboardState, _ context: DrawingContext) -> String {
    state.shown.snapshot.pinned?.prompt ?? ""
  }

  public static func draw(
    _ state: DashboardState, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    buffer.clipped(to: area) { buffer in
      guard let model = PinnedModel(state.shown) else {
        EmptyNotice.draw(absence(state), in: area, on: &buffer, context)
        return
      }
      PinnedDrawing(model: model, area: area, context: context).draw(on: &buffer)
    }
  }

  private static func absence(_ state: DashboardState) -> [String] {
    if let prompt = state.pinnedPrompt, state.past == nil { return ["\(prompt) is being sampled."] }
    return [
      "No prompt is pinned.",
      "\(state.keys.shown("pin")) pins the prompt of the group shown: from then on it is answered "
        + "after every rollout, and its answers are watched here.",
    ]
  }
}
