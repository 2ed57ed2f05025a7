import PolicyObjectives
import TerminalCanvas
import Testing
import Theming
import TrainingTelemetry

@testable import RunKnowledge
@testable import RunViews
@testable import TrainingDashboard

/// Action in; the whole expected state and all effects out.
/// Looking around, menus, and what comes from outside.
extension ReducerTests {
  @Test func cursorStaysOnTokensThatExist() throws {
    var state = try fixture()
    state.selection = Selection()
    check(.moveAnswer(1), on: &state, effects: []) {
      $0.selection.answer = 1
      $0.cursor.hasMoved = true
    }
    check(.moveToken(-1), on: &state, effects: [])
    _ = state.reduce(.moveToken(1000), at: 10)
    #expect(state.selection.token == 23)
    _ = state.reduce(.moveAnswer(1000), at: 10)
    #expect(state.selection.answer == 15)
    var snapshot = state.run.present.snapshot
    snapshot.rollout?.group.answers.removeLast(14)
    snapshot.rollout?.group.answers[1].tokens.removeLast(20)
    _ = state.reduce(.snapshotArrived(snapshot), at: 10)
    #expect(state.selection.answer == 1 && state.selection.token == 3)
  }

  /// A new group shows the token that the gate takes most from, until the person points at another.
  @Test func theCursorWaitsAtTheTokenThatTheGateTakesMostFrom() throws {
    var state = try fixture()
    let group = try #require(state.run.present.snapshot.rollout?.group)
    func removed(_ token: TokenRecord) -> Double { token.weightedRemoved ?? 0 }
    let most = group.answers.flatMap(\.tokens).map(removed).max()
    func pointed() -> Double? {
      state.run.present.snapshot.rollout.map {
        removed($0.group.answers[state.selection.answer].tokens[state.selection.token])
      }
    }
    #expect(most ?? 0 > 0 && pointed() == most)

    var next = state.run.present.snapshot
    next.rollout?.group.answers.reverse()
    let before = state.selection
    _ = state.reduce(.snapshotArrived(next), at: 10)
    #expect(state.selection == before, "the same group keeps the cursor where it is")
    next.rollout?.group.index = 1
    _ = state.reduce(.snapshotArrived(next), at: 10)
    #expect(pointed() == most)

    _ = state.reduce(.moveToken(1), at: 10)
    let chosen = state.selection
    next.rollout?.group.index = 2
    _ = state.reduce(.snapshotArrived(next), at: 10)
    #expect(state.selection == chosen)
  }

  @Test func groupsGoAround() throws {
    var state = try fixture()
    check(.changeGroup(-1), on: &state, effects: [.send(.showGroup(3))]) {
      $0.requests.group = .init(3, at: 10)
    }
    for _ in 0..<4 { _ = state.reduce(.changeGroup(-1), at: 10) }
    #expect(state.groupIndex == 15)
  }

  @Test func panelsAreChosenByTabAndDigit() throws {
    var state = try fixture()
    let names = PanelCatalog.selectable.map(\.name)
    #expect(state.selectedPanel.name == names[0])
    _ = state.reduce(.changePanel(1), at: 10)
    #expect(state.selectedPanel.name == names[1])
    _ = state.reduce(.changePanel(-2), at: 10)
    #expect(state.selectedPanel.name == names[names.count - 1])
    _ = state.reduce(.choosePanel(1), at: 10)
    #expect(state.selectedPanel.name == names[0])
    check(.choosePanel(names.count + 1), on: &state, effects: [])
  }

  @Test func lensLedgerZoomAndThemeChange() throws {
    var state = try fixture()
    check(.changeLens(1), on: &state, effects: []) { $0.lens = .gate }
    check(.changeLens(-2), on: &state, effects: []) { $0.lens = .otherObjective }
    check(.changeLedgerView(1), on: &state, effects: []) { $0.views.ledger = .byBucket }
    check(.changeLimiterView(1), on: &state, effects: []) { $0.views.limiter = .amounts }
    check(.changeLearningView(-1), on: &state, effects: []) { $0.views.learning = .gradientNorms }
    check(.changeLearningSpan(1), on: &state, effects: []) { $0.views.learningSpan = .last50 }
    check(.toggleLogarithmicCurves, on: &state, effects: []) {
      $0.views.hasLogarithmicCurves = true
    }
    check(.toggleZoom, on: &state, effects: []) { $0.isZoomed = true }
    check(.cancel, on: &state, effects: []) { $0.isZoomed = false }
    state.appearance.themes = [.builtIn, Theme(name: "other", summary: "", colors: colors)]
    _ = state.reduce(.changeTheme(1), at: 10)
    #expect(state.theme.name == "other")
    _ = state.reduce(.changeTheme(1), at: 10)
    #expect(state.theme.name == "midnight")
    for glyphs in [GlyphSet.block, .ascii, .braille] {
      _ = state.reduce(.changeGlyphs(1), at: 10)
      #expect(state.appearance.glyphs == glyphs)
    }
  }

  private var colors: [ThemeRole: CellColor] {
    Dictionary(
      uniqueKeysWithValues: ThemeRole.allCases.map { ($0, Theme.builtIn.color($0)) })
  }

