import RunKnowledge
public import RunViews
public import TerminalCanvas
import Theming

/// The runs of a race, a row for each.
public enum RacePanel: Panel {
  public static let descriptor = PanelDescriptor(
    name: "race", title: "Race",
    summary: "Runs beside each other, a row for each: rivals from one base policy on the same "
      + "prompts in lock step, or recorded runs.",
    explanation: [
      "reward: of the last rollout. Avg@k, Pass@k: of the last held-out evaluation. Δ: its Avg@k "
        + "less that of the first run, at the last evaluation that both have.",
      "H, KL, removed: of the last update. ρ max: the largest ratio of any update so far. ms: the "
        + "median time of an update.",
      "A placebo is the first run with one weight moved by 1e-6: what it does, chance alone does. "
        + "±: the largest distance that it had from the first run at any evaluation. * after a Δ: "
        + "farther than that. Below, where there is room: the distances on one axis, ░ being the "
        + "placebo's band.",
      "One run each shows one way that chance went, not how far it can go: a fork or maspo compare "
        + "gives an interval.",
    ])

  public static let keys = [
    KeyBinding(
      "race-lane", .look, in: .main, [.init(.character("C"), .showLane(1))],
      "show the next run of a race in all panels"),
    KeyBinding(
      "race-knobs", .knobs, in: .main, [.init(.character("K"), .toggleMovesAll)],
      "in a race: knobs move on the run shown alone, or on all runs"),
  ]

  public static func caption(_ state: DashboardState, _ context: DrawingContext) -> String {
    state.race.map { race in
      "\(race.lanes.count) runs" + (race.movesAll ? " · knobs move on all" : "")
    } ?? ""
  }

  public static func draw(
    _ state: DashboardState, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    buffer.clipped(to: area) { buffer in
      guard let race = state.race else {
        EmptyNotice.draw(
          [
            "This run has no rivals.",
            state.run.source.isUnderWay
              ? "maspo watch --against objective=grpo --against sigma_base=0.2 starts with them."
              : "maspo open RUN --beside RUN2 RUN3 lays recorded runs over each other.",
          ], in: area, on: &buffer, context)
        return
      }
      RaceDrawing(
        table: RaceTable(race, showing: state.shown), area: area, context: context
      ).draw(on: &buffer)
    }
  }
}
