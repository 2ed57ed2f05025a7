import Foundation
import LocalFiles
import Testing

@testable import AttachedRuns

/// Streams that a probe wrote in real TRL runs, beside TRL's own log.
@Suite("Attached runs") final class AttachedRunTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-attached-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures/trl")
  static let runs = ["grpo", "maspo", "two-ranks"]

  private static func log(_ name: String) throws -> [[String: Any]] {
    let data = try Data(contentsOf: fixtures.appendingPathComponent("\(name)/trl-log.json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
      .filter { $0["step"] != nil && $0["loss"] != nil }
  }

  private static func segments(_ name: String) throws -> [(name: String, bytes: [UInt8])] {
    let place = fixtures.appendingPathComponent(name)
    return try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
      .filter { $0.hasSuffix(".msp") }
      .map { ($0, [UInt8](try Data(contentsOf: place.appendingPathComponent($0)))) }
  }

  private func write(_ bytes: [UInt8], as name: String) throws {
    try Data(bytes).write(to: folder.appendingPathComponent(name))
  }

  private static func figures(_ name: String) -> [StepFigures] {
    var run = AttachedRun(path: fixtures.appendingPathComponent(name).path)
    let figures = run.poll(isFinal: true).map(\.figures)
    #expect(run.damagedCount == 0)
    return figures
  }

  // MARK: Against TRL's own figures

  @Test(arguments: runs)
  func figuresAreThoseOfTheTrainersLog(name: String) throws {
    let figures = Self.figures(name)
    let log = try Self.log(name)
    #expect(figures.map(\.step) == log.compactMap { $0["step"] as? Int })
    var compared = 0
    for (step, line) in zip(figures, log) {
      func check(_ value: Double?, _ key: String, within tolerance: Double) throws {
        guard let expected = line[key] as? Double else { return }
        let value = try #require(value, "\(name), step \(step.step): no \(key)")
        #expect(abs(value - expected) <= tolerance, "\(name), step \(step.step): \(key)")
        compared += 1
      }
      try check(step.loss, "loss", within: 1e-3)
      try check(step.entropy, "entropy", within: 1e-4)
      try check(step.reward, "reward", within: 1e-6)
      if name != "maspo" {
        try check(step.clipLow, "clip_ratio/low_mean", within: 1e-6)
        try check(step.clipHigh, "clip_ratio/high_mean", within: 1e-6)
      }
    }
    #expect(compared >= 5 * log.count / 2, "\(compared) figures compared")
  }

  @Test func theFirstUpdateOfARolloutHasRatioOneAndLaterOnesNot() {
    let figures = Self.figures("grpo")
    #expect(figures[0].ratioMin.map { abs($0 - 1) < 1e-4 } == true)
    #expect(figures[1].ratioMax.map { $0 > 1.01 } == true)
    #expect(figures[1].removedShare.map { $0 > 0 } == true)
    #expect(figures[1].maspoRemovedShare.map { $0 >= 0 && $0 < 1 } == true)
  }

  // MARK: Growing

  @Test(arguments: runs)
  func aStreamThatGrowsByteByByteGivesTheSame(name: String) throws {
    let whole = Self.figures(name)
    let segments = try Self.segments(name)
    var run = AttachedRun(path: folder.path)
    var seen: [StepFigures] = []
    #expect(run.poll().isEmpty)
    if case .waiting = run.state {} else { Issue.record("nothing is there yet") }
    let longest = segments.map(\.bytes.count).max() ?? 0
    // Every byte where frames begin, and in larger steps between.
    for end in stride(from: 0, through: longest + 800, by: 797) {
      for segment in segments {
        try write(Array(segment.bytes.prefix(end)), as: segment.name)
      }
      seen += run.poll().map(\.figures)
    }
    seen += run.poll(isFinal: true).map(\.figures)
    #expect(run.damagedCount == 0)
    #expect(seen.map(\.step) == whole.map(\.step))
    #expect(seen == whole)
    if case .ended = run.state {} else { Issue.record("the run has ended") }
  }

  @Test func everySingleByteOfAFramesHeadMayBeTheLast() throws {
    let segment = try #require(try Self.segments("grpo").first)
    var run = AttachedRun(path: folder.path)
    for end in 0..<600 {
      try write(Array(segment.bytes.prefix(end)), as: segment.name)
      _ = run.poll()
    }
    #expect(run.damagedCount == 0)
  }

  // MARK: Damaged

  @Test(arguments: ["torn", "zero-filled", "flipped", "inserted"])
  func whatIsDamagedIsCountedAndTheRestIsRead(kind: String) throws {
    let segment = try #require(try Self.segments("grpo").first)
    var bytes = segment.bytes
    let middle = bytes.count / 2
    switch kind {
    case "torn": bytes.removeSubrange(middle..<middle + 1000)
    case "zero-filled":
      bytes.replaceSubrange(middle..<middle + 1000, with: repeatElement(0, count: 1000))
    case "flipped": bytes[middle] ^= 0x10
    default: bytes.insert(contentsOf: Array("MSPF and nothing of the kind".utf8), at: middle)
    }
    try write(bytes, as: segment.name)
    var run = AttachedRun(path: folder.path)
    let steps = run.poll(isFinal: true)
    #expect(run.damagedCount >= 1)
    #expect(steps.count >= Self.figures("grpo").count - 4)
    #expect(steps.contains { $0.figures.step == Self.figures("grpo").last?.step })
  }

  @Test func noFlippedBitIsACrash() throws {
    let segment = try #require(try Self.segments("grpo").first)
    var generator = SystemRandomNumberGenerator()
    for round in 0..<60 {
      var bytes = segment.bytes
      for _ in 0..<(1 + round % 5) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[place] = UInt8.random(in: 0...255, using: &generator)
      }
      try write(bytes, as: segment.name)
      var run = AttachedRun(path: folder.path)
      _ = run.poll(isFinal: true)
    }
  }

  /// Good checksums around contents that lie.
  @Test func countsAndLengthsThatLieAreRefused() throws {
    func rollout(_ tensors: [SafetensorsArchive.Tensor]) -> [UInt8] {
      SafetensorsArchive(
        metadata: [
          "format": "maspo-probe", "version": "1", "record": "rollout", "json": "{}",
        ], tensors: tensors
      ).encoded()
    }
    let seq = SafetensorsArchive.Tensor("seq", [UInt64(1), 2])
    for tensors: [SafetensorsArchive.Tensor] in [
      [], [seq], [seq, .init("length", [UInt32(3)])],
      [seq, .init("length", [UInt32.max, UInt32.max])],
      [seq, .init("length", [UInt32(1), 1]), .init("ids", [UInt32(5)])],
      [seq, .init("length", [UInt32(1), 1]), .init("reward", [Float(1)])],
      [seq, .init("length", [UInt32(1), 1]), .init("mask", [UInt8(1), 1, 1])],
      [seq, .init("length", [Float(1), 1])],
    ] {
      #expect(throws: StreamFault.self) { try StreamRecord(rollout(tensors)) }
    }
    _ = try StreamRecord(rollout([seq, .init("length", [UInt32(1), 1])]))
    for payload: [UInt8] in [[], [1, 2, 3], Array(repeating: 0, count: 8), Array("{}".utf8)] {
      #expect(throws: StreamFault.self) { try StreamRecord(payload) }
    }
  }

  @Test func whatIsNoPlainFileIsNamedAndLeftAside() throws {
    #expect(mkfifo(folder.appendingPathComponent("rank-00000.0001.000000.msp").path, 0o600) == 0)
    var run = AttachedRun(path: folder.path)
    #expect(run.poll(isFinal: true).isEmpty)
    let notices = run.takeNotices()
    #expect(notices.count == 1 && notices[0].contains("rank-00000.0001.000000.msp"))
    var nowhere = AttachedRun(path: folder.path + "/gone\u{1B}[2J")
    #expect(nowhere.poll().isEmpty)
    if case .waiting(let what) = nowhere.state { #expect(!what.contains("\u{1B}")) }
  }

  @Test func aNewAttemptTakesOver() throws {
    let segment = try #require(try Self.segments("grpo").first)
    try write(segment.bytes, as: segment.name)
    var run = AttachedRun(path: folder.path)
    let first = run.poll()
    try write(segment.bytes, as: "rank-00000.0002.000000.msp")
    #expect(run.poll().map(\.figures) == first.map(\.figures))
    // A segment that is deleted while it is read is no fault.
    try FileManager.default.removeItem(at: folder.appendingPathComponent(segment.name))
    #expect(run.poll().isEmpty && run.takeNotices().isEmpty)
  }
}
