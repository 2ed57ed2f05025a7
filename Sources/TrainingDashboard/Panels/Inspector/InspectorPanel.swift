import RunKnowledge
public import RunViews
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
      "realized move: sign(A)·Δlog π over the update; above 0 it went where A wants it.",
      "Curve: F over ρ. GRPO: where it would clip. ½gate: F = 0.5. 1σ: F = 0.61. turn: where "
        + "ρ·F, the pull, is largest. 1/π: the wall, no ratio can be larger.",
      "Lines over it: the gate of the objective chosen with O, and GRPO's, for the same token.",
    ])

  public static func caption(_ state: DashboardState, _ context: DrawingContext) -> String {
    guard let group = state.shown.snapshot.rollout?.group, !group.answers.isEmpty else { return "" }
    let answer = min(max(0, state.selection.answer), group.answers.count - 1)
    let freshness = GroupFreshness(state.shown, group: group)
    let age = freshness.isStale ? " · \(GroupFreshness.words(age: freshness.age))" : ""
    let mark = group.answers[answer].reward > 0 ? "✓" : "✗"
    return context.glyphs.spelled("answer \(answer + 1) \(mark)\(age)")
  }

  public static func draw(
    _ state: DashboardState, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    buffer.clipped(to: area) { buffer in
      guard
        let model = InspectorModel(
          state.shown, at: state.selection, comparedWith: state.comparedObjectiveName,
          preview: state.shownPreview)
      else {
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
