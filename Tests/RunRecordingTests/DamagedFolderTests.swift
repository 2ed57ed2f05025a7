import Foundation
import LocalFiles
import PolicyTraining
import RepeatableRandom
import Testing

@testable import RunRecording

/// Folders that somebody else wrote, or that a disk has spoiled: everything is an error with a
/// name, nothing is a crash.
@Suite struct DamagedFolderTests {
  private let temporary: TemporaryFolder
  private let folder: RunFolder

  init() throws {
    temporary = try TemporaryFolder()
    folder = RunFolder(temporary.file("runs/good"))
    try FileSystem.makeFolder(temporary.file("runs"))
    var configuration = RecordingFixture.configuration
    configuration.iterationLimit = 1
    let recorder = try RunRecorder(folder, settings: RecordingFixture.settings)
    _ = try RecordingFixture.run(
      configuration, from: RecordingFixture.start(configuration), observer: recorder)
    try recorder.close()
  }

  private func copy(_ name: String) throws -> RunFolder {
    let copy = RunFolder(temporary.file("runs/" + name))
    try FileManager.default.copyItem(atPath: folder.path, toPath: copy.path)
    return copy
  }

  @Test func aListingNamesEveryRunAndWhatIsWrongWithTheOthers() throws {
    try temporary.write("no folder", to: "runs/file")
    try FileSystem.makeFolder(temporary.file("runs/empty"))
    let foreign = try copy("foreign")
    try temporary.write(#"{"format":"other"}"#, to: "runs/foreign/run.json")
    let future = try copy("future")
    let description = try temporary.text(of: "runs/future/run.json")
    try temporary.write(
      description.replacing(#""version" : 1"#, with: #""version" : 2"#),
      to: "runs/future/run.json")
    let headless = try copy("headless")
    unlink(headless.description)
    let entries = try RunListing.entries(under: temporary.file("runs"))
    #expect(entries.map(\.folder.name) == ["foreign", "future", "good", "headless"])
    #expect(entries.map { (try? $0.run.get()) != nil } == [false, false, true, false])
    #expect(throws: RecordingError.self) { try RecordedRun(foreign) }
    let error = #expect(throws: RecordingError.self) { try RecordedRun(future) }
    #expect("\(String(describing: error))".contains("version 2"))
    #expect(try RunListing.entries(under: temporary.file("nowhere")).isEmpty)
    #expect(RunListing.folder("good", root: temporary.file("runs")) == folder)
    #expect(RunListing.folder("./x", root: "/r") == RunFolder("./x"))
  }

  /// Folders whose names are no UTF-8 are listed, though no text is their path.
  @Test func namesThatAreNoTextAreListed() throws {
    let root = temporary.file("runs")
    func make(_ name: [UInt8], _ file: String) {
      let path = (Array("\(root)/".utf8) + name).map { CChar(bitPattern: $0) }
      mkdir(path + [0], 0o755)
      close(open(path + Array("/\(file)".utf8).map { CChar(bitPattern: $0) } + [0], O_CREAT, 0o600))
    }
    make(Array("caf".utf8) + [0xE9], "run.json")
    make([0xFF], "other")
    _ = try copy("日本の実行")
    let entries = try RunListing.entries(under: root)
    #expect(entries.map(\.folder.name) == ["good", "日本の実行", "caf\\xe9"])
    #expect(entries.map { (try? $0.run.get()) != nil } == [true, true, false])
    #expect(try RunListing.newest(under: root) != nil)
  }

  @Test func aRunWithoutAFileCannotGoOnAndSaysWhich() throws {
    for name in ["run.json", "base.safetensors", "checkpoint.safetensors"] {
      let damaged = try copy("without-" + name)
      unlink(damaged.path + "/" + name)
      let error = #expect(throws: RecordingError.self) {
        try ResumedRun(damaged, settings: RecordingFixture.settings)
      }
      #expect("\(String(describing: error))".contains(name))
    }
    #expect(throws: RecordingError.self) {
      try ResumedRun(RunFolder("/nowhere/at/all"), settings: RecordingFixture.settings)
    }
    #expect(!FileSystem.exists("/nowhere"))
  }

