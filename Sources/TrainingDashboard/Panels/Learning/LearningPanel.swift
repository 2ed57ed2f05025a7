import RunKnowledge
public import RunViews
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
        + "◇ is a change of the objective. Other runs' Avg@k is laid under, named at its end.",
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
      guard
        let model = LearningModel(
          state.shown.history, view: state.views.learning, span: state.views.learningSpan,
          isLogarithmic: state.views.hasLogarithmicCurves,
          rivals: state.curvesBeside,
          label: state.race?.label ?? (state.run.former == nil ? nil : "now"))
      else {
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
