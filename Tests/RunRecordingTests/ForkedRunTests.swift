import Foundation
import PolicyTraining
import Testing
import TrainingTelemetry

@testable import RunRecording

@Suite(.serialized) struct ForkedRunTests {
  private let temporary: TemporaryFolder
  private let original: Original
  private var parent: RunFolder { RunFolder(original.temporary.file("run")) }
  private static let change = RunChange(
    objective: "grpo", settings: [KnobSetting(name: "eps_low", value: 0.1)])

  init() throws {
    temporary = try TemporaryFolder()
    original = try Self.original.get()
  }

  /// A recorded run that all tests fork and none changes.
  private struct Original {
    let temporary: TemporaryFolder
    let summary: RunSummary
  }

  private static let original = Result { try record() }

  /// Commands after certain steps (a rollout or an update each); the last comes after the rollout
  /// of the second iteration.
  private static let commands: [Int: [TrainerCommand]] = [
    2: [.setKnobs([KnobSetting(name: "sigma_base", value: 0.1)])],
    5: [.setKnobs([KnobSetting(name: "temperature", value: 1.2)])],
    6: [.setKnobs([KnobSetting(name: "temperature", value: 0.8)])],
  ]

  /// Records a run; the folder is copied after every step, as if the program had been killed there.
  private static func record() throws -> Original {
    let temporary = try TemporaryFolder()
    let recorder = try RunRecorder(
      RunFolder(temporary.file("run")), settings: RecordingFixture.settings)
    let mailbox = CommandMailbox()
    let target = temporary.path
    let observer = SteppingObserver(recorder) { step, _ in
      for command in commands[step] ?? [] { mailbox.post(command) }
      _ = recorder.path  // waits until the recorder has nothing to do
      try? FileManager.default.copyItem(atPath: "\(target)/run", toPath: "\(target)/step-\(step)")
    }
    var options = TrainerOptions()
    options.setPace(nil)
    options.resumePoint = try RecordingFixture.start()
    options.observer = observer
    let trainer = Trainer(
      RecordingFixture.configuration, options: options, commands: mailbox,
      snapshots: SnapshotMailbox())
    trainer.start()
    trainer.waitUntilFinished()
    try recorder.close()
    return Original(temporary: temporary, summary: try #require(trainer.summary))
  }

  private func goOn(_ run: TrainingRun) throws -> String {
    while run.position.iteration < 4 || !run.isIterationFinished {
      if run.isIterationFinished {
        _ = try run.beginIteration()
      } else {
        _ = try run.makeUpdate(.scalars)
      }
    }
    return run.weightsDigest
  }

  /// From update 5 on nothing more is asked of the run.
  @Test(arguments: [5, 8, 9, 16])
  func anEarlierStateGoesOnAsTheRunDid(update: Int) throws {
    let whole = original.summary
    let point = try #require(try RecordedRun(parent).forkPoint(after: update, threads: 1))
    #expect(point.position.total == update)
    #expect(try goOn(point.makeRun(in: point.configuration)) == whole.weightsDigest)
    // The same state has the same digest wherever it comes from.
    let rollouts = (update + 3) / 4
    let killed = RunFolder(original.temporary.file("step-\(update + rollouts)"))
    #expect(try RecordedRun(killed).forkPoint().digest == point.digest)
  }

  @Test func aStateRightAfterARolloutIsOne() throws {
    let whole = original.summary
    let point = try RecordedRun(RunFolder(original.temporary.file("step-11"))).forkPoint()
    #expect(point.position.iteration == 3 && point.position.update == 0)
    #expect(try goOn(point.makeRun(in: point.configuration)) == whole.weightsDigest)
  }

  /// In the middle of an iteration, at its end, right after a rollout, and at a place where knobs
  /// were moved.
  @Test(arguments: ["after 4", "after 7", "step 11", "end"])
  func aForkIsAnOrdinaryRun(place: String) throws {
    let number = place.split(separator: " ").last.flatMap { Int($0) } ?? 0
    let source =
      place.hasPrefix("step") ? RunFolder(original.temporary.file("step-\(number)")) : parent
    let before = try contents(of: source)
    let run = try RecordedRun(source)
    let point = try #require(
      place.hasPrefix("after") ? run.forkPoint(after: number) : run.forkPoint())
    let folder = RunFolder(temporary.file("fork"))
    let limit = point.position.iteration + 2
    try ForkedRun.begin(
      in: folder, from: run, at: point, change: Self.change, iterationLimit: limit,
      program: "maspo test")
    #expect(try RecordedRun(folder).state == .interrupted)

    // What a person would have got who had asked the run for the change there.
    var configuration = point.configuration
    configuration.iterationLimit = limit
    let expected = try point.makeRun(in: configuration, change: Self.change)
    while expected.position.iteration < limit || !expected.isIterationFinished {
      if expected.isIterationFinished {
        _ = try expected.beginIteration()
      } else {
        _ = try expected.makeUpdate(.scalars)
      }
    }
    // Stopped once on the way, and resumed.
    for breakpoint in [try Breakpoint(parsing: "updates>\(point.position.total + 2)"), nil] {
      let resumed = try ResumedRun(folder, settings: RecordingFixture.settings)
      _ = try RecordingFixture.run(
        resumed.configuration, from: resumed.resumePoint, observer: resumed.recorder,
        endingAt: breakpoint)
      try resumed.recorder.close()
    }
    let fork = try RecordedRun(folder)
    #expect(fork.progress?.weightsDigest == expected.weightsDigest)
    #expect(fork.state == .finished)
    #expect(fork.objectives == "maspo→grpo")
    let replay = try #require(try RunReplay.repeating(fork))
    #expect(replay.agrees && replay.updates == expected.position.total, "\(replay)")
    let totals = try fork.metrics().lines.compactMap { line in
      if case .update(let metrics) = line { metrics.position.total } else { nil }
    }
    #expect(totals == Array(1...expected.position.total))
    let report = RunReport(fork)
    #expect(report.warnings == [])
    #expect(report.parent?.folder == source.name && report.parent?.update == point.position.total)
    #expect(report.lines.contains { $0.contains("forked      from \(source.name) after update") })
    #expect(try contents(of: source) == before, "the parent is left as it was")
  }

