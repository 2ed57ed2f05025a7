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
  private func state(width: Int = 120, height: Int = 40) throws -> DashboardState {
    try RaceFixture.state(width: width, height: height)
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

  // MARK: Knobs

  private func settings(_ names: [String], _ value: Double?) -> TrainerCommand {
    .setKnobs(names.map { KnobSetting(name: $0, value: value) })
  }

  @Test func aKnobIsMovedOnTheRunShownAloneOrOnAll() throws {
    var state = try state()
    #expect(try press("[", &state) == [.send(settings(["sigma_base"], 0.1))])
    #expect(try press("K", &state).isEmpty)
    #expect(state.message?.text.contains("all 3 runs") == true)
    let command = settings(["sigma_base"], 0.05)
    // GRPO has no gate.
    #expect(try press("[", &state) == [.sendToAll([command, nil, command])])
    #expect(
      state.message?.text == "σ_base = 0.05 on 2 runs; not on GRPO, without it",
      "\(state.message?.text ?? "")")
    let rate = try #require(state.knobRows[.knob("learning_rate")]?.step(by: 1)?.value)
    #expect(
      state.reduce(.nudge(.knob("learning_rate"), 1), at: 11)
        == [.sendToAll(Array(repeating: settings(["learning_rate"], rate), count: 3))])
    try press("K", &state)
    #expect(state.race?.movesAll == false)
    #expect(try press("[", &state) == [.send(settings(["sigma_base"], 0.02))])
  }

  /// Each run gets back what it had, not what the one shown had.
  @Test func aMoveOnAllIsUndoneInEachRun() throws {
    var state = try state()
    var rival = try #require(state.race?.lanes[2].run.present.snapshot)
    for index in rival.knobs.indices where rival.knobs[index].name == "sigma_base" {
      rival.knobs[index].value = 0.7
    }
    _ = state.reduce(.laneArrived(2, rival), at: 10)
    try press("K[", &state)
    #expect(
      try press("u", &state)
        == [.sendToAll([settings(["sigma_base"], 0.2), nil, settings(["sigma_base"], 0.7)])])
    // A move of the run shown alone is undone there alone, whatever knobs move on now.
    try press("K[", &state)
    try press("K", &state)
    #expect(
      try press("u", &state) == [.sendToAll([settings(["sigma_base"], 0.2), nil, nil])])
  }

  @Test func movesOnAllThatFollowEachOtherBecomeOne() throws {
    var state = try state()
    try press("K", &state)
    let effects = try press("[[", &state)
    let last = settings(["sigma_base"], 0.05)
    #expect(DashboardEffect.coalesced(effects) == [.sendToAll([last, nil, last])])
  }

  @Test func aRunAloneHasNothingToMoveBeside() throws {
    var state = try SnapshotFixture.state(width: 80, height: 24)
    #expect(try press("K", &state).isEmpty)
    #expect(state.message?.text.contains("no rivals") == true)
  }

  // MARK: Starting over

  @Test func allStartOverWithTheirKnobsAndBesideTheirCurves() throws {
    var state = try state()
    let curve = state.run.present.history.evaluations
    try press("N<down><down><enter>", &state)
    guard case .menu(let menu) = state.overlay, case .restart(let choice) = menu.kind else {
      Issue.record("the menu was closed")
      return
    }
    #expect(choice.keepsCurve && !choice.keepsKnobs && menu.selected == 2)
    try press("<down><enter>", &state)
    let details = state.menuItems(.restart(RestartChoice()))[0].details.joined()
    #expect(details.contains("these 3 runs"))
    let kept = TrainerCommand.change(
      RunChange(settings: [KnobSetting(name: "sigma_base", value: 0.2)]))
    #expect(
      try press("<up><up><up><enter>", &state)
        == [.send(.restart(seed: 8)), .sendToAll([kept, nil, kept])])
    #expect(state.overlay == nil && state.curvesBeside.count == 2)
    var anew = state.run.present.snapshot
    anew.events = [.restarted(seed: 8)]
    _ = state.reduce(.snapshotArrived(anew), at: 11)
    #expect(state.run.present.history.evaluations.isEmpty)
    #expect(state.curvesBeside.map(\.label) == ["before", "GRPO", "placebo"])
    #expect(state.curvesBeside[0].history.evaluations == curve)
    _ = state.reduce(.laneArrived(1, anew), at: 12)
    try press("C", &state)
    #expect(state.curvesBeside.map(\.label) == ["before", "MASPO", "placebo"])
    #expect(state.curvesBeside[0].history.evaluations.last?.average != curve.last?.average)
  }

  @Test func whatIsNotKeptIsSaidAndGoes() throws {
    var state = try SnapshotFixture.state(width: 80, height: 24)
    var choice = RestartChoice()
    func words() -> String { state.menuItems(.restart(choice))[0].details.joined() }
    #expect(words().contains("curves, past and journal go"))
    #expect(words().contains("1 knob to the values of the start"))
    choice.keepsCurve = true
    #expect(words().contains(": past and journal go"))
    choice.keepsKnobs = true
    #expect(words().contains("1 knob move stay"), "\(words())")
    #expect(try press("N<enter>", &state) == [.send(.restart(seed: 8))])
    var anew = state.run.present.snapshot
    anew.events = [.restarted(seed: 8)]
    _ = state.reduce(.snapshotArrived(anew), at: 11)
    #expect(state.curvesBeside.isEmpty)
  }

  /// An objective that was switched is kept with its knobs.
  @Test func anObjectiveIsKeptAsWell() throws {
    var state = try SnapshotFixture.state(width: 80, height: 24)
    var newest = state.run.present.snapshot
    newest.status.objective = "sapo"
    newest.events = [
      .objectiveChange(
        ObjectiveChange(
          oldObjective: "maspo", newObjective: "sapo", updatesBefore: 180, iteration: 6))
    ]
    _ = state.reduce(.snapshotArrived(newest), at: 10)
    let change = state.run.present.change(to: state.knobRows)
    #expect(change?.objective == "sapo")
  }

  // MARK: What chance alone does

  @Test func theBandIsTheFarthestThatThePlaceboWas() throws {
    let state = try state()
    let race = try #require(state.race)
    let table = RaceTable(race, showing: state.run.present)
    let band = try #require(table.band)
    #expect(abs(band.width - 0.02) < 1e-12)
    let count = state.run.present.history.evaluations.count { $0.iteration > 0 }
    #expect(band.evaluations == count && count > 0)
    #expect(band.isExceeded(by: try #require(table.difference(of: 1))))
    #expect(table.difference(of: 0) == nil && table.caveats.isEmpty)
    let alone = Race(Array(race.lanes.prefix(2)))
    #expect(RaceTable(alone, showing: state.run.present).band == nil)
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
