import PolicyObjectives
import TerminalCanvas
import Testing
import Theming
import TrainingTelemetry

@testable import RunKnowledge
@testable import RunViews
@testable import TrainingDashboard

/// Action in; the whole expected state and all effects out.
@Suite("Reducer")
struct ReducerTests {
  func fixture() throws -> DashboardState { try SnapshotFixture.state() }

  /// Applies an action and compares the whole state with `expected`.
  func check(
    _ action: DashboardAction, on state: inout DashboardState, at time: Double = 10,
    effects: [DashboardEffect], sourceLocation: SourceLocation = #_sourceLocation,
    expected change: (inout DashboardState) -> Void = { _ in }
  ) {
    var expected = state
    change(&expected)
    let produced = state.reduce(action, at: time)
    // What is kept of a snapshot for later has tests of its own.
    if case .snapshotArrived = action { expected.run = state.run }
    #expect(produced == effects, sourceLocation: sourceLocation)
    #expect(state == expected, sourceLocation: sourceLocation)
  }

  @Test func spacePausesAndRunsWithoutWaitingForASnapshot() throws {
    var state = try fixture()
    check(.toggleRunning, on: &state, effects: [.send(.pause)]) {
      $0.requests.mode = .init(.paused, at: 10)
    }
    #expect(state.mode == .paused)
    check(.toggleRunning, on: &state, effects: [.send(.run)]) {
      $0.requests.mode = .init(.running, at: 10)
    }
    var snapshot = state.run.present.snapshot
    snapshot.status.mode = .running
    check(.snapshotArrived(snapshot), on: &state, effects: []) {
      $0.requests.mode = nil
      $0.verdictHold.since = 10
    }
  }

  @Test func verdictIsHeldWhileUpdatesFly() throws {
    var state = try fixture()
    var snapshot = state.run.present.snapshot
    func arrive(update: Int, at time: Double) {
      snapshot.update?.metrics.position.update = update
      _ = state.reduce(.snapshotArrived(snapshot), at: time)
    }
    arrive(update: 22, at: 10)
    arrive(update: 23, at: 11)
    #expect(state.verdict.subject() == "update 22 of 32")
    arrive(update: 24, at: 11.5)
    #expect(state.verdict.subject() == "update 24 of 32")
    // A warning does not wait, and a paused run shows every update.
    snapshot.update?.metrics.runawayTokenCount = 100
    arrive(update: 25, at: 11.6)
    #expect(state.verdict.level == .warning)
    snapshot.status.mode = .paused
    arrive(update: 26, at: 11.7)
    #expect(state.verdict.subject() == "update 26 of 32")
  }

  @Test func stepsAreSent() throws {
    var state = try fixture()
    check(.stepUpdate, on: &state, effects: [.send(.stepUpdate)])
    check(.stepIteration, on: &state, effects: [.send(.stepIteration)])
  }

  @Test func paceWalksItsSteps() throws {
    var state = try fixture()
    check(.changePace(1), on: &state, effects: [.send(.setPace(10))]) {
      $0.requests.pace = .init(10, at: 10)
    }
    for pace in [20.0, 50, 100, nil, nil] {
      #expect(state.reduce(.changePace(1), at: 10) == [.send(.setPace(pace))])
    }
    #expect(state.reduce(.changePace(-1), at: 10) == [.send(.setPace(100))])
    check(.fullSpeed, on: &state, effects: [.send(.setPace(nil))]) {
      $0.requests.pace = .init(nil, at: 10)
    }
  }

  @Test(arguments: [
    (3.0, -1, 2.0), (3.0, 1, 4.0), (0.5, -1, 0.5), (0.1, -1, 0.5), (0.1, 1, 0.5), (400, -1, 100),
  ])
  func paceBetweenTwoStepsGoesToTheNearOne(pace: Double, offset: Int, expected: Double) {
    #expect(PaceSteps.step(from: pace, by: offset) == expected)
  }

  @Test func sigmaMovesAStepAndShowsAsPendingThenInForce() throws {
    var state = try fixture()
    let move = [KnobSetting(name: "sigma_base", value: 0.1)]
    check(.nudge(.knob("sigma_base"), -1), on: &state, effects: [.send(.setKnobs(move))]) {
      $0.requests.knobs["sigma_base"] = .init(PendingValue(value: 0.1), at: 10)
      $0.knobMoves = [
        KnobMove(before: [KnobSetting(name: "sigma_base", value: 0.2)], after: move)
      ]
    }
    let row = try #require(state.knobRows[.knob("sigma_base")])
    #expect(row.inForce == 0.2 && row.waiting == PendingValue(value: 0.1) && row.future == 0.1)

    var snapshot = state.run.present.snapshot
    let index = try #require(snapshot.knobs.firstIndex { $0.name == "sigma_base" })
    snapshot.knobs[index].pending = PendingValue(value: 0.1)
    _ = state.reduce(.snapshotArrived(snapshot), at: 10.1)
    #expect(state.requests.isEmpty)
    #expect(state.knobRows[.knob("sigma_base")]?.waiting == PendingValue(value: 0.1))

    snapshot.knobs[index].pending = nil
    snapshot.knobs[index].value = 0.1
    _ = state.reduce(.snapshotArrived(snapshot), at: 10.2)
    let settled = try #require(state.knobRows[.knob("sigma_base")])
    #expect(settled.waiting == nil && settled.inForce == 0.1 && settled.isChanged)
  }

