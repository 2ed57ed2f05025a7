import Foundation
import PolicyTraining
import Testing
import TrainingTelemetry

@testable import RunRecording

@Suite(.serialized) struct RunRecorderTests {
  private let temporary: TemporaryFolder
  private var folder: RunFolder { RunFolder(temporary.file("run")) }

  init() throws { temporary = try TemporaryFolder() }

  /// Runs into `folder` with commands after certain steps. The folder is copied after every step,
  /// as if the program had been killed there.
  private func record(
    commands: [Int: [TrainerCommand]] = [:], copies: Bool = false
  ) throws -> RunSummary {
    let configuration = RecordingFixture.configuration
    let recorder = try RunRecorder(folder, settings: RecordingFixture.settings)
    let mailbox = CommandMailbox()
    var options = TrainerOptions()
    options.setPace(nil)
    options.resumePoint = try RecordingFixture.start()
    let (source, target) = (folder.path, temporary.path)
    options.observer = SteppingObserver(recorder) { step, _ in
      for command in commands[step] ?? [] { mailbox.post(command) }
      guard copies else { return }
      _ = recorder.path  // waits until the recorder has nothing to do
      try? FileManager.default.copyItem(atPath: source, toPath: "\(target)/step-\(step)")
    }
    let trainer = Trainer(
      configuration, options: options, commands: mailbox, snapshots: SnapshotMailbox())
    trainer.start()
    trainer.waitUntilFinished()
    try recorder.close()
    return try #require(trainer.summary)
  }

  private static let commands: [Int: [TrainerCommand]] = [
    2: [.setKnobs([KnobSetting(name: "sigma_base", value: 0.1)]), .evaluate],
    5: [.setObjective("grpo"), .setKnobs([KnobSetting(name: "temperature", value: 1.2)])],
    // Right after a rollout: what acts at rollouts waits for the next one.
    6: [
      .setKnobs([KnobSetting(name: "no_such_knob", value: 1)]), .showGroup(3),
      .setKnobs([KnobSetting(name: "temperature", value: 0.8)]),
    ],
    13: [.setKnobs([KnobSetting(name: "learning_rate", value: 5e-4)])],
  ]

  @Test func recordingDoesNotChangeTheRun() throws {
    let plain = try RecordingFixture.run(
      RecordingFixture.configuration, from: RecordingFixture.start(), observer: nil
    ).summary
    let recorded = try record()
    #expect(recorded == plain)
    let run = try RecordedRun(folder)
    #expect(run.progress?.weightsDigest == plain.weightsDigest)
    #expect(run.progress?.updates == 16 && run.progress?.iterations == 4)
    #expect(run.state == .finished)
    #expect(run.description.seed == 1 && run.description.task == "countdown")
  }

