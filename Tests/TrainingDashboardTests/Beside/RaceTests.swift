import RunViews
import TerminalCanvas
import TestSupport
import Testing
import Theming
import TrainingTelemetry

@testable import RunKnowledge
@testable import TrainingDashboard

/// Runs in lock step on one screen.
@Suite("Race")
struct RaceTests {
  /// MASPO, GRPO a little better, and the placebo a little worse.
  private func state(width: Int = 120, height: Int = 40) throws -> DashboardState {
    let own = try SnapshotFixture.state(width: width, height: height)
    func lane(_ label: String, _ gain: Double, isPlacebo: Bool = false) -> Race.Lane {
      var run = own.run
      var history = MetricHistory()
      for rollout in run.present.history.rollouts {
        var rollout = rollout
        rollout.reward = rollout.reward.map { $0 + gain }
        history.append(.rollout(rollout))
      }
      for update in run.present.history.updates { history.append(.update(update)) }
      for evaluation in run.present.history.evaluations {
        var evaluation = evaluation
        if evaluation.iteration > 0 { evaluation.average += gain }
        history.append(.evaluation(evaluation))
      }
      run.present.history = history
      return Race.Lane(label, run, isPlacebo: isPlacebo)
    }
    var state = own
    state.race = Race([
      Race.Lane("MASPO", own.run), lane("GRPO", 0.1), lane("placebo", -0.02, isPlacebo: true),
    ])
    return state
  }

  @discardableResult
  private func press(_ keys: String, _ state: inout DashboardState) throws -> [DashboardEffect] {
    try KeySequence(parsing: keys).keys.flatMap { key in
      KeyBindingCatalog.action(for: key, in: state).map { state.reduce($0, at: 10) } ?? []
    }
  }

  @Test func aKeyShowsAnotherRunInAllPanels() throws {
    var state = try state()
    let first = state.run
    try press("v", &state)
    #expect(try press("C", &state) == [.showLane(1)])
    #expect(state.run != first && state.draft == nil)
    #expect(
      state.run.present.history.rollouts.last?.reward != first.present.history.rollouts.last?.reward
    )
    #expect(state.message?.text == "shown: 2 of 3: GRPO")
    #expect(try press("CC", &state) == [.showLane(2), .showLane(0)])
    #expect(state.run == first, "and back, with all that was known of it")
    #expect(try press("CC", &state) == [.showLane(1), .showLane(2)])
  }

  @Test func snapshotsGoToTheRunTheyAreOf() throws {
    var state = try state()
    var newest = state.run.present.snapshot
    newest.status.position.total = 1000
    _ = state.reduce(.laneArrived(1, newest), at: 11)
    #expect(state.run.present.position.total != 1000)
    #expect(state.race?.lanes[1].run.present.position.total == 1000)
    try press("C", &state)
    #expect(state.run.present.position.total == 1000)
    newest.status.position.total = 1001
    _ = state.reduce(.laneArrived(1, newest), at: 12)
    #expect(state.run.present.position.total == 1001, "the one that is shown")
    newest.status.position.total = 999
    _ = state.reduce(.snapshotArrived(newest), at: 13)
    #expect(state.run.present.position.total == 1001, "the first is another one now")
    #expect(state.race?.lanes[0].run.present.position.total == 999)
    // What came while a run was shown is kept when another one is.
    try press("CC", &state)
    #expect(state.run.present.position.total == 999)
    try press("C", &state)
    #expect(state.run.present.position.total == 1001)
  }

  @Test func aRunAloneHasNoRivals() throws {
    var state = try SnapshotFixture.state(width: 80, height: 24)
    #expect(try press("C", &state).isEmpty)
    #expect(state.message?.text.contains("no rivals") == true)
  }

  @Test func aForkKeepsItsRunOnTheScreen() throws {
    var state = try state()
    state.run.fork = WatchedFork(ForkRequest(change: RunChange(objective: "grpo")))
    #expect(try press("C", &state).isEmpty && state.race?.shown == 0)
  }

  @Test(arguments: [(80, 24), (120, 40)], GlyphSet.allCases)
  func frames(size: (width: Int, height: Int), glyphs: GlyphSet) throws {
    var state = try state(width: size.width, height: size.height)
    _ = state.reduce(.choose(.panel(PanelIdentity(RacePanel.self))), at: 10)
    var frames: [String] = []
    func draw() {
      frames.append(
        DashboardScreen.render(state, size: state.size, theme: .builtIn, glyphs: glyphs)
          .snapshotText)
    }
    draw()
    state.isZoomed = true
    draw()
    try press("C", &state)
    draw()
    if glyphs == .ascii { #expect(frames.allSatisfy { $0.unicodeScalars.allSatisfy(\.isASCII) }) }
    guard glyphs != .block else { return }
    let suffix = glyphs == .braille ? "" : "-\(glyphs)"
    assertSnapshot(
      frames.joined(separator: "\n"), named: "race-\(size.width)x\(size.height)\(suffix)")
  }
}
