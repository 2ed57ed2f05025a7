import PolicyObjectives
import RunKnowledge
import TrainingTelemetry

extension DashboardState {
  /// Shows another lane in all panels, at the update looked at if it has that; what belongs to the
  /// one before is closed.
  mutating func showLane(_ offset: Int, at time: Double) -> [DashboardEffect] {
    guard race != nil else { return [] }
    if let past { race?.lookedAt = past.run.position.total }
    let shown = race?.show(offset: offset, insteadOf: run) ?? run
    run = shown
    draft = nil
    knobMoves = []
    requests = OutstandingRequests()
    verdictHold = VerdictHold(run.present.verdict)
    recomputation.requested = nil
    recomputation.reached = nil
    var words = "shown: \(race?.place ?? "")"
    past = race?.lookedAt.flatMap { run.pastNumber(atUpdate: $0) }
      .map { PastView(number: $0, run: run.past($0)) }
    if past == nil, let update = race?.lookedAt {
      words +=
        run.present.position.total <= update
        ? ", which ends at update \(run.present.position.total)"
        : ", of which update \(update) is not kept"
    }
    keepKnobSelected()
    clampSelection()
    say(words, at: time)
    return [.showLane(race?.shown ?? 0)] + recomputeIfWanted()
  }

  mutating func toggleMovesAll(at time: Double) {
    guard var race else { return }
    race.movesAll.toggle()
    self.race = race
    say(
      race.movesAll
        ? "knobs move on all \(race.lanes.count) runs, to the value of the one shown"
        : "knobs move on the run shown alone: \(race.label)", at: time)
  }

  /// A knob move as it is meant for all runs, where a person wants that; says for which it is.
  mutating func meantForRace(_ effect: DashboardEffect, at time: Double) -> DashboardEffect {
    guard let race, race.movesAll, case .send(.setKnobs(let settings)) = effect else {
      return effect
    }
    let commands = race.commands(moving: settings, showing: run.present.snapshot)
    let without = race.labels(without: commands)
    let words = settings.map { setting in
      let symbol = run.present.snapshot.knob(named: setting.name)?.specification.symbol
      return "\(symbol ?? setting.name) = \(KnobFormat.text(setting.value))"
    }
    let moved = race.lanes.count - without.count
    say(
      words.joined(separator: ", ")
        + (without.isEmpty
          ? " on all \(moved) runs"
          : " on \(counted(moved, "run")); not on \(without.joined(separator: ", ")), without it"),
      at: time)
    return .sendToAll(commands)
  }

  /// The commands that put knobs back to what a move found, in each run that it was made on.
  func commands(undoing move: KnobMove) -> [DashboardEffect] {
    guard let race else { return [.send(.setKnobs(move.before))] }
    return [
      .sendToAll(
        race.lanes.indices.map { lane in
          let before = lane == race.shown ? move.before : move.beforeInRivals[lane]
          return before.map { .setKnobs($0) }
        })
    ]
  }
}

extension DashboardState {
  /// Curves over which those of the run are laid: of the other runs up to the update looked at, and
  /// of the run before it was started over.
  var curvesBeside: [(label: String, history: MetricHistory)] {
    (run.former.map { [("before", $0)] } ?? []) + (race?.others ?? [])
  }
}
