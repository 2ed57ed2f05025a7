import TerminalCanvas
import Testing
import Theming
import TrainingTelemetry

@testable import RunKnowledge
@testable import RunViews
@testable import TrainingDashboard

/// The tour as a scripted session: keys and news in, effects and frames out.
@Suite("Tour")
struct TourTests {
  /// What the run says at the end of each step that waits for it.
  private struct Answer {
    var update: Int
    var ratios: (Double, Double)
    var removed = 0.01
    var sigma = 1.0
    var objective = "maspo"
    var mode = RunStatus.Mode.paused
  }

  private static let answers: [Int: Answer] = [
    1: Answer(update: 1, ratios: (1, 1), removed: 0),
    2: Answer(update: 32, ratios: (0.6, 1.4)),
    4: Answer(update: 64, ratios: (0.5, 1.5), removed: 0.4, sigma: 0.2),
    6: Answer(update: 96, ratios: (0.5, 1.5), removed: 0.4, objective: "grpo"),
    7: Answer(update: 100, ratios: (0.5, 1.5), objective: "grpo", mode: .running),
    8: Answer(update: 101, ratios: (0.5, 1.5), objective: "grpo"),
  ]

  private func start(_ tour: Tour) throws -> DashboardState {
    var snapshot = try SnapshotFixture.load()
    snapshot.status.position = UpdatePosition(
      iteration: 0, update: 0, updatesPerIteration: 32, total: 0)
    snapshot.status.mode = .paused
    snapshot.update = nil
    snapshot.events = []
    snapshot.knobs = snapshot.knobs.map { knob in
      var knob = knob
      if knob.name == "sigma_base" { knob.value = 1 }
      return knob
    }
    var state = DashboardState(snapshot: snapshot)
    state.size = ScreenSize(width: 120, height: 40)
    state.begin(tour)
    return state
  }

  private func snapshot(_ answer: Answer) throws -> TrainingSnapshot {
    var snapshot = try SnapshotFixture.load()
    var detail = try #require(snapshot.update)
    let position = UpdatePosition(
      iteration: (answer.update + 31) / 32, update: (answer.update - 1) % 32 + 1,
      updatesPerIteration: 32, total: answer.update)
    snapshot.status.position = position
    snapshot.status.mode = answer.mode
    snapshot.status.objective = answer.objective
    snapshot.knobs = snapshot.knobs.map { knob in
      var knob = knob
      if knob.name == "sigma_base" { knob.value = answer.sigma }
      return knob
    }
    detail.metrics.position = position
    (detail.metrics.ratioMinimum, detail.metrics.ratioMaximum) = answer.ratios
    for sign in [\UpdateMetrics.positive, \.negative] {
      detail.metrics[keyPath: sign].weightedPush = 1 - answer.removed
      detail.metrics[keyPath: sign].weightedRemoved = answer.removed
    }
    detail.objective.name = answer.objective
    if answer.objective == "grpo" { detail.objective.values = [] }
    snapshot.update = detail
    snapshot.events = [.update(detail.metrics)]
    return snapshot
  }

  private struct Session {
    var state: DashboardState
    var effects: [DashboardEffect] = []
    var frames: [String] = []
  }

  /// Enter through all steps, with the run's answers between.
  private func walk(_ answers: [Int: Answer] = TourTests.answers) throws -> Session {
    var session = Session(state: try start(Tour(isAutomatic: false)))
    func look() {
      session.frames.append(
        DashboardScreen.render(
          session.state, size: session.state.size, theme: .builtIn, glyphs: .braille
        ).text)
    }
    func press(_ key: Key) {
      guard let action = KeyBindingCatalog.action(for: key, in: session.state) else { return }
      session.effects += session.state.reduce(action, at: 0)
    }
    _ = session.state.reduce(.tick, at: 0)
    for index in TourScript.steps.indices {
      #expect(session.state.tour?.index == index)
      look()
      if let answer = answers[index] {
        #expect(session.state.tour?.outcome == .waiting, "step \(index)")
        press(.enter)
        #expect(session.state.tour?.index == index, "it waits for what it speaks of")
        _ = session.state.reduce(.snapshotArrived(try snapshot(answer)), at: 0)
        look()
      }
      #expect(session.state.tour?.outcome != .waiting, "step \(index)")
      press(.enter)
    }
    look()
    return session
  }

