import RunKnowledge
public import RunViews
public import TerminalCanvas
import Theming

/// The runs of a race, a row for each.
public enum RacePanel: Panel {
  public static let descriptor = PanelDescriptor(
    name: "race", title: "Race",
    summary: "Runs from one base policy on the same prompts, in lock step: a row for each.",
    explanation: [
      "reward: of the last rollout. Avg@k, Pass@k: of the last held-out evaluation. Δ: its Avg@k "
        + "less that of the first run, at the last evaluation that both have.",
      "H, KL, removed: of the last update. ρ max: the largest ratio of any update so far. ms: the "
        + "median time of an update.",
      "A placebo is the first run with one weight moved by 1e-6: its Δ is what chance alone does. "
        + "One run each shows no more than that; a fork or maspo compare gives an interval.",
    ])

  public static let keys = [
    KeyBinding(
      "race-lane", .look, in: .main, [.init(.character("C"), .showLane(1))],
      "show the next run of a race in all panels")
  ]

  public static func caption(_ state: DashboardState, _ context: DrawingContext) -> String {
    state.race.map { "\($0.lanes.count) runs" } ?? ""
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
            "maspo watch --against objective=grpo --against sigma_base=0.2 starts with them.",
          ], in: area, on: &buffer, context)
        return
      }
      RaceDrawing(race: race, present: state.run.present, area: area, context: context)
        .draw(on: &buffer)
    }
  }
}

extension DashboardState {
  /// Shows another lane in all panels; what belongs to the one before is closed.
  mutating func showLane(_ offset: Int, at time: Double) -> [DashboardEffect] {
    guard race != nil else { return [] }
    let shown = race?.show(offset: offset, insteadOf: run) ?? run
    run = shown
    past = nil
    draft = nil
    knobMoves = []
    requests = OutstandingRequests()
    verdictHold = VerdictHold(run.present.verdict)
    keepKnobSelected()
    clampSelection()
    say("shown: \(race?.place ?? "")", at: time)
    return [.showLane(race?.shown ?? 0)]
  }
}