  @Test func objectiveIsChosenFromTheMenu() throws {
    var state = try fixture()
    check(.openObjectiveMenu, on: &state, effects: []) {
      $0.overlay = .menu(Menu(.objective, selected: 0))
    }
    check(.moveChoice(1), on: &state, effects: []) {
      $0.overlay = .menu(Menu(.objective, selected: 1))
    }
    #expect(state.reduce(.confirm, at: 10) == [.send(.setObjective("grpo"))])
    #expect(state.overlay == nil && state.requests.objective?.value == "grpo")
  }

  @Test func restartAsksForTheSeed() throws {
    var state = try fixture()
    _ = state.reduce(.openRestartMenu, at: 10)
    #expect(state.reduce(.confirm, at: 10) == [.send(.restart(seed: 8))])
    _ = state.reduce(.openRestartMenu, at: 10)
    _ = state.reduce(.moveChoice(1), at: 10)
    #expect(state.reduce(.confirm, at: 10) == [.send(.restart(seed: nil))])
    _ = state.reduce(.openRestartMenu, at: 10)
    check(.cancel, on: &state, effects: []) { $0.overlay = nil }
  }

  @Test func helpScrollsBetweenItsEnds() throws {
    var state = try fixture()
    _ = state.reduce(.openHelp, at: 10)
    _ = state.reduce(.scroll(-5), at: 10)
    #expect(state.overlay == .help(scroll: 0))
    _ = state.reduce(.scroll(1_000_000), at: 10)
    #expect(
      state.overlay
        == .help(scroll: HelpText.lastScroll(in: state.size, first: state.selectedPanel)))
  }

  @Test func eventsGoToHistoryAndJournal() throws {
    var state = try fixture()
    var snapshot = state.run.present.snapshot
    let updates = state.run.present.history.updates.count
    var metrics = try #require(snapshot.update?.metrics)
    metrics.position.total += 1
    snapshot.events = [
      .update(metrics),
      .knobChange(
        KnobChange(
          name: "beta_pos", symbol: "β₊", oldValue: 0.03, newValue: 0.1, updatesBefore: 182,
          iteration: 6)),
      .knobChange(
        KnobChange(
          name: "beta_neg", symbol: "β₋", oldValue: 0.03, newValue: 0.1, updatesBefore: 182,
          iteration: 6)),
    ]
    _ = state.reduce(.snapshotArrived(snapshot), at: 10)
    #expect(state.run.present.history.updates.count == updates + 1)
    #expect(state.run.present.history.knobChanges.count == 3)
    #expect(state.run.present.journal.entries.last?.text == "asymmetry 0.03 → 0.1")
    #expect(state.run.present.snapshot.events.isEmpty)
  }

  @Test func restartEmptiesTheCurves() throws {
    var state = try fixture()
    var snapshot = state.run.present.snapshot
    snapshot.events = [.restarted(seed: 8)]
    _ = state.reduce(.snapshotArrived(snapshot), at: 10)
    #expect(state.run.present.history == MetricHistory())
    #expect(state.run.present.journal.entries.last?.text.contains("seed 8") == true)
  }

  /// What was said, tried and drafted of the run before is not of the new one.
  @Test func restartBeginsAnew() throws {
    var state = try fixture()
    _ = state.reduce(.openDraft, at: 9)
    #expect(
      state.run.present.memory.objective(named: "maspo") != nil
        && !state.run.present.journal.entriesOfThisRun.isEmpty)
    var snapshot = state.run.present.snapshot
    snapshot.events = [.restarted(seed: 8)]
    snapshot.status.objective = "grpo"
    _ = state.reduce(.snapshotArrived(snapshot), at: 10)
    #expect(
      state.run.present.journal.entriesOfThisRun.isEmpty
        && !state.run.present.journal.entries.isEmpty)
    #expect(state.draft == nil && state.run.present.memory.objective(named: "maspo") == nil)
  }

  /// The cursor of the knobs panel may stand on a knob that went with its objective.
  @Test func aKnobThatIsGoneSaysSo() throws {
    for action in [
      DashboardAction.nudge(.knob("sigma_base"), 1), .nudgeSelectedKnob(1), .nudgeDraft(nil, 1),
    ] {
      var state = try fixture()
      state.selectedKnob = .knob("sigma_base")
      state.run.present.snapshot.knobs.removeAll { $0.name == "sigma_base" }
      #expect(state.reduce(action, at: 10) == [])
      #expect(state.message?.text == "maspo has no such knob", "\(action)")
    }
  }

  @Test func finishedRunRefusesToRun() throws {
    var state = try fixture()
    state.run.present.snapshot.status.phase = .finished
    #expect(state.reduce(.toggleRunning, at: 10) == [])
    #expect(state.message?.text.contains("N starts another") == true)
  }

  @Test func firstHintGoesWithTheFirstKey() throws {
    var state = try fixture()
    state.showsFirstHint = true
    _ = state.reduce(.tick, at: 1)
    _ = state.reduce(.resized(ScreenSize(width: 90, height: 30)), at: 1)
    #expect(state.showsFirstHint && state.size == ScreenSize(width: 90, height: 30))
    _ = state.reduce(.changeLens(1), at: 1)
    #expect(!state.showsFirstHint)
  }

  @Test func programEffects() throws {
    var state = try fixture()
    check(.quit, on: &state, effects: [.quit])
    check(.suspend, on: &state, effects: [.suspend])
    check(.redraw, on: &state, effects: [.redraw])
    check(.savePicture, on: &state, effects: [.savePicture])
  }
}
