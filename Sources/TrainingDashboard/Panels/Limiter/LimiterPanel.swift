import RunKnowledge
public import RunViews
public import TerminalCanvas
import Theming
import TrainingTelemetry

/// What limits the ratios, by probability: a row for each bucket of π_old.
public enum LimiterPanel: Panel {
  public static let descriptor = PanelDescriptor(
    name: "limiter", title: "Limiter by probability",
    summary: "How far the objective lets ratios move, for each interval of π_old.",
    explanation: [
      "A row holds the tokens of the last minibatch whose π_old lies in the interval; n, and the "
        + "first number of the title, count those with A ≠ 0.",
      "σ₊, σ₋: width of the gate for A > 0 and A < 0, σ = clamp(σ_base/π_old^α) × risk.",
      "├ ┤: the ratios at which the gate has fallen to one half, or a hard clip acts: ┤ for "
        + "A > 0, ├ for A < 0. A bound that does not exist is not drawn.",
      "▓: the middle 90 % of the ratios seen. ╎: 1/π_old; no ratio can be larger.",
      "┊: GRPO's bounds 0.8 and 1.2, for comparison.",
      "att: share of tokens with F < 0.99. took: removed share, Σ w|A|ρ(1−F)s / Σ w|A|ρs.",
      "reach: 1 − F at the farthest ratio possible, ρ → 0 for A < 0 and ρ = 1/π_old for A > 0.",
      "The other view, on a key of this panel, has numbers by sign instead of bars: push, the "
        + "share of the update's weighted push; Σ|Δπ|, probability moved since the rollout; ρ 5% "
        + "and 95%, min and max, both tails of the ratios; H, entropy in nats. Columns that do not "
        + "fit drop out, the least telling first: idle tokens, took, H, min and max.",
    ])

  public static let keys = [
    KeyBinding(
      "limiter-view", .look, in: scope,
      [.init(.character("b"), .changeLimiterView(1))],
      "limiter as bars, or as numbers by sign: push, mass moved, tails of the ratio, entropy",
      hint: "by sign")
  ]

  public static func caption(_ state: DashboardState, _ context: DrawingContext) -> String {
    guard let update = state.shown.snapshot.update, update.hasTokens else { return "" }
    let metrics = update.metrics
    let view = state.views.limiter == .bounds ? "" : " · by sign"
    let active = NumberFormat.count(metrics.activeTokenCount)
    let all = NumberFormat.count(metrics.tokenCount)
    let tokens = active == all ? all : "\(active) of \(all)"
    return context.glyphs.spelled(
      "\(state.shown.place(of: metrics.position)) · \(tokens) tokens" + view)
  }

  public static func draw(
    _ state: DashboardState, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    buffer.clipped(to: area) { buffer in
      guard let model = LimiterModel(state.shown, preview: state.shownPreview) else {
        EmptyNotice.draw(
          EmptyNotice.paragraphs(
            state, awaiting: "update",
            shows: "Here: how far each token may move, by how probable it was."),
          in: area, on: &buffer, context)
        return
      }
      LimiterDrawing(model: model, view: state.views.limiter, area: area, context: context)
        .draw(on: &buffer)
    }
  }
}
