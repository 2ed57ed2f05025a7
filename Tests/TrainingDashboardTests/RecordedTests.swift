import RunKnowledge
import TerminalCanvas
import Testing
import Theming
import TrainingTelemetry

@testable import TrainingDashboard

/// A recorded run on the screen: nothing behind it obeys.
@Suite("Recorded runs")
struct RecordedTests {
  /// Updates of three iterations of four, scalars alone; a knob is moved before the sixth.
  private func snapshots(_ count: Int = 12) throws -> [TrainingSnapshot] {
    let fixture = try SnapshotFixture.load()
    let update = try #require(fixture.update)
    return (1...count).map { total in
      var snapshot = fixture
      snapshot.status.phase = .training
      snapshot.status.mode = .paused
      snapshot.status.position = UpdatePosition(
        iteration: (total + 3) / 4, update: (total - 1) % 4 + 1, updatesPerIteration: 4,
        total: total)
      var metrics = update.metrics
      metrics.position = snapshot.status.position
      snapshot.update = UpdateDetail(metrics: metrics, objective: update.objective)
      snapshot.rollout?.group.answers = []
      snapshot.rollout?.groups = []
      snapshot.rollout?.group.index = 0
      snapshot.rollout?.metrics.iteration = snapshot.status.position.iteration
      snapshot.events = [.update(metrics)]
      if total % 4 == 1, let rollout = snapshot.rollout?.metrics {
        snapshot.events.insert(.rollout(rollout), at: 0)
      }
      if total == 6 {
        snapshot.events.insert(
          .knobChange(
            KnobChange(
              name: "sigma_base", symbol: "σ_base", oldValue: 1, newValue: 0.2, updatesBefore: 5,
              iteration: 2)), at: 0)
      }
      return snapshot
    }
  }

  private func opened(_ count: Int = 12) throws -> DashboardState {
    var state = DashboardState(
      WatchedRun(
        recorded: try snapshots(count), from: .recorded(name: "a-run", ending: "interrupted")))
    state.size = ScreenSize(width: 120, height: 40)
    return state
  }

  private func total(_ state: DashboardState) -> Int { state.shown.snapshot.status.position.total }

  private func press(_ keys: String, _ state: inout DashboardState) throws -> [DashboardEffect] {
    try KeySequence(parsing: keys).keys.flatMap { key in
      KeyBindingCatalog.action(for: key, in: state).map { state.reduce($0, at: 0) } ?? []
    }
  }

  @Test func keysWalkThroughTheRecord() throws {
    var state = try opened()
    #expect(total(state) == 12)
    for (keys, expected) in [
      ("<lt>", 11), ("(", 8), (")", 12), ("<lt><lt>", 10), (";", 6), ("<lt>", 5), ("'", 6),
      ("(", 4), ("<home>", 12),
    ] {
      #expect(try press(keys, &state) == [])
      #expect(total(state) == expected, "after \(keys)")
    }
  }

  /// Whatever the keys are, now or later: none sends a command to a trainer.
  @Test func noKeyReachesATrainer() throws {
    let opened = try opened()
    for binding in KeyBindingCatalog.all {
      for stroke in binding.strokes {
        var state = opened
        if case .panel(let panel) = binding.scope { state.select(panel: panel) }
        let effects = state.reduce(stroke.action, at: 0)
        let asksTheTrainer = effects.contains { if case .send = $0 { true } else { false } }
        #expect(!asksTheTrainer, "\(binding.name)")
      }
    }
    for keys in [" ", "s", "S", "+", "0", "e", "N", "[", "}", "o", "u", "R", "v"] {
      var state = opened
      #expect(try press(keys, &state) == [])
      #expect(state.message?.text.contains("maspo resume a-run") == true, "\(keys)")
      #expect(state.overlay == nil && state.requests.isEmpty && state.draft == nil)
    }
  }

  @Test func theScreenSaysThatItIsRecordedAndWhatIsAbsent() throws {
    let state = try opened()
    for size in [(80, 24), (120, 40), (200, 60)] {
      let frame = DashboardScreen.render(
        state, size: ScreenSize(width: size.0, height: size.1), theme: .builtIn, glyphs: .braille)
      let lines = frame.text.split(separator: "\n")
      #expect(lines[0].contains("RECORDED") && lines[0].contains("interrupted"))
      #expect(frame.text.contains("Not recorded"))
      #expect(lines.last?.contains("A recorded run") == true)
    }
    var looking = state
    _ = looking.reduce(.scrub(.moments(-1)), at: 0)
    looking.message = nil
    let names = KeyBindingCatalog.hints(in: looking).map(\.name)
    #expect(!names.contains("pause") && !names.contains("sigma") && names.contains("live"))
  }

  @Test func tokensAreComputedWhereTheScreenComes() throws {
    var state = try opened()
    #expect(try press("<lt>", &state) == [], "not before it is asked for")
    #expect(try press("c", &state) == [.recompute(iteration: 3, group: nil)])
    #expect(try press("<lt>", &state) == [], "the iteration is on its way already")
    #expect(try press("(", &state) == [.recompute(iteration: 2, group: nil)])

    let fixture = try SnapshotFixture.load()
    var (update, rollout) = (try #require(fixture.update), try #require(fixture.rollout))
    update.metrics.position = state.shown.snapshot.status.position
    rollout.metrics.iteration = 2
    rollout.group.position = update.metrics.position
    _ = state.reduce(
      .recomputation(.done([RecomputedDetail(update: update, rollout: rollout)])), at: 0)
    #expect(state.shown.snapshot.update?.hasTokens == true)
    #expect(state.shown.snapshot.rollout?.hasTokens == true)
    let text = DashboardScreen.render(
      state, size: state.size, theme: .builtIn, glyphs: .braille
    ).text
    #expect(!text.contains("Not recorded"))
    let further = try press("(", &state)
    #expect(further == [.recompute(iteration: 1, group: nil)])
    _ = state.reduce(.recomputation(.reached(iteration: 1)), at: 0)
    let waiting = DashboardScreen.render(
      state, size: state.size, theme: .builtIn, glyphs: .braille)
    #expect(waiting.text.contains("Iteration 1 is reached"))
    #expect(try press(")", &state) == [], "what was computed stays")
    let group = rollout.group.index + 1
    #expect(try press(".", &state) == [.recompute(iteration: 2, group: group)])
    _ = state.reduce(.recomputation(.failed("no base policy")), at: 0)
    #expect(state.message?.text == "no tokens: no base policy")
    #expect(try press("(", &state) == [], "it has to be asked for again")
  }

  @Test func aLiveRunHasNothingToCompute() throws {
    var state = try SnapshotFixture.state()
    #expect(try press("c", &state) == [])
    #expect(state.message?.text.contains("has its tokens") == true)
  }
}
