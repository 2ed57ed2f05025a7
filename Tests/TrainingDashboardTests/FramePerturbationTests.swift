import TerminalCanvas
import Testing
import Theming
import TrainingTelemetry

@testable import RunViews
@testable import TrainingDashboard

/// No field of header, knobs and journal may be frozen: changing any one changes the frame.
@Suite("Header, knobs and journal: every displayed field")
struct FramePerturbationTests {
  private func panel(_ panel: any Panel.Type, _ snapshot: TrainingSnapshot) -> CellBuffer {
    var buffer = CellBuffer(width: 180, height: 24)
    panel.draw(
      DashboardState(snapshot: snapshot), in: buffer.bounds, on: &buffer,
      DrawingContext(theme: .builtIn, glyphs: .braille))
    return buffer
  }

  private func expectShown<Value: Codable>(
    of value: Value, in shown: any Panel.Type, except hidden: Set<String> = [],
    _ apply: (Value, inout TrainingSnapshot) -> Void
  ) throws {
    var plain = try SnapshotFixture.load()
    apply(value, &plain)
    let before = panel(shown, plain)
    for (path, changed) in try perturbations(of: value) {
      var snapshot = try SnapshotFixture.load()
      apply(changed, &snapshot)
      #expect(
        (panel(shown, snapshot) != before) != hidden.contains(path),
        "\(Value.self)\(path) is \(hidden.contains(path) ? "shown, listed as hidden" : "not shown")"
      )
    }
  }

  @Test func identityIsInTheHeader() throws {
    var identity = try SnapshotFixture.load().identity
    identity.iterationLimit = 50
    // The base seed, threads and sizes are in the closing words and in the plain report.
    try expectShown(
      of: identity, in: HeaderPanel.self,
      except: [".baseSeed", ".threads", ".parameterCount", ".vocabularySize"]
    ) { $1.identity = $0 }
  }

  @Test func placeIsInTheHeader() throws {
    try expectShown(
      of: try SnapshotFixture.load().status.position, in: HeaderPanel.self,
      except: [".total"]  // in the journal
    ) { $1.status.position = $0 }
  }

  @Test func statusIsInTheHeader() throws {
    let changes: [(String, (inout RunStatus) -> Void)] = [
      ("pace", { $0.paceLimit = 7 }), ("full speed", { $0.paceLimit = nil }),
      ("automatic", { $0.paceIsAutomatic = true }), ("measured", { $0.measuredPace = 5 }),
      ("tokens", { $0.rolloutTokensPerSecond = 1234 }),
      ("possible", { $0.updateMilliseconds = 4 }), ("objective", { $0.objective = "grpo" }),
      ("paused", { $0.mode = .paused }), ("stepping", { $0.mode = .stepping }),
      ("warm start", { $0.phase = .warmingUp }), ("evaluating", { $0.phase = .evaluating }),
      ("finished", { $0.phase = .finished }),
      (
        "failed",
        {
          $0.phase = .finished
          $0.stopReason = .failed("reason")
        }
      ),
    ]
    var frames = [panel(HeaderPanel.self, try SnapshotFixture.load()).text]
    for (name, change) in changes {
      var snapshot = try SnapshotFixture.load()
      change(&snapshot.status)
      let frame = panel(HeaderPanel.self, snapshot).text
      #expect(!frames.contains(frame), "\(name) looks like something before it")
      frames.append(frame)
    }
  }

  @Test func valuesAreInTheKnobsPanel() throws {
    for index in try SnapshotFixture.load().knobs.indices {
      let changes: [(String, (inout KnobState) -> Void)] = [
        ("value", { $0.value = ($0.value ?? 0) + 1 }),
        ("start", { $0.initialValue = ($0.initialValue ?? 0) + 1 }),
        ("waiting", { $0.pending = PendingValue(value: ($0.value ?? 0) + 1) }),
        ("effect", { $0.effect = $0.effect == .nextUpdate ? .nextRollout : .nextUpdate }),
      ]
      let before = panel(KnobsPanel.self, try SnapshotFixture.load())
      for (name, change) in changes {
        var snapshot = try SnapshotFixture.load()
        change(&snapshot.knobs[index])
        #expect(
          panel(KnobsPanel.self, snapshot) != before,
          "\(snapshot.knobs[index].name): \(name) is not shown")
      }
    }
  }

  @Test func eventsAreInTheJournal() throws {
    try expectShown(
      of: KnobChange(
        name: "alpha", symbol: "α", oldValue: 0.3, newValue: 0.5, updatesBefore: 7, iteration: 1),
      in: JournalPanel.self, except: [".name", ".iteration"]  // the symbol and the update
    ) { $1.events = [.knobChange($0)] }
    try expectShown(
      of: EvaluationMetrics(
        iteration: 3, updatesBefore: 96, promptCount: 100, samplesPerPrompt: 32, average: 0.4,
        pass: 0.9, seconds: 1),
      in: JournalPanel.self, except: [".promptCount", ".seconds", ".iteration"]
    ) { $1.events = [.evaluation($0)] }
    try expectShown(
      of: ObjectiveChange(
        oldObjective: "maspo", newObjective: "grpo", updatesBefore: 9, iteration: 2),
      in: JournalPanel.self, except: [".iteration"]
    ) { $1.events = [.objectiveChange($0)] }
    for level in [Notice.Level.information, .warning, .error] {
      var frames: [CellBuffer] = []
      for notice in [
        Notice(level: level, text: "a", updatesBefore: 1),
        Notice(level: level, text: "b", updatesBefore: 1),
        Notice(level: level, text: "a", updatesBefore: 2),
      ] {
        var snapshot = try SnapshotFixture.load()
        snapshot.events = [.notice(notice)]
        frames.append(panel(JournalPanel.self, snapshot))
      }
      #expect(frames[0] != frames[1] && frames[0] != frames[2])
    }
  }

  /// A sign stands beside every color: the same frames differ in their characters alone.
  @Test func levelsAndMarksAreNotToldByColorAlone() throws {
    var texts: Set<String> = []
    for level in [Notice.Level.information, .warning, .error] {
      var snapshot = try SnapshotFixture.load()
      snapshot.events = [.notice(Notice(level: level, text: "same words", updatesBefore: 1))]
      texts.insert(panel(JournalPanel.self, snapshot).text)
    }
    #expect(texts.count == 3)
    let plain = panel(KnobsPanel.self, try SnapshotFixture.load()).text
    var snapshot = try SnapshotFixture.load()
    let index = try #require(snapshot.knobs.firstIndex { $0.name == "sigma_base" })
    snapshot.knobs[index].pending = PendingValue(value: 0.2001)
    #expect(panel(KnobsPanel.self, snapshot).text != plain)
  }
}
