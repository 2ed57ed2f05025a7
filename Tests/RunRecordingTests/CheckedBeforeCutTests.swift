import Foundation
import LocalFiles
import PolicyTraining
import Testing
import TinyTransformer
import TrainingTelemetry

@testable import RunRecording

/// What a checkpoint says is checked before anything is cut away for it.
@Suite struct CheckedBeforeCutTests {
  private let temporary: TemporaryFolder
  private let folder: RunFolder

  init() throws {
    temporary = try TemporaryFolder()
    folder = RunFolder(temporary.file("run"))
    let recorder = try RunRecorder(folder, settings: RecordingFixture.settings)
    _ = try RecordingFixture.run(
      RecordingFixture.configuration, from: RecordingFixture.start(), observer: recorder)
    try recorder.close()
  }

  private func bytes() throws -> [[UInt8]] {
    try [folder.metrics, folder.journal, folder.rollouts, folder.checkpoint].map {
      try FileSystem.contents(of: $0)
    }
  }

  /// Replaces the checkpoint by a changed one with a digest of its own, as a hostile program would.
  private func alter(_ change: (inout CheckpointFile) -> Void) throws {
    var file = try RecordedRun(folder).checkpoint()
    change(&file)
    try FileSystem.replace(
      folder.checkpoint, with: file.encoded(model: RecordingFixture.configuration.model))
  }

  private func expectRefusal(of name: String, _ text: String) throws {
    let before = try bytes()
    let error = #expect(throws: RecordingError.self) {
      try ResumedRun(folder, settings: RecordingFixture.settings)
    }
    let words = error?.description ?? ""
    #expect(words.contains(folder.path + "/" + name) && words.contains(text), "\(words)")
    #expect(try bytes() == before)
  }

  @Test func aLengthOfZeroCutsNothing() throws {
    try alter { $0.logs.metricsBytes = 0 }
    try expectRefusal(of: "metrics.jsonl", "does not fit the checkpoint")
  }

  @Test func aLengthWithinALineCutsNothing() throws {
    try alter { $0.logs.rolloutsBytes -= 7 }
    try expectRefusal(of: "rollouts.jsonl", "does not fit the checkpoint")
    try alter { $0.logs.rolloutsBytes += 7 }
    try alter { $0.logs.journalBytes = 5 }
    try expectRefusal(of: "journal.jsonl", "no line ends")
  }

  @Test func aPlaceBeforeTheLogsCutsNothing() throws {
    try alter { $0.checkpoint.position.total -= 2 }
    try expectRefusal(of: "metrics.jsonl", "does not fit the checkpoint")
  }

  @Test func animpossiblePlaceCutsNothingNotEvenATornLine() throws {
    let metrics = try temporary.text(of: "run/metrics.jsonl")
    try temporary.write(metrics + "{\"ki", to: "run/metrics.jsonl")
    try alter {
      $0.checkpoint.position.updatesPerIteration = 9
      $0.checkpoint.position.update = 9
    }
    try expectRefusal(of: "checkpoint.safetensors", "impossible place")
  }

  @Test(arguments: [Int.max, .min, -1, 1 << 41])
  func countsThatNoRunHasAreRefused(count: Int) throws {
    let paths: [WritableKeyPath<CheckpointFile, Int>] = [
      \.checkpoint.position.iteration, \.checkpoint.position.total, \.checkpoint.promptsDrawn,
      \.checkpoint.rolloutTokenCount, \.checkpoint.optimizer.stepCount, \.logs.commandCount,
    ]
    let good = try FileSystem.contents(of: folder.checkpoint)
    for path in paths {
      try alter { $0[keyPath: path] = count }
      try expectRefusal(of: "checkpoint.safetensors", "counts what no run counts")
      #expect(throws: RecordingError.self) { try RunReplay.repeating(RecordedRun(folder)) }
      try FileSystem.replace(folder.checkpoint, with: good)
    }
  }

  /// Every part of the file is under the digest: optimizer, rollout, state.
  @Test func aFlippedBitAnywhereIsNoticed() throws {
    let good = try FileSystem.contents(of: folder.checkpoint)
    let model = RecordingFixture.configuration.model
    let header = 8 + Int(good[0]) + Int(good[1]) << 8 + Int(good[2]) << 16
    for place in stride(from: header, to: good.count, by: good.count / 60) {
      var spoiled = good
      spoiled[place] ^= 0x80
      spoiled[(place - header) < 8 ? place + 8 : place - 8] ^= 0x80
      #expect(throws: RecordingError.self, "byte \(place)") {
        try CheckpointFile(decoding: spoiled, path: "x", model: model)
      }
    }
    let text = Array(#"\"prompts_drawn\":16"#.utf8)
    let place = try #require(
      good[..<header].indices.first { good[$0...].starts(with: text) })
    var spoiled = good
    spoiled[place + text.count - 1] ^= 1
    let error = #expect(throws: RecordingError.self) {
      try CheckpointFile(decoding: spoiled, path: "x", model: model)
    }
    #expect(error?.description.contains("digest") == true)
  }

  @Test func filesWithoutTheDigestAreStillRead() throws {
    var archive = try SafetensorsArchive(
      decoding: FileSystem.contents(of: folder.checkpoint), path: "x")
    #expect(archive.metadata.removeValue(forKey: "content_digest") != nil)
    let file = try CheckpointFile(
      decoding: archive.encoded(), path: "x", model: RecordingFixture.configuration.model)
    #expect(file.checkpoint.position.total == 16)
  }

  @Test func aDamagedSummaryIsSaid() throws {
    for text in ["{\"iterations\":", "", #"{"iterations":9223372036854775807}"#] {
      try temporary.write(text, to: "run/summary.json")
      let run = try RecordedRun(folder)
      guard case .unknown(let words) = run.state else {
        Issue.record("\(run.state)")
        continue
      }
      #expect(words.contains(folder.summary))
      #expect(RunReport(run).warnings.contains(words))
      #expect(try RecordedHistory(run).warnings.contains(words))
    }
    unlink(folder.summary)
    #expect(try RecordedRun(folder).state == .interrupted)
  }

  /// Lines whose counts no run has are damage, as lines without meaning are; so nothing adds them.
  @Test func linesThatCountWhatNoRunCountsAreLeftOut() throws {
    let metrics = try temporary.text(of: "run/metrics.jsonl")
    let journal = try temporary.text(of: "run/journal.jsonl")
    for edge in ["9223372036854775807", "-9223372036854775808", "-1"] {
      for name in ["iteration", "total", "updates_before", "update", "equal_groups", "token_count"]
      {
        let pattern = try Regex("\"\(name)\":[0-9]+")
        try temporary.write(
          metrics.replacing(pattern, with: "\"\(name)\":\(edge)"), to: "run/metrics.jsonl")
        try temporary.write(
          journal.replacing(pattern, with: "\"\(name)\":\(edge)"), to: "run/journal.jsonl")
        let run = try RecordedRun(folder)
        #expect(try run.metrics().unreadableLineCount > 0, "\(name) \(edge)")
        _ = try RecordedHistory(run)
        _ = RunReport(run).lines
        // Whatever is refused is refused with an error.
        _ = try? RunRecomputation(run).details(ofIteration: 2, group: nil)
        _ = try? RunReplay.repeating(run)
        _ = try? run.forkPoint()
      }
    }
  }
}