  @Test func theKeysDoWhatTheySay() throws {
    let session = try walk()
    #expect(session.state.tour?.isOver == true && session.state.tour?.failures == [])
    #expect(
      DashboardEffect.coalesced(session.effects) == [
        .send(.stepUpdate), .send(.stepIteration),
        .send(.setKnobs([KnobSetting(name: "sigma_base", value: 0.2)])), .send(.stepIteration),
        .send(.setObjective("grpo")), .send(.stepIteration), .send(.run), .send(.pause),
      ])
    #expect(session.frames.contains { $0.contains("the gate bit: it took 40.0%, before 1.0%") })
    #expect(session.frames.contains { $0.contains("GRPO would have clipped") })
    #expect(session.frames.last?.contains("Tour") == false)
    #expect(KeyBindingCatalog.action(for: .character("s"), in: session.state) == .stepUpdate)
  }

  @Test func theSameRunIsTheSameTour() throws {
    #expect(try walk().frames == walk().frames)
  }

  @Test func whatDoesNotHappenIsSaid() throws {
    var answers = Self.answers
    answers[2]?.ratios = (1, 1.001)
    answers[4]?.removed = 0.02
    let session = try walk(answers)
    let failures = try #require(session.state.tour?.failures)
    #expect(failures.count == 2 && failures[1].contains("did not bite"), "\(failures)")
    #expect(session.frames.contains { $0.contains("not so this time") })
  }

  @Test func theTourHasTheKeysUntilItIsLeft() throws {
    var state = try start(Tour(isAutomatic: false))
    guard
      case .notify(let words, _) = KeyBindingCatalog.action(for: .character("s"), in: state)
    else {
      Issue.record("a key of the run got through")
      return
    }
    #expect(words.contains("esc"))
    #expect(KeyBindingCatalog.action(for: .ctrl("c"), in: state) == .quit)
    let leave = try #require(KeyBindingCatalog.action(for: .escape, in: state))
    #expect(state.reduce(leave, at: 0) == [] && !state.isOnTour)
    #expect(KeyBindingCatalog.action(for: .character("s"), in: state) == .stepUpdate)
  }

  @Test func anAutomaticTourGoesOnAndEnds() throws {
    var state = try start(Tour(isAutomatic: true))
    var effects: [DashboardEffect] = []
    var time = 0.0
    for _ in 0..<40 where state.isOnTour {
      let index = try #require(state.tour?.index)
      if let answer = Self.answers[index], state.tour?.outcome == .waiting {
        effects += state.reduce(.snapshotArrived(try snapshot(answer)), at: time)
      } else {
        effects += state.reduce(.tick, at: time)
      }
      #expect(
        !state.isOnTour || state.tour?.outcome == .waiting || state.nextDeadline != nil,
        "nothing would wake it at step \(index)")
      time = max(time, state.nextDeadline ?? time)
    }
    #expect(state.tour?.isOver == true && state.tour?.failures == [])
    #expect(effects.last == .quit)
  }

  @Test func anEndOfTheRunEndsTheWaiting() throws {
    var state = try start(Tour(isAutomatic: false))
    _ = state.reduce(.tick, at: 0)
    _ = state.reduce(.advanceTour, at: 0)
    var ended = state.run.present.snapshot
    ended.status.phase = .finished
    ended.status.stopReason = .failed("no memory")
    _ = state.reduce(.snapshotArrived(ended), at: 0)
    #expect(state.tour?.failures.first?.contains("no memory") == true)
  }

  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func theBoxLeavesItsPanelFree(width: Int, height: Int) throws {
    var state = try start(Tour(isAutomatic: false))
    state.size = ScreenSize(width: width, height: height)
    for index in TourScript.steps.indices {
      state.tour?.index = index
      state.tour?.outcome = .held(String(repeating: "words ", count: 14))
      let step = TourScript.steps[index]
      state.select(panel: step.panel)
      // Ten seconds of reading.
      #expect(step.words(state).count <= 190, "step \(index)")
      let frame = DashboardScreen.render(
        state, size: state.size, theme: .builtIn, glyphs: .braille)
      let number = (PanelCatalog.identities.firstIndex(of: step.panel) ?? 0) + 1
      let title = step.panel.descriptor.title
      #expect(frame.text.contains("\(number) \(title)"), "step \(index): its panel is covered")
      #expect(frame.text.contains("Tour \(index + 1) of"))
      let box = TourDrawing.place(
        width: 60, height: 7, panel: step.panel, state, in: frame.bounds)
      let panel = try #require(
        ScreenLayout.layout(state.size, state).first { $0.part == .panel(step.panel) })
      let area = panel.area
      let covers =
        box.x < area.x + area.width && area.x < box.x + box.width
        && box.y < area.y + area.height && area.y < box.y + box.height
      #expect(!covers, "step \(index)")
    }
  }

  @Test func tinyScreensHoldIt() throws {
    var state = try start(Tour(isAutomatic: false))
    for (width, height) in [(1, 1), (7, 2), (20, 5), (40, 12), (0, 0)] {
      state.size = ScreenSize(width: width, height: height)
      let frame = DashboardScreen.render(
        state, size: state.size, theme: .builtIn, glyphs: .ascii)
      #expect(frame.width == width && frame.height == height)
    }
  }
}