  /// Bytes changed at random: the checkpoint is refused or the same, never a crash.
  @Test func noSpoiledCheckpointCrashes() throws {
    let model = RecordingFixture.configuration.model
    let bytes = try FileSystem.contents(of: folder.checkpoint)
    let header = 8 + Int(bytes[0]) + Int(bytes[1]) << 8 + Int(bytes[2]) << 16
    var generator = RepeatableGenerator(seed: 11)
    var refusals = 0
    for _ in 0..<150 {
      var spoiled = bytes
      for _ in 0..<3 {
        spoiled[8 + generator.integer(below: header - 8)] ^= UInt8(1 << generator.integer(below: 8))
      }
      do {
        let file = try CheckpointFile(decoding: spoiled, path: "x", model: model)
        _ = try TrainingRun(RecordingFixture.configuration, checkpoint: file.checkpoint)
      } catch {
        refusals += 1
      }
    }
    #expect(refusals > 50)
    for length in stride(from: 0, to: bytes.count, by: bytes.count / 40) {
      #expect(throws: RecordingError.self) {
        try CheckpointFile(decoding: Array(bytes[..<length]), path: "x", model: model)
      }
    }
  }

  @Test func changedWeightsAreNotTrusted() throws {
    let model = RecordingFixture.configuration.model
    var archive = try SafetensorsArchive(
      decoding: FileSystem.contents(of: folder.checkpoint), path: "x")
    let index = try #require(archive.tensors.firstIndex { $0.name == "model.norm.weight" })
    var values = try #require(archive.tensors[index].elements(of: Float.self))
    values[3] = values[3].nextUp
    archive.tensors[index] = .init("model.norm.weight", values)
    #expect(throws: RecordingError.self) {
      try CheckpointFile(decoding: archive.encoded(), path: "x", model: model)
    }
  }

  @Test func aDescriptionOfAnImpossibleRunIsRefused() throws {
    let changes = [
      (#""task" : "countdown""#, #""task" : "no-such-task""#),
      (#""width" : 64"#, #""width" : 65"#), (#""width" : 64"#, #""width" : 4000000000"#),
      (#""context_length" : 64"#, #""context_length" : 2"#),
      (#""vocabulary_size" : "#, #""vocabulary_size" : 1"#),
      (#""minibatches" : 2"#, #""minibatches" : 0"#), (#""name" : "maspo""#, #""name" : "x""#),
    ]
    let good = try temporary.text(of: "runs/good/run.json")
    for (index, change) in changes.enumerated() {
      let damaged = try copy("impossible-\(index)")
      #expect(good.contains(change.0), "\(change.0)")
      try temporary.write(
        good.replacing(change.0, with: change.1), to: "runs/impossible-\(index)/run.json")
      let refused: [() throws -> Void] = [
        { _ = try ResumedRun(damaged, settings: RecordingFixture.settings) },
        { _ = try RunReplay.repeating(RecordedRun(damaged)) },
        { _ = try RecordedHistory(RecordedRun(damaged)) },
        { _ = try RecordedRun(damaged).basePolicy() },
      ]
      for read in refused {
        let error = #expect(throws: RecordingError.self, "\(change.1)") { try read() }
        #expect(error?.description.contains(damaged.description) == true)
      }
    }
  }

  @Test func unreadableLinesAreCountedAndSkipped() throws {
    let damaged = try copy("lines")
    let lines = try temporary.text(of: "runs/lines/metrics.jsonl")
    try temporary.write("\0\0\0\n{}\n" + lines + "{\"kind\"", to: "runs/lines/metrics.jsonl")
    let metrics = try RecordedRun(damaged).metrics()
    #expect(metrics.unreadableLineCount == 2 && metrics.tornByteCount == 7)
    #expect(metrics.lines.count == lines.split(separator: "\n").count)
    #expect(metrics.damage?.contains("2 lines") == true)
  }

  @Test func aBasePolicyReadsBack() throws {
    #expect(try RecordedRun(folder).basePolicy() == RecordingFixture.base)
  }
}
