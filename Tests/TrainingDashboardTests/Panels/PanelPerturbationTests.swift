import TerminalCanvas
import Testing
import Theming
import TrainingTelemetry

@testable import RunKnowledge
@testable import RunViews
@testable import TrainingDashboard

/// No displayed field may be frozen: changing any one of them changes a frame. A field that no
/// data panel shows is named here with the reason.
@Suite("Panels: every displayed field")
struct PanelPerturbationTests {
  @Test func updateMetrics() throws {
    let snapshot = try SnapshotFixture.load()
    let metrics = try #require(snapshot.update?.metrics)
    try expectEveryFieldShown(
      of: metrics,
      except: [
        ".seconds",  // in the header
        ".position.updatesPerIteration",  // in the header
        ".position.total",  // places marks, which have a test of their own
        ".positive.tokenCount", ".negative.tokenCount",  // shown by bucket
      ]
    ) { changed, snapshot in
      snapshot.update?.metrics = changed
      Self.replaceLast(in: &snapshot) { if case .update = $0 { .update(changed) } else { nil } }
    }
  }

  @Test func rolloutMetrics() throws {
    let metrics = try #require(try SnapshotFixture.load().rollout?.metrics)
    try expectEveryFieldShown(
      of: metrics,
      except: [
        ".seconds",  // in the header, as tokens per second
        ".updatesBefore",  // in the journal
      ]
    ) { changed, snapshot in
      snapshot.rollout?.metrics = changed
      Self.replaceLast(in: &snapshot) { if case .rollout = $0 { .rollout(changed) } else { nil } }
    }
  }

  @Test func evaluationMetrics() throws {
    let events = try SnapshotFixture.load().events
    let metrics = try #require(
      events.compactMap { if case .evaluation(let metrics) = $0 { metrics } else { nil } }.last)
    try expectEveryFieldShown(
      of: metrics, except: [".seconds", ".iteration"]  // its place follows from the update
    ) { changed, snapshot in
      Self.replaceLast(in: &snapshot) {
        if case .evaluation = $0 { .evaluation(changed) } else { nil }
      }
    }
  }

  @Test func knobChange() throws {
    let events = try SnapshotFixture.load().events
    let change = try #require(
      events.compactMap { if case .knobChange(let change) = $0 { change } else { nil } }.last)
    try expectEveryFieldShown(
      of: change,
      except: [
        ".name", ".oldValue", ".newValue",  // in the journal
        ".iteration",  // follows from the update
        ".updatesBefore",  // one update is less than a cell; the place has a test of its own
      ]
    ) { changed, snapshot in
      Self.replaceLast(in: &snapshot) {
        if case .knobChange = $0 { .knobChange(changed) } else { nil }
      }
    }
  }

  @Test func buckets() throws {
    let buckets = try #require(try SnapshotFixture.load().update?.buckets)
    for index in [0, 3, 5] {
      try expectEveryFieldShown(of: buckets[index]) { changed, snapshot in
        snapshot.update?.buckets[index] = changed
      }
    }
  }

  @Test func tokenUnderTheCursor() throws {
    let group = try #require(try SnapshotFixture.load().rollout?.group)
    try expectEveryFieldShown(of: group.answers[0].tokens[16]) { changed, snapshot in
      snapshot.rollout?.group.answers[0].tokens[16] = changed
    }
  }

  @Test func answers() throws {
    let group = try #require(try SnapshotFixture.load().rollout?.group)
    for index in [0, 12] {
      var answer = group.answers[index]
      let tokens = answer.tokens
      answer.tokens = []
      try expectEveryFieldShown(of: answer) { changed, snapshot in
        var changed = changed
        changed.tokens = tokens
        snapshot.rollout?.group.answers[index] = changed
      }
    }
  }

  @Test func groups() throws {
    let rollout = try #require(try SnapshotFixture.load().rollout)
    var group = rollout.group
    group.answers = []
    try expectEveryFieldShown(
      of: group,
      except: [
        ".position.iteration", ".position.updatesPerIteration",  // in the header
        ".position.total",  // tells the age, which has a test of its own
      ]
    ) { changed, snapshot in
      var changed = changed
      changed.answers = rollout.group.answers
      snapshot.rollout?.group = changed
    }
    try expectEveryFieldShown(
      of: rollout.groups[2], except: [".prompt"]  // that of the shown group stands above it
    ) { changed, snapshot in
      snapshot.rollout?.groups[2] = changed
    }
  }

  @Test func warmStart() throws {
    let progress = try #require(
      try PanelScenario.warmingUp.state().run.present.snapshot.status.warmStart)
    let plain = try views.map { try $0(PanelScenario.warmingUp.state()) }
    for (path, changed) in try perturbations(of: progress) {
      var state = try PanelScenario.warmingUp.state()
      state.run.present.snapshot.status.warmStart = changed
      let isShown = zip(views, plain).contains { $0(state) != $1 }
      #expect(isShown, "no frame shows WarmStartProgress\(path)")
    }
  }

  // MARK: Frames

  private func expectEveryFieldShown<Value: Codable>(
    of value: Value, except hidden: Set<String> = [],
    _ apply: (Value, inout TrainingSnapshot) -> Void
  ) throws {
    let snapshot = try SnapshotFixture.load()
    let plain = views.map { $0(Self.state(snapshot)) }
    let changes = try perturbations(of: value)
    for path in hidden {
      #expect(changes.contains { $0.path == path }, "there is no field \(path)")
    }
    for (path, changed) in changes {
      var copy = snapshot
      apply(changed, &copy)
      let state = Self.state(copy)
      let isShown = zip(views, plain).contains { $0(state) != $1 }
      #expect(
        isShown != hidden.contains(path),
        "\(Value.self)\(path) \(isShown ? "is shown, and listed as hidden" : "is not shown")")
    }
  }

  private static func state(_ snapshot: TrainingSnapshot) -> DashboardState {
    var state = DashboardState(snapshot: snapshot)
    state.selection.answer = 0
    state.selection.token = 16
    return state
  }

  /// What a panel shows of a state at one size.
  private struct View: Equatable {
    var caption: String
    var cells: CellBuffer
  }

  /// Everything the data panels can show of a state.
  private let views: [(DashboardState) -> View] = {
    func view(
      _ panel: any Panel.Type, _ width: Int, _ height: Int,
      _ adjust: @escaping (inout DashboardState) -> Void = { _ in }
    ) -> (DashboardState) -> View {
      { state in
        var state = state
        adjust(&state)
        let context = DrawingContext(theme: .test, glyphs: .braille)
        return View(
          caption: panel.caption(state, context),
          cells: frame(panel, state, width: width, height: height))
      }
    }
    let lenses = TokenLens.allCases.map { lens in
      view(TokensPanel.self, 80, 26) { $0.lens = lens }
    }
    return [
      view(InspectorPanel.self, 110, 25), view(LimiterPanel.self, 180, 25),
      view(LimiterPanel.self, 118, 12), view(LedgerPanel.self, 110, 30),
      view(LedgerPanel.self, 90, 20) { $0.views.ledger = .byBucket },
      view(LearningPanel.self, 110, 25),
    ] + lenses
  }()

  private static func replaceLast(
    in snapshot: inout TrainingSnapshot, _ replacement: (TrainingEvent) -> TrainingEvent?
  ) {
    for index in snapshot.events.indices.reversed() {
      guard let event = replacement(snapshot.events[index]) else { continue }
      snapshot.events[index] = event
      return
    }
  }
}