  @Test func heldKeyWalksOnAndCostsOneCommand() throws {
    var state = try fixture()
    var effects: [DashboardEffect] = []
    for _ in 0..<3 { effects += state.reduce(.nudge(.knob("sigma_base"), 1), at: 10) }
    #expect(state.knobRows[.knob("sigma_base")]?.future == 0.7)
    #expect(
      DashboardEffect.coalesced(effects)
        == [.send(.setKnobs([KnobSetting(name: "sigma_base", value: 0.7)]))])
  }

  @Test func coalescingKeepsWhatIsNotReplaced() {
    let sigma = KnobSetting(name: "sigma_base", value: 0.1)
    let alpha = KnobSetting(name: "alpha", value: 0.5)
    let effects: [DashboardEffect] = [
      .send(.setKnobs([sigma])), .send(.setKnobs([alpha])), .send(.stepUpdate),
      .send(.setPace(1)), .send(.setPace(nil)), .send(.showGroup(1)), .send(.showGroup(2)),
      .send(.stepUpdate), .send(.stepUpdate),
    ]
    #expect(
      DashboardEffect.coalesced(effects) == [
        .send(.setKnobs([sigma, alpha])), .send(.stepUpdate), .send(.setPace(nil)),
        .send(.showGroup(2)), .send(.stepUpdate), .send(.stepUpdate),
      ])
  }

  @Test func asymmetryMovesBothBetas() throws {
    var state = try fixture()
    let after = ["beta_pos", "beta_neg"].map { KnobSetting(name: $0, value: 0.1) }
    let before = ["beta_pos", "beta_neg"].map { KnobSetting(name: $0, value: 0.03) }
    check(.nudge(.asymmetry, 1), on: &state, effects: [.send(.setKnobs(after))]) {
      $0.selectedKnob = .asymmetry
      for setting in after {
        $0.requests.knobs[setting.name] = .init(PendingValue(value: 0.1), at: 10)
      }
      $0.knobMoves = [KnobMove(before: before, after: after)]
    }
    // (1 + β₊)(1 + β₋).
    #expect(abs((state.knobRows.riskRatio ?? 0) - 1.1 * 1.1) < 1e-12)
  }

  @Test(arguments: [(0.03, 1.0609), (0.0, 1.0), (2.4, 11.56)])
  func riskRatioIsThatOfTheFormula(beta: Double, expected: Double) throws {
    var state = try fixture()
    for index in state.run.present.snapshot.knobs.indices
    where state.run.present.snapshot.knobs[index].name.hasPrefix("beta_") {
      state.run.present.snapshot.knobs[index].value = beta
    }
    #expect(abs(try #require(state.knobRows.riskRatio) - expected) < 1e-9)
  }

  @Test func unequalBetasMakeTheAsymmetryMixed() throws {
    var state = try fixture()
    _ = state.reduce(.nudge(.knob("beta_pos"), 1), at: 10)
    let row = try #require(state.knobRows[.asymmetry])
    #expect(row.isMixed && row.isChanged)
  }

  @Test func undoGoesBackMoveByMove() throws {
    var state = try fixture()
    _ = state.reduce(.nudge(.knob("sigma_base"), -1), at: 10)
    _ = state.reduce(.nudge(.asymmetry, 1), at: 10)
    let betas = ["beta_pos", "beta_neg"].map { KnobSetting(name: $0, value: 0.03) }
    #expect(state.reduce(.undoKnobMove, at: 10) == [.send(.setKnobs(betas))])
    #expect(
      state.reduce(.undoKnobMove, at: 10)
        == [.send(.setKnobs([KnobSetting(name: "sigma_base", value: 0.2)]))])
    #expect(state.reduce(.undoKnobMove, at: 10) == [])
    #expect(state.message?.text == "no knob move to undo")
    #expect(state.knobRows.all.allSatisfy { $0.waiting == nil })
  }

  @Test func resetRestoresTheStart() throws {
    var state = try fixture()
    #expect(
      state.reduce(.resetSelectedKnob, at: 10)
        == [.send(.setKnobs([KnobSetting(name: "sigma_base", value: 1)]))])
    _ = state.reduce(.nudge(.asymmetry, 1), at: 10)
    _ = state.reduce(.nudge(.knob("alpha"), 1), at: 10)
    let effects = state.reduce(.resetAllKnobs, at: 10)
    #expect(
      effects == [
        .send(
          .setKnobs([
            KnobSetting(name: "alpha", value: 0.3), KnobSetting(name: "beta_pos", value: 0.03),
            KnobSetting(name: "beta_neg", value: 0.03),
          ]))
      ])
    #expect(state.knobRows.all.allSatisfy { !$0.isChanged })
    #expect(state.reduce(.resetAllKnobs, at: 10) == [])
  }

  /// The published values are those of the catalog, whatever the run began with.
  @Test func theObjectivesKnobsGoBackToThePaper() throws {
    var state = try fixture()
    for _ in 0..<3 { _ = state.reduce(.nudge(.knob("sigma_base"), -1), at: 10) }
    _ = state.reduce(.nudge(.knob("learning_rate"), 1), at: 10)
    #expect(
      state.reduce(.setPublishedKnobs, at: 10)
        == [.send(.setKnobs([KnobSetting(name: "sigma_base", value: 1)]))])
    #expect(state.reduce(.setPublishedKnobs, at: 10) == [])
    #expect(state.message?.text == "already as published")
  }

  @Test func typedValueIsApplied() throws {
    var state = try fixture()
    check(.typeKnobValue, on: &state, effects: []) {
      $0.overlay = .prompt(Prompt(.knob(.knob("sigma_base"))))
    }
    for character in "0.155" { _ = state.reduce(.type(String(character)), at: 10) }
    _ = state.reduce(.deleteBackward, at: 10)
    #expect(
      state.reduce(.confirm, at: 10)
        == [.send(.setKnobs([KnobSetting(name: "sigma_base", value: 0.15)]))])
    #expect(state.overlay == nil)
  }

  @Test(arguments: [("0", "0 < sigma_base"), ("-1", "out of range"), ("abc", "not a number")])
  func typedValueOutOfRangeIsRefusedWithTheReason(text: String, reason: String) throws {
    var state = try fixture()
    _ = state.reduce(.typeKnobValue, at: 10)
    _ = state.reduce(.type(text), at: 10)
    #expect(state.reduce(.confirm, at: 10) == [])
    guard case .prompt(let prompt) = state.overlay else {
      Issue.record("the prompt closed")
      return
    }
    #expect(prompt.refusal?.contains(reason) == true)
    #expect(state.requests.isEmpty && state.knobMoves.isEmpty)
  }

  @Test func wholeNumbersAndNoneAreChecked() throws {
    var state = try fixture()
    state.selectedKnob = .knob("minibatches")
    _ = state.reduce(.typeKnobValue, at: 10)
    _ = state.reduce(.type("2.5"), at: 10)
    #expect(state.reduce(.confirm, at: 10) == [])
    state.overlay = nil
    state.selectedKnob = .knob("sigma_high")
    _ = state.reduce(.typeKnobValue, at: 10)
    _ = state.reduce(.type("none"), at: 10)
    #expect(
      state.reduce(.confirm, at: 10)
        == [.send(.setKnobs([KnobSetting(name: "sigma_high", value: nil)]))])
    #expect(state.knobRows[.knob("sigma_high")]?.waiting == PendingValue(value: nil))
  }

  @Test func noLimitIsTheStepAfterTheLast() throws {
    var state = try fixture()
    let target = KnobTarget.knob("sigma_high")
    for value: Double? in [20, 50, nil] {
      #expect(
        state.reduce(.nudge(target, 1), at: 10)
          == [.send(.setKnobs([KnobSetting(name: "sigma_high", value: value)]))])
    }
    #expect(state.reduce(.nudge(target, 1), at: 10) == [])
    #expect(
      state.reduce(.nudge(target, -1), at: 10)
        == [.send(.setKnobs([KnobSetting(name: "sigma_high", value: 50)]))])
  }

  @Test func endOfTheStepsIsSaid() throws {
    var state = try fixture()
    for _ in 0..<30 { _ = state.reduce(.nudge(.knob("sigma_base"), -1), at: 10) }
    #expect(state.knobRows[.knob("sigma_base")]?.future == 0.02)
    #expect(state.reduce(.nudge(.knob("sigma_base"), -1), at: 10) == [])
    #expect(state.message?.text.contains("end of its steps") == true)
  }

  @Test func requestThatNobodyConfirmsIsForgotten() throws {
    var state = try fixture()
    _ = state.reduce(.nudge(.knob("sigma_base"), -1), at: 10)
    #expect(state.nextDeadline == 10 + OutstandingRequests.patience)
    _ = state.reduce(.tick, at: 12.9)
    #expect(!state.requests.isEmpty)
    check(.tick, on: &state, at: 13, effects: []) { $0.requests = OutstandingRequests() }
    #expect(state.nextDeadline == nil)
  }

  @Test func messagesPass() throws {
    var state = try fixture()
    _ = state.reduce(.notify("hello", .information), at: 1)
    #expect(state.message?.text == "hello")
    #expect(state.nextDeadline == 4)
    check(.tick, on: &state, at: 4, effects: []) { $0.message = nil }
  }
}
