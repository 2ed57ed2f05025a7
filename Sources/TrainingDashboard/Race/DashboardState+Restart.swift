import RunKnowledge
import TrainingTelemetry

/// What starting over keeps of the run that it leaves.
public struct RestartChoice: Sendable, Hashable {
  /// Its curves, beside those of the new run.
  public var keepsCurve = false
  /// Objective and knobs as they are, instead of those of the start.
  public var keepsKnobs = false

  public init() {}
}

extension DashboardState {
  func restartItems(_ choice: RestartChoice) -> [MenuItem] {
    let loss = restartLoss(choice)
    func box(_ isOn: Bool) -> String { isOn ? "[x]" : "[ ]" }
    let seeds = [
      MenuItem(
        title: "New seed \(nextSeed)",
        summary: "Start over from the base policy with other prompts and samples.",
        details: [loss]),
      MenuItem(
        title: "Same seed \(seed)",
        summary: "The same run once more: the same prompts and the same samples.",
        details: [loss]),
    ]
    let keeping = [
      MenuItem(
        title: "\(box(choice.keepsCurve)) keep the old curve",
        summary: "The old run's held-out score stays beside the new one's in the learning panel.",
        details: []),
      MenuItem(
        title: "\(box(choice.keepsKnobs)) keep the knob moves",
        summary: "The new run begins with objective and knobs as they are now.",
        details: []),
    ]
    return seeds + (movedChanges.contains { $0 != nil } ? keeping : [keeping[0]])
  }

  /// What starting over takes from the screen.
  private func restartLoss(_ choice: RestartChoice) -> String {
    let status = run.present.status
    let moved = movedChanges.compactMap { $0 }
    let knobs = moved.reduce(0) { $0 + $1.settings.count + ($1.objective == nil ? 0 : 1) }
    let runs = race.map { "these \($0.lanes.count) runs" } ?? "this run"
    let gone = choice.keepsCurve ? "past and journal go" : "curves, past and journal go"
    return
      "Leaves \(runs) after \(counted(status.position.total, "update")): \(gone) from the screen"
      + (knobs == 0
        ? "."
        : choice.keepsKnobs
          ? "; \(counted(knobs, "knob move")) stay."
          : ", and \(counted(knobs, "knob")) to the values of the start.")
  }

  private var seed: UInt64 { run.present.snapshot.identity.seed ?? 0 }
  private var nextSeed: UInt64 { seed &+ 1 }

  /// What was changed since the start, for each run that starts over; `nil` where nothing was.
  private var movedChanges: [RunChange?] {
    let own = run.present.change(to: knobRows)
    guard let race else { return [own] }
    return race.lanes.enumerated().map { lane, rival in
      guard lane != race.shown else { return own }
      let present = rival.run.present
      return present.change(to: KnobRows(present.snapshot.knobs))
    }
  }

  /// Starts over, or changes what is kept then.
  mutating func chooseRestart(_ index: Int, _ choice: RestartChoice) -> [DashboardEffect] {
    var choice = choice
    switch index {
    case 2: choice.keepsCurve.toggle()
    case 3...: choice.keepsKnobs.toggle()
    default:
      let changes = choice.keepsKnobs ? movedChanges : []
      run.keepsCurveAtRestart = choice.keepsCurve
      if choice.keepsCurve { race?.keepCurvesAtRestart() }
      knobMoves = []
      requests = OutstandingRequests()
      let commands = changes.map { change in change.map { TrainerCommand.change($0) } }
      let restart = DashboardEffect.send(.restart(seed: index == 0 ? nextSeed : nil))
      guard commands.contains(where: { $0 != nil }) else { return dropFork() + [restart] }
      let kept = race == nil ? commands[0].map { .send($0) } : DashboardEffect.sendToAll(commands)
      return dropFork() + [restart] + (kept.map { [$0] } ?? [])
    }
    overlay = .menu(Menu(.restart(choice), selected: index))
    return []
  }
}
