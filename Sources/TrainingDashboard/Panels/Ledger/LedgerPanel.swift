import RunKnowledge
public import RunViews
public import TerminalCanvas
import TrainingTelemetry

/// What each update pushed up and down, and what the gate took from it.
public enum LedgerPanel: Panel {
  public static let descriptor = PanelDescriptor(
    name: "ledger", title: "Update ledger",
    summary: "What each update pushed up and down, and what the gate took of it.",
    explanation: [
      "The two long bars are the last update: ▲ the tokens with A > 0, ▼ those with A < 0, on one "
        + "scale. Solid is the push that the gate kept, Σ w|A|Fρs; light is what it took, "
        + "Σ w|A|ρ(1−F)s; took is that share.",
      "Beside them the same of each update before, up for A > 0 and down for A < 0, or of each "
        + "bucket of π_old. The scale holds nine bars of ten; ↑ ↓ mark those it cuts.",
      "‖g₊‖, ‖g₋‖: norm of the loss gradient of the sequences with A > 0 and A < 0; they add up "
        + "to the applied gradient. cos: the cosine between them; it decays while a rollout is "
        + "reused.",
      "net = mix + drift + gate: mix Σ wA, drift Σ wA(ρ−1), gate −Σ wAρ(1−F). The signs nearly "
        + "cancel by construction; the parts tell more than the net.",
      "By bucket, where there is room: tokens n, share of the weighted push, probability moved "
        + "since the rollout Σ|Δπ|, entropy H in nats and both tails of the ratio ρ, each by sign.",
      "step KL: exact KL(before‖after) of the update in nats per token, on the minibatch it used "
        + "and on one it did not.",
    ])

  public static func caption(_ state: DashboardState, _ context: DrawingContext) -> String {
    guard let metrics = state.shown.snapshot.update?.metrics else { return "" }
    let view = state.views.ledger == .overTime ? "over time" : "by π_old"
    return context.glyphs.spelled("\(state.shown.place(of: metrics.position)) · \(view)")
  }

  public static func draw(
    _ state: DashboardState, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    buffer.clipped(to: area) { buffer in
      guard let model = LedgerModel(state.shown, count: max(1, area.width)) else {
        EmptyNotice.draw(
          EmptyNotice.paragraphs(
            state, awaiting: "update",
            shows: "Here: how much each update pushes up and down, and what the gate takes."),
          in: area, on: &buffer, context)
        return
      }
      if state.views.ledger == .byBucket, state.shown.snapshot.update?.hasTokens == false {
        EmptyNotice.draw(
          EmptyNotice.paragraphs(
            state, awaiting: "update",
            shows: "Over time there is more to see: "
              + "\(state.keys.shown("ledger-view"))."), in: area, on: &buffer, context)
        return
      }
      LedgerDrawing(model: model, view: state.views.ledger, area: area, context: context)
        .draw(on: &buffer)
    }
  }
}
