import Foundation
import LocalFiles

@testable import AttachedRuns

/// A stream made up for a test, of answers of two tokens each.
struct StreamFixture {
  typealias Tensor = SafetensorsArchive.Tensor

  var frames: [UInt8] = []

  init(_ words: String = #""old":"trainer""#, rank: Int = 0, world: Int = 1) {
    add(
      "run",
      #"{"trainer":"trl","world":\#(world),"rank":\#(rank),\#(words),"#
        + #""objective":{"name":"grpo"},"aggregation":"token-mean"}"#)
  }

  mutating func add(_ record: String, _ json: String, _ tensors: [Tensor] = []) {
    frames += StreamFrame.encode(record, words: json, tensors)
  }

  /// A rollout of two groups of two answers, and one update from it.
  mutating func step(
    _ number: Int, rewards: [Float] = [1, 0, 1, 0], advantages: [Float] = [1, -1, 1, -1],
    flags: [UInt8] = [0, 0, 0, 0], difference: Float = 0.3, sampler: [Float]? = nil,
    functions: [Float]? = nil, words: String = "", loss: String = "0.1"
  ) {
    let sequences = (0..<4).map { UInt64(number * 4 + $0) }
    let lengths = Tensor("length", [UInt32](repeating: 2, count: 4))
    var tensors = [
      Tensor("seq", sequences), lengths, Tensor("group", [UInt32(0), 0, 1, 1]),
      Tensor("reward", rewards), Tensor("advantage", advantages), Tensor("flags", flags),
      Tensor("old", [Float](repeating: -1, count: 8)),
    ]
    if let sampler { tensors.append(Tensor("sampler_minus_old", sampler)) }
    if let functions { tensors.append(Tensor("rewards", shape: [4, 2], functions)) }
    add(
      "rollout", #"{"rollout":\#(number),"step":\#(number - 1),"rewards":["right","form"]}"#,
      tensors)
    add(
      "update",
      #"{"step":\#(number),"micro":0,"epoch":0,"denominator":8,"loss":\#(loss)\#(words)}"#,
      [
        Tensor("seq", sequences), lengths,
        Tensor("d", [Float](repeating: difference, count: 8)),
        Tensor("entropy", [Float](repeating: 0.5, count: 8)),
      ])
    add("step", #"{"step":\#(number),"dropped":0}"#)
  }

  /// The steps of the run that this stream is alone, read from a folder of its own.
  func steps() throws -> [AttachedStep] { try Self.steps([self]) }

  /// The stream as the only one of a folder, while `body` runs.
  func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-stream-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try write(into: folder.path)
    try body(folder.path)
  }

  func write(into folder: String) throws {
    try Data(frames).write(to: URL(fileURLWithPath: folder + "/rank-00000.0001.000000.msp"))
  }

  static func steps(_ ranks: [StreamFixture]) throws -> [AttachedStep] {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-stream-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (rank, stream) in ranks.enumerated() {
      try Data(stream.frames).write(
        to: folder.appendingPathComponent("rank-0000\(rank).0001.000000.msp"))
    }
    var run = AttachedRun(path: folder.path)
    return run.poll(isFinal: true)
  }
}
