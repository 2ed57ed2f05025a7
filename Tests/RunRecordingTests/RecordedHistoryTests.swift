import Foundation
import PolicyTraining
import TerminalCanvas
import Testing
import Theming
import TrainingTelemetry

@testable import RunKnowledge
@testable import RunRecording
@testable import TrainingDashboard

/// A run is watched and recorded at once; what the record gives back is what was watched.
@Suite struct RecordedHistoryTests {
  private static let updates = 9
  /// Before these updates.
  private static let moves: [Int: TrainerCommand] = [
    3: .setKnobs([KnobSetting(name: "sigma_base", value: 0.2)]),
    6: .setKnobs([
      KnobSetting(name: "beta_pos", value: 0.3), KnobSetting(name: "beta_neg", value: 0.3),
    ]),
    7: .setObjective("grpo"),
  ]
  private let temporary: TemporaryFolder
  private let folder: RunFolder
  private let live: DashboardState

  init() throws {
    temporary = try TemporaryFolder()
    folder = RunFolder(temporary.file("run"))
    live = try Self.watch(recordingIn: folder)
  }

  /// Makes the run update by update, with every update in detail.
  private static func watch(recordingIn folder: RunFolder) throws -> DashboardState {
    var settings = RecordingFixture.settings
    settings.tokenInterval = 2
    let recorder = try RunRecorder(folder, settings: settings)
    var configuration = RecordingFixture.configuration
    configuration.iterationLimit = nil
    var options = TrainerOptions()
    options.setPace(nil)
    options.startsPaused = true
    options.makesEveryDetail = true
    options.observer = recorder
    options.resumePoint = try RecordingFixture.start(configuration)
    let arrival = DispatchSemaphore(value: 0)
    let snapshots = SnapshotMailbox { arrival.signal() }
    let trainer = Trainer(
      configuration, options: options, commands: CommandMailbox(), snapshots: snapshots)
    var state: DashboardState?
    func wait(until isReached: (RunStatus) -> Bool) {
      var events: [TrainingEvent] = []
      while true {
        arrival.wait()
        guard var snapshot = snapshots.take() else { continue }
        events += snapshot.events
        guard isReached(snapshot.status) else { continue }
        snapshot.events = events
        if state == nil {
          state = DashboardState(snapshot: snapshot)
        } else {
          _ = state?.reduce(.snapshotArrived(snapshot), at: 0)
        }
        return
      }
    }
    trainer.start()
    wait { $0.phase == .training && $0.mode == .paused }
    // Otherwise the group is one that teaches, another from rollout to rollout.
    trainer.commands.post(.showGroup(0))
    for update in 1...updates {
      if let move = moves[update] { trainer.commands.post(move) }
      trainer.commands.post(.stepUpdate)
      wait { $0.phase == .training && $0.mode == .paused && $0.position.total == update }
    }
    trainer.commands.post(.stop)
    trainer.waitUntilFinished()
    try recorder.close()
    return try #require(state)
  }

  private func opened() throws -> DashboardState {
    let history = try RecordedHistory(RecordedRun(folder))
    return DashboardState(
      WatchedRun(
        recorded: history.snapshots, from: .recorded(name: "run", ending: "stopped")))
  }

  private func moment(_ total: Int, of state: DashboardState) throws -> Moment {
    let number = try #require(state.run.moments.firstNumber(atOrAfter: total))
    let moment = state.run.moments[number]
    try #require(moment.position.total == total)
    return moment
  }

  /// A panel alone at an update, without header, verdict and footer.
  private func panel(
    _ name: String, at total: Int, of state: DashboardState
  ) throws -> [Substring] {
    var state = state
    let number = try #require(state.run.moments.firstNumber(atOrAfter: total))
    state.past = PastView(number: number, run: state.run.past(number))
    state.select(panel: try #require(PanelIdentity(named: name)))
    // The cursor is the person's, and not the run's.
    state.selectedKnob = .knob("learning_rate")
    state.isZoomed = true
    let frame = DashboardScreen.render(
      state, size: ScreenSize(width: 120, height: 40), theme: .builtIn, glyphs: .braille)
    return Array(frame.text.split(separator: "\n").dropFirst().dropLast(3))
  }

  @Test func scalarsKnobsAndCurvesAreThoseThatWereSeen() throws {
    let opened = try opened()
    #expect(opened.run.present.history == live.run.present.history)
    #expect(opened.run.moments.count == Self.updates)
    for total in 1...Self.updates {
      let (seen, recorded) = (try moment(total, of: live), try moment(total, of: opened))
      #expect(recorded.position == seen.position)
      #expect(recorded.snapshot.knobs == seen.snapshot.knobs, "update \(total)")
      #expect(recorded.snapshot.status.objective == seen.snapshot.status.objective)
      #expect(recorded.snapshot.update?.metrics == seen.snapshot.update?.metrics)
      #expect(recorded.snapshot.update?.objective == seen.snapshot.update?.objective)
      #expect(recorded.snapshot.rollout?.metrics == seen.snapshot.rollout?.metrics)
      #expect(recorded.journal == seen.journal, "update \(total)")
      for name in ["learning", "ledger", "knobs"] {
        #expect(
          try panel(name, at: total, of: opened) == panel(name, at: total, of: live),
          "\(name) at update \(total)")
      }
    }
  }