  @Test func everyUpdateRolloutAndEvaluationHasItsLine() throws {
    _ = try record(commands: Self.commands)
    let run = try RecordedRun(folder)
    let metrics = try run.metrics()
    #expect(metrics.damage == nil)
    let kinds = metrics.lines.map { line in
      switch line {
      case .rollout(let metrics): "r\(metrics.iteration)"
      case .update(let metrics): "u\(metrics.position.total)"
      case .evaluation(let metrics): "e\(metrics.updatesBefore)"
      }
    }
    #expect(
      kinds == [
        "e0", "r1", "u1", "e1", "u2", "u3", "u4", "r2", "u5", "u6", "u7", "u8", "e8", "r3", "u9",
        "u10", "u11", "u12", "r4", "u13", "u14", "u15", "u16", "e16",
      ])
    let journal = try run.journal()
    let commands = journal.lines.compactMap { line in
      if case .command(let command) = line { command } else { nil }
    }
    #expect(commands.map(\.sequence) == Array(1...8))
    #expect(commands.map(\.total) == [1, 1, 4, 4, 4, 4, 4, 10])
    #expect(commands.map(\.iteration) == [1, 1, 1, 1, 2, 2, 2, 3])
    let changes = journal.lines.compactMap { line in
      if case .knobChange(let change) = line {
        "\(change.name) \(change.updatesBefore)"
      } else {
        nil
      }
    }
    #expect(changes == ["sigma_base 1", "temperature 4", "temperature 8", "learning_rate 10"])
    #expect(journal.lines.contains { if case .objectiveChange = $0 { true } else { false } })
    #expect(
      journal.lines.contains { line in
        if case .notice(let notice) = line { notice.text.contains("no_such_knob") } else { false }
      })
    guard case .opened(let opening) = journal.lines.first else {
      Issue.record("the journal does not begin with its opening")
      return
    }
    #expect(opening.program == "maspo test" && opening.total == 0)
    guard case .closed(let closing) = journal.lines.last else {
      Issue.record("the journal does not end with its closing")
      return
    }
    #expect(closing.reason == "iteration_limit" && closing.total == 16)
    let rollouts = try run.rollouts().lines
    #expect(rollouts.map(\.total) == [4, 8, 12, 16])
    #expect(rollouts.allSatisfy { $0.answers.count == 16 && $0.prompt.hasSuffix("=") })
  }

  /// The folder as it was after every step goes on to the same end, commands included, although
  /// those that came after the checkpoint stand in the journal alone.
  @Test func aRunKilledAfterAnyStepGoesOnToTheSameEnd() throws {
    let whole = try record(commands: Self.commands, copies: true)
    let journal = try temporary.text(of: "run/journal.jsonl")
    let metrics = try timeless(temporary.text(of: "run/metrics.jsonl"))
    for step in [1, 2, 5, 6, 7, 10, 13, 14, 17, 20] {
      let killed = RunFolder(temporary.file("step-\(step)"))
      // What was written after the last checkpoint: a torn line, and the commands of the future.
      try temporary.write(
        try temporary.text(of: "step-\(step)/metrics.jsonl") + #"{"kind":"upd"#,
        to: "step-\(step)/metrics.jsonl")
      try temporary.write(journal + "{\"ki", to: "step-\(step)/journal.jsonl")
      #expect(try RecordedRun(killed).state == .interrupted)
      let resumed = try ResumedRun(killed, settings: RecordingFixture.settings)
      let end = try RecordingFixture.run(
        resumed.configuration, from: resumed.resumePoint, observer: resumed.recorder)
      try resumed.recorder.close()
      #expect(end.summary == whole, "killed after step \(step)")
      #expect(
        try timeless(temporary.text(of: "step-\(step)/metrics.jsonl")) == metrics,
        "killed after step \(step)")
      #expect(try RecordedRun(killed).progress?.weightsDigest == whole.weightsDigest)
      let refusals = try RecordedRun(killed).journal().lines.count { line in
        if case .notice(let notice) = line { notice.text.contains("refused") } else { false }
      }
      #expect(refusals == 1, "killed after step \(step)")
    }
  }

  /// A run that was killed before its first checkpoint begins anew, whatever logs it has.
  @Test(arguments: [true, false])
  func aRunKilledBeforeItsFirstCheckpointBeginsAnew(hasLogs: Bool) throws {
    let whole = try record(commands: [:], copies: false)
    let killed = RunFolder(temporary.file("run"))
    unlink(killed.checkpoint)
    unlink(killed.summary)
    if !hasLogs {
      for path in [killed.metrics, killed.journal, killed.rollouts] { unlink(path) }
    }
    let resumed = try ResumedRun(killed, settings: RecordingFixture.settings)
    let end = try RecordingFixture.run(
      resumed.configuration, from: resumed.resumePoint, observer: resumed.recorder)
    try resumed.recorder.close()
    #expect(end.summary == whole)
    #expect(try RecordedRun(killed).progress?.weightsDigest == whole.weightsDigest)
    #expect(try RecordedRun(killed).metrics().damage == nil)
    let notices = try RecordedRun(killed).journal().lines.compactMap { line in
      if case .notice(let notice) = line { notice.text } else { nil }
    }
    #expect(notices.contains { $0.contains("begins anew") })
  }

  /// Killed, resumed, killed again before anything new was saved, and resumed.
  @Test func commandsOutliveEveryKill() throws {
    let whole = try record(commands: Self.commands, copies: true)
    let killed = RunFolder(temporary.file("step-2"))
    try temporary.write(
      try temporary.text(of: "run/journal.jsonl"), to: "step-2/journal.jsonl")
    let target = temporary.file("again")
    var settings = RecordingFixture.settings
    settings.checkpointInterval = .infinity
    let once = try ResumedRun(killed, settings: settings)
    let observer = SteppingObserver(once.recorder) { step, _ in
      _ = once.recorder.path
      if step == 6 { try? FileManager.default.copyItem(atPath: killed.path, toPath: target) }
    }
    #expect(
      try RecordingFixture.run(once.configuration, from: once.resumePoint, observer: observer)
        .summary == whole)
    try once.recorder.close()
    let again = try ResumedRun(RunFolder(target), settings: RecordingFixture.settings)
    #expect(again.resumePoint.commands.count == 6)
    #expect(
      try RecordingFixture.run(
        again.configuration, from: again.resumePoint, observer: again.recorder
      ).summary == whole)
    try again.recorder.close()
    #expect(try RunReplay.repeating(RecordedRun(RunFolder(target)))?.agrees == true)
  }

  /// Lines without wall seconds, and without the evaluation that a person asked for.
  private func timeless(_ text: String) throws -> [String] {
    text.split(separator: "\n").map { line in
      String(line).replacing(/"seconds":[0-9.e-]+/, with: "")
    }.filter { !$0.contains(#""updates_before":1}"#) }
  }

  @Test func replayingAgreesUnlessTheRecordIsWrong() throws {
    _ = try record(commands: Self.commands)
    let replay = try #require(try RunReplay.repeating(RecordedRun(folder), threads: 1))
    #expect(replay.agrees && replay.updates == 16)
    #expect(try RunReplay.repeating(RecordedRun(folder)) { made, _ in made < 3 } == nil)
    let journal = try temporary.text(of: "run/journal.jsonl")
    try temporary.write(
      journal.replacing(#""value":0.0005"#, with: #""value":0.0006"#), to: "run/journal.jsonl")
    let altered = try #require(try RunReplay.repeating(RecordedRun(folder)))
    #expect(!altered.agrees)
    #expect(altered.firstDifference == 12)
  }

  @Test func longSeriesThinOut() {
    let kept = (1...40).filter { $0.isMultiple(of: RunRecorder.stride(at: $0, full: 4)) }
    #expect(kept == [1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 40])
    #expect(RunRecorder.stride(at: 99_999, full: 100_000) == 1)
    #expect(RunRecorder.stride(at: 100_000, full: 100_000) == 2)
    #expect(RunRecorder.stride(at: .max, full: 1) > 0)
  }

  /// A run whose lines thin out can be repeated, resumed and looked at.
  @Test func aRunWithThinnedLinesIsARun() throws {
    var settings = RecordingFixture.settings
    settings.fullUpdates = 4
    settings.fullIterations = 1
    let recorder = try RunRecorder(folder, settings: settings)
    let whole = try RecordingFixture.run(
      RecordingFixture.configuration, from: RecordingFixture.start(), observer: recorder
    ).summary
    try recorder.close()
    let run = try RecordedRun(folder)
    let totals = try run.metrics().lines.compactMap { line in
      if case .update(let metrics) = line { metrics.position.total } else { nil }
    }
    #expect(totals == [1, 2, 3, 4, 6, 8, 10, 12, 16])
    #expect(try run.rollouts().lines.map(\.iteration) == [2, 4])
    #expect(try RunReplay.repeating(run)?.agrees == true)
    #expect(run.progress?.weightsDigest == whole.weightsDigest)
    #expect(try RecordedHistory(run).snapshots.map(\.status.position.total) == totals)
    let resumed = try ResumedRun(folder, settings: settings) { $0.iterationLimit = 5 }
    _ = try RecordingFixture.run(
      resumed.configuration, from: resumed.resumePoint, observer: resumed.recorder)
    try resumed.recorder.close()
    #expect(try RunReplay.repeating(RecordedRun(folder))?.agrees == true)
  }

  @Test func pruningKeepsTheNewestAndWhatIsNotOurs() throws {
    _ = try record()
    let root = temporary.file("runs")
    try FileSystem.makeFolder(root)
    for name in ["a", "b", "c", "d"] {
      try FileManager.default.copyItem(atPath: folder.path, toPath: "\(root)/\(name)")
      let text = try temporary.text(of: "runs/\(name)/run.json").replacing(
        /"created" : [0-9.]+/, with: "\"created\" : \(name.utf8.first ?? 0)")
      try temporary.write(text, to: "runs/\(name)/run.json")
    }
    try temporary.write("mine", to: "runs/b/notes.txt")
    try temporary.write("precious", to: "other")
    unlink("\(root)/b/metrics.jsonl")
    symlink(temporary.file("other"), "\(root)/b/metrics.jsonl")
    let lock = try FolderLock("\(root)/a")
    #expect(try RunListing.prune(under: root, keeping: 2).map(\.name) == ["b"])
    #expect(try FileSystem.names(in: root) == ["a", "b", "c", "d"])
    #expect(try FileSystem.names(in: root + "/b") == ["notes.txt"])
    #expect(try temporary.text(of: "other") == "precious")
    _ = consume lock
    #expect(try RunListing.prune(under: root, keeping: 0).map(\.name) == ["a", "c", "d"])
    #expect(try FileSystem.names(in: root) == ["b"])
  }

  @Test func anotherProgramIsKeptOut() throws {
    let recorder = try RunRecorder(folder, settings: RecordingFixture.settings)
    let run = try RecordingFixture.run(
      RecordingFixture.configuration, from: RecordingFixture.start(), observer: recorder)
    #expect(run.summary.updates == 16)
    _ = recorder.path  // waits until the recorder has nothing to do
    #expect(try RecordedRun(folder).state == .underWay)
    #expect(throws: RecordingError.self) {
      try RunRecorder(folder, settings: RecordingFixture.settings)
    }
    #expect(throws: RecordingError.self) {
      try ResumedRun(folder, settings: RecordingFixture.settings)
    }
    try recorder.close()
    let error = #expect(throws: RecordingError.self) {
      try RunRecorder(folder, settings: RecordingFixture.settings)
    }
    #expect(error == .exists(path: folder.path))
  }

  @Test func aRestartGetsAFolderOfItsOwn() throws {
    let recorder = try RunRecorder(folder, settings: RecordingFixture.settings)
    let mailbox = CommandMailbox()
    var options = TrainerOptions()
    options.setPace(nil)
    options.resumePoint = try RecordingFixture.start()
    options.observer = SteppingObserver(recorder) { step, _ in
      if step == 7 { mailbox.post(.restart(seed: 5)) }
    }
    let trainer = Trainer(
      RecordingFixture.configuration, options: options, commands: mailbox,
      snapshots: SnapshotMailbox())
    trainer.start()
    trainer.waitUntilFinished()
    #expect(recorder.path == folder.path + "-2")
    try recorder.close()
    let first = try RecordedRun(folder)
    #expect(first.state == .stopped && first.description.seed == 1)
    let second = try RecordedRun(RunFolder(folder.path + "-2"))
    #expect(second.state == .finished && second.description.seed == 5)
    #expect(try RunReplay.repeating(first)?.agrees == true)
    #expect(try RunReplay.repeating(second)?.agrees == true)
    #expect(try RunListing.entries(under: temporary.path).count == 2)
  }

  /// What is asked together with a restart is asked of the run that it begins, and recorded there.
  @Test func commandsBehindARestartAreMeantForTheNewRun() throws {
    let recorder = try RunRecorder(folder, settings: RecordingFixture.settings)
    let mailbox = CommandMailbox()
    var options = TrainerOptions()
    options.setPace(nil)
    options.resumePoint = try RecordingFixture.start()
    let change = RunChange(settings: [KnobSetting(name: "learning_rate", value: 2e-3)])
    options.observer = SteppingObserver(recorder) { step, _ in
      if step == 7 {
        mailbox.post(.restart(seed: nil))
        mailbox.post(.change(change))
      }
    }
    let trainer = Trainer(
      RecordingFixture.configuration, options: options, commands: mailbox,
      snapshots: SnapshotMailbox())
    trainer.start()
    trainer.waitUntilFinished()
    try recorder.close()
    func changes(_ folder: RunFolder) throws -> [KnobChange] {
      try RecordedRun(folder).journal().lines.compactMap {
        if case .knobChange(let change) = $0 { change } else { nil }
      }
    }
    #expect(try changes(folder).isEmpty, "the run that was left")
    let second = RunFolder(folder.path + "-2")
    #expect(try changes(second).map(\.newValue) == [2e-3])
    #expect(try changes(second).map(\.updatesBefore) == [0], "before its first update")
    #expect(try RunReplay.repeating(RecordedRun(second))?.agrees == true)
  }

  @Test func aRunThatABreakpointEndedIsNotAFailedOne() throws {
    let recorder = try RunRecorder(folder, settings: RecordingFixture.settings)
    _ = try RecordingFixture.run(
      RecordingFixture.configuration, from: RecordingFixture.start(), observer: recorder,
      endingAt: Breakpoint(parsing: "max_ratio>0.5"))
    try recorder.close()
    let run = try RecordedRun(folder)
    guard case .atBreakpoint(let text) = run.state else {
      Issue.record("\(run.state)")
      return
    }
    #expect(text.hasPrefix("max_ratio>0.5 holds") && run.state.word == "breakpoint")
  }

  @Test func aFolderThatCannotBeWrittenSuspendsTheRecordingAndNotTheRun() throws {
    try temporary.write("", to: "file")
    let impossible = RunFolder(temporary.file("file/run"))
    let recorder = try RunRecorder(impossible, settings: RecordingFixture.settings)
    // The recorder has tried to write before the run goes on, so the run hears of it.
    let observer = SteppingObserver(recorder) { _, _ in _ = recorder.path }
    let (summary, events) = try RecordingFixture.run(
      RecordingFixture.configuration, from: RecordingFixture.start(), observer: observer)
    #expect(summary.updates == 16)
    let warnings = events.filter { event in
      if case .notice(let notice) = event {
        notice.level == .warning && notice.text.contains("suspended")
      } else {
        false
      }
    }
    #expect(warnings.count == 1)
    #expect(recorder.trouble?.hasPrefix("cannot make folder") == true)
    #expect(throws: RecordingError.self) { try recorder.close() }
  }

  @Test func theRecordingGoesOnWhenTheFolderCanBeWrittenAgain() throws {
    try temporary.write("", to: "block")
    let blocked = RunFolder(temporary.file("block/run"))
    let recorder = try RunRecorder(blocked, settings: RecordingFixture.settings)
    let path = temporary.file("block")
    let observer = SteppingObserver(recorder) { step, _ in
      guard step == 9 else { return }
      _ = recorder.path  // has tried to write, in vain
      unlink(path)
    }
    let (summary, _) = try RecordingFixture.run(
      RecordingFixture.configuration, from: RecordingFixture.start(), observer: observer)
    try recorder.close()
    #expect(recorder.trouble == nil)
    let run = try RecordedRun(blocked)
    #expect(run.state == .finished)
    #expect(try run.metrics().lines.count == 23, "nothing is lost")
    #expect(run.progress?.weightsDigest == summary.weightsDigest)
    #expect(try RunReplay.repeating(run)?.agrees == true)
  }
}