  private func contents(of folder: RunFolder) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return try names.reduce(into: [:]) { contents, name in
      contents[name] = try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(name)"))
    }
  }

  @Test func whatCannotBeForkedIsRefusedByName() throws {
    let run = try RecordedRun(parent)
    for update in [0, -1, 17] {
      #expect(throws: ForkError.beyondTheEnd(update: update, last: 16)) {
        try run.forkPoint(after: update)
      }
    }
    let point = try run.forkPoint()
    #expect(throws: RecordingError.exists(path: parent.path)) {
      try ForkedRun.begin(
        in: parent, from: run, at: point, change: Self.change, iterationLimit: 5, program: "")
    }
    let other = RunFolder(temporary.file("other"))
    try FileManager.default.createDirectory(
      atPath: other.path, withIntermediateDirectories: true)
    try Data().write(to: URL(fileURLWithPath: other.path + "/letter"))
    #expect(throws: RecordingError.notEmpty(path: other.path)) {
      try ForkedRun.begin(
        in: other, from: run, at: point, change: Self.change, iterationLimit: 5, program: "")
    }
    // A recorded loss that this machine does not find again.
    let damaged = RunFolder(temporary.file("damaged"))
    try FileManager.default.copyItem(atPath: parent.path, toPath: damaged.path)
    let path = damaged.path + "/metrics.jsonl"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let changed = text.replacing(/"loss":[-0-9.e]+/, with: #""loss":0.5"#)
    try changed.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(throws: ForkError.differs(update: 1)) { try RecordedRun(damaged).forkPoint(after: 3) }
  }
}