  @Test func recordedTokensAreThoseThatWereSeenAndOthersAreAbsent() throws {
    let opened = try opened()
    for total in 1...Self.updates {
      let snapshot = try moment(total, of: opened).snapshot
      // The last of four updates, in every second iteration.
      guard total == 8 else {
        #expect(snapshot.rollout?.hasTokens == false && snapshot.update?.hasTokens == false)
        for name in ["tokens", "inspector", "limiter", "objectives"] {
          let text = try panel(name, at: total, of: opened).joined()
          #expect(text.contains("Not recorded"), "\(name) at update \(total)")
        }
        continue
      }
      let seen = try #require(try moment(total, of: live).snapshot.rollout?.group)
      var recorded = try #require(snapshot.rollout?.group)
      for (answer, record) in seen.answers.enumerated() {
        for (token, expected) in record.tokens.enumerated() {
          let push = recorded.answers[answer].tokens[token].push
          #expect(abs(push - expected.push) <= 1e-12 * expected.push)
          recorded.answers[answer].tokens[token].push = expected.push
          recorded.answers[answer].tokens[token].realisedMove = expected.realisedMove
        }
      }
      #expect(recorded == seen)
    }
  }

  @Test func computedAnewEveryPanelIsAsItWasSeen() throws {
    var opened = try opened()
    let recomputation = try RunRecomputation(RecordedRun(folder), threads: 1)
    // Backwards, so that the last one begins before checkpoints in memory.
    for iteration in [2, 3, 1] {
      let details = try #require(
        try recomputation.details(ofIteration: iteration, group: live.groupIndex))
      #expect(details.count == (iteration == 3 ? 1 : 4))
      _ = opened.reduce(.recomputation(.done(details)), at: 0)
    }
    // Who watched the run had the cursor somewhere.
    opened.selection = live.selection
    for total in 1...Self.updates {
      let (seen, recorded) = (try moment(total, of: live), try moment(total, of: opened))
      #expect(recorded.verdict == seen.verdict, "update \(total)")
      #expect(recorded.snapshot.update == seen.snapshot.update)
      #expect(recorded.snapshot.rollout == seen.snapshot.rollout)
      // A run without rivals is told how to begin with them, which depends on its source.
      for descriptor in PanelCatalog.selectable where descriptor.name != RacePanel.descriptor.name {
        #expect(
          try panel(descriptor.name, at: total, of: opened)
            == panel(descriptor.name, at: total, of: live),
          "\(descriptor.name) at update \(total)")
      }
    }
    #expect(throws: RunRecomputation.Failure.notReached(iteration: 4)) {
      try recomputation.details(ofIteration: 4, group: 0)
    }
    #expect(try recomputation.details(ofIteration: 1, group: 0) { _ in false } == nil)
  }

  @Test func anotherRunsNumbersAreNotPassedOffAsThisOnes() throws {
    let metrics = try temporary.text(of: "run/metrics.jsonl").replacing(
      /"loss":[^,]+/, with: "\"loss\":0.125")
    try temporary.write(metrics, to: "run/metrics.jsonl")
    #expect(throws: RunRecomputation.Failure.differs(update: 1)) {
      try RunRecomputation(RecordedRun(folder)).details(ofIteration: 1, group: 0)
    }
  }

  /// Of a long run the end is read first; it is the end of the whole, knob moves included, and gives
  /// way to the whole without moving who looks at it.
  @Test func theEndIsShownFirstAndTheWholeFollows() throws {
    let run = try RecordedRun(folder)
    let whole = try RecordedHistory(run).snapshots
    let bytes = try FileSystem.contents(of: folder.metrics)
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    // All but the first rollout and what comes before it.
    let kept = lines.drop { !String(decoding: $0, as: UTF8.self).contains(#""kind":"rollout""#) }
      .dropFirst().reduce(0) { $0 + $1.count + 1 }
    let end = try RecordedHistory(run, lastBytes: kept)
    #expect(end.warnings.isEmpty && end.snapshots.count == 5)
    for (left, right) in zip(end.snapshots.reversed(), whole.reversed()) {
      #expect(left.update == right.update && left.rollout?.metrics == right.rollout?.metrics)
      #expect(left.knobs == right.knobs && left.status == right.status)
    }
    #expect(try RecordedHistory(run, lastBytes: 10).snapshots.count == 1)
    #expect(try run.metricsLineCount() == lines.count)

    let source = RunSource.recorded(name: "run", ending: "stopped")
    var state = DashboardState(WatchedRun(recorded: end.snapshots, from: source))
    _ = state.reduce(.scrub(.moments(-2)), at: 0)
    let looked = try #require(state.past).run.position
    let reading = RunSource.recorded(name: "run", ending: "stopped · 40% read")
    _ = state.reduce(.record(.source(reading)), at: 0)
    #expect(state.run.source == reading)
    let all = WatchedRun(recorded: whole, from: source)
    _ = state.reduce(.record(.whole(WholeRun(all, warnings: ["torn"]))), at: 0)
    #expect(state.past?.run.position == looked && state.run.source == source)
    #expect(state.run.moments.count == Self.updates)
    #expect(state.run.present.history == all.present.history)
  }

  /// Numbers that no run has, but that a file may: every panel is drawn, at every size.
  @Test func metricsOfAnySizeAreDrawn() throws {
    let metrics = try temporary.text(of: "run/metrics.jsonl")
    let rollouts = try temporary.text(of: "run/rollouts.jsonl")
    for extreme in [
      "1e18", "-1e18", "1e300", "-1.7e308", "5e-324", "\"nan\"", "\"inf\"", "\"-inf\"",
    ] {
      // Every number with a point, and all but the places of the rest.
      let number = /("[a-z_0-9]+":)-?[0-9]+\.[0-9e-]+/
      try temporary.write(
        metrics.replacing(number) { $0.output.1 + extreme }, to: "run/metrics.jsonl")
      try temporary.write(
        rollouts.replacing(/-?[0-9]+\.[0-9e-]+/, with: extreme), to: "run/rollouts.jsonl")
      let state = try opened()
      #expect(state.run.moments.count == Self.updates, "\(extreme)")
      for descriptor in PanelCatalog.selectable {
        for total in [1, 4, Self.updates] { _ = try panel(descriptor.name, at: total, of: state) }
      }
      for size in [(20, 5), (80, 24), (120, 40), (300, 90)] {
        _ = DashboardScreen.render(
          state, size: ScreenSize(width: size.0, height: size.1), theme: .builtIn, glyphs: .braille)
      }
    }
  }

  @Test func damagedLogsAreReadAsFarAsTheyGo() throws {
    let metrics = try temporary.text(of: "run/metrics.jsonl")
    let lines = metrics.split(separator: "\n")
    // A line in the middle is spoiled, the last one torn.
    let index = try #require(
      lines.firstIndex { $0.contains(#""total":4,"#) || $0.contains(#""total":4}"#) })
    var damaged = lines
    damaged[index] = "{nonsense"
    try temporary.write(
      damaged.dropLast().joined(separator: "\n") + "\n" + damaged[lines.count - 1].prefix(20),
      to: "run/metrics.jsonl")
    unlink(folder.rollouts)
    unlink(folder.summary)
    let lock = try FolderLock(folder.path)
    let run = try RecordedRun(folder)
    let history = try RecordedHistory(run)
    #expect(run.state == .underWay, "a folder that is written to can be read")
    _ = consume lock
    #expect(history.warnings.count == 2, "\(history.warnings)")
    #expect(history.warnings.contains { $0.contains("rollouts.jsonl") })
    #expect(
      history.snapshots.map(\.status.position.total)
        == (1...Self.updates).filter { $0 != 4 && $0 != Self.updates } + [8],
      "the last one is behind the rollout whose update was torn off")
    try temporary.write("", to: "run/metrics.jsonl")
    unlink(folder.journal)
    #expect(try RecordedHistory(RecordedRun(folder)).snapshots.count == 1)
    try temporary.write("{}", to: "run/run.json")
    #expect(throws: RecordingError.self) { try RecordedRun(folder) }
  }
}
