import Foundation
import ReasoningTasks
import Testing
import TinyTransformer
import TrainingTelemetry

@testable import PolicyTraining
@testable import RunRecording

/// A run of a task out of a file needs no file afterwards.
@Suite(.serialized) struct OwnTaskRecordingTests {
  /// Prompts of many lengths, the longest of which needs a context of more than 256.
  private static func text(_ count: Int = 60) -> String {
    (0..<count).map { index in
      let letter = String(UnicodeScalar(UInt8(ascii: "a") + UInt8(index % 3)))
      let prompt = String(repeating: "p", count: 1 + 4 * index) + letter
      let answer = index == 0 ? String(repeating: "é", count: 20) : letter
      return "{\"prompt\":\"\(prompt)\",\"answer\":\"\(answer)\"}\n"
    }.joined()
  }

  private static func configuration(_ task: FileTask) -> RunConfiguration {
    var configuration = RecordingFixture.configuration
    configuration.choose(task)
    configuration.warmStart.steps = 40
    configuration.warmStart.stallThreshold = 0
    return configuration
  }

  private static func base(_ configuration: RunConfiguration, _ folder: String) throws -> BasePolicy
  {
    let source = BasePolicySource(configuration, cacheFolder: URL(fileURLWithPath: folder))
    return try #require(try source.find { _, _ in true })
  }

  @Test func aRunOfAnOwnTaskGoesOnAndRepeatsWithoutItsFile() throws {
    let temporary = try TemporaryFolder()
    try temporary.write(Self.text(), to: "mine.jsonl")
    let task = try FileTask(file: temporary.file("mine.jsonl"))
    let configuration = Self.configuration(task)
    #expect(configuration.model.contextLength == 1 + 238 + 21)
    #expect(configuration.model.vocabularySize == 3 + 5)
    let base = try Self.base(configuration, temporary.file("cache"))
    let start = ResumePoint(
      base: base, checkpoint: try TrainingRun(configuration, base: base).checkpoint, commands: [],
      history: [])

    let whole = try RunRecorder(
      RunFolder(temporary.file("whole")), settings: RecordingFixture.settings)
    let expected = try RecordingFixture.run(configuration, from: start, observer: whole).summary
    try whole.close()

    let folder = RunFolder(temporary.file("part"))
    let recorder = try RunRecorder(folder, settings: RecordingFixture.settings)
    var half = configuration
    half.iterationLimit = 2
    _ = try RecordingFixture.run(half, from: start, observer: recorder)
    try recorder.close()
    try FileManager.default.removeItem(atPath: temporary.file("mine.jsonl"))

    let recorded = try RecordedRun(folder)
    #expect(recorded.description.task == "mine")
    #expect(recorded.description.taskFile?.digest == task.digest)
    #expect(recorded.description.taskFile?.prompts == 60)
    #expect(try recorded.vocabulary() == task.vocabulary)
    #expect(try RunReplay.repeating(recorded)?.agrees == true)
    #expect(try RecordedHistory(recorded).snapshots.count == 8)
    #expect(RunReport(recorded).warnings == [] && !RunReport(recorded).knobs.isEmpty)
    let fork = RunFolder(temporary.file("fork"))
    try ForkedRun.begin(
      in: fork, from: recorded, at: try recorded.forkPoint(),
      change: RunChange(objective: "grpo"), iterationLimit: 3, program: "maspo test")
    #expect(try RecordedRun(fork).configurationAtStart().ownTask?.digest == task.digest)

    let resumed = try ResumedRun(folder, settings: RecordingFixture.settings) {
      $0.iterationLimit = 4
    }
    #expect(resumed.configuration.ownTask?.file == folder.path + "/task.jsonl")
    let summary = try RecordingFixture.run(
      resumed.configuration, from: resumed.resumePoint, observer: resumed.recorder
    ).summary
    try resumed.recorder.close()
    #expect(summary.weightsDigest == expected.weightsDigest)
    #expect(
      Set(try FileManager.default.contentsOfDirectory(atPath: folder.path)).contains("task.jsonl"))
    folder.removeFiles()
    #expect(!FileManager.default.fileExists(atPath: folder.path))
  }

  @Test func anotherTaskInTheFolderIsRefusedByName() throws {
    let temporary = try TemporaryFolder()
    try temporary.write(Self.text(5), to: "mine.jsonl")
    let task = try FileTask(file: temporary.file("mine.jsonl"))
    let configuration = Self.configuration(task)
    let base = try Self.base(configuration, temporary.file("cache"))
    let folder = RunFolder(temporary.file("run"))
    let recorder = try RunRecorder(folder, settings: RecordingFixture.settings)
    var short = configuration
    short.iterationLimit = 1
    let start = ResumePoint(
      base: base, checkpoint: try TrainingRun(configuration, base: base).checkpoint, commands: [],
      history: [])
    _ = try RecordingFixture.run(short, from: start, observer: recorder)
    try recorder.close()
    let path = folder.path + "/task.jsonl"
    for (text, words) in [
      (Self.text(4), "its digest is"), ("{", "line 1"), ("", "it is empty"),
    ] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: RecordingError.self) {
        try RecordedRun(folder).configurationAtStart()
      }
      let message = try #require(error).description
      #expect(message.contains(path) && message.contains(words), "\(message)")
    }
    try FileManager.default.removeItem(atPath: path)
    #expect(throws: RecordingError.system(operation: "open", path: path, code: ENOENT)) {
      try RecordedRun(folder).configurationAtStart()
    }
    #expect(mkfifo(path, 0o600) == 0)
    #expect(throws: RecordingError.self) { try RecordedRun(folder).configurationAtStart() }
  }

  /// What the base policy learns from is in its key, and no name is.
  @Test func basePoliciesAreKeyedByContent() throws {
    func key(_ text: String, _ file: String) throws -> String? {
      let task = try FileTask(Array(text.utf8), file: file)
      return BasePolicySource(Self.configuration(task)).key
    }
    let first = try key(Self.text(20), "a.jsonl")
    #expect(try key(Self.text(20), "b.jsonl") == first)
    let changed = Self.text(20).replacing(#""answer":"b"}"#, with: #""answer":"c"}"#)
    #expect(try key(changed, "a.jsonl") != first)
  }
}
