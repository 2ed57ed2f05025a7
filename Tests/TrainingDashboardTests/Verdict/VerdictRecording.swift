import Foundation
import RunKnowledge
import TrainingDashboard
import TrainingTelemetry

/// A recorded run, cut down to what verdicts are made from, with the command that made it.
struct VerdictRecording: Codable {
  /// What the command draws as JSON; `run` after it makes the recording again.
  var command: String
  /// The last snapshot, with the events of the whole run but for most updates.
  var snapshot: TrainingSnapshot

  /// How much of a run is kept.
  enum Extent {
    case scalars
    /// The minibatch's tokens too, to six digits.
    case tokens
    /// The tokens, and the updates that tell what is usual.
    case tokensAndUpdates
  }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/verdicts")

  static func load(_ name: String) throws -> VerdictRecording {
    let data = try Data(contentsOf: file(name))
    return try JSONDecoder().decode(VerdictRecording.self, from: data)
  }

  /// The screen's state at the end of the recording.
  var state: DashboardState { DashboardState(snapshot: snapshot) }

  static func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: file(name).path)
  }

  private static func file(_ name: String) -> URL {
    folder.appendingPathComponent("\(name).json")
  }
}

extension VerdictRecording {
  private struct Picture: Decodable {
    var snapshot: TrainingSnapshot
  }

  /// Makes a recording anew.
  ///
  /// - Parameter program: the `maspo` to run; debug builds are slow.
  static func record(
    _ name: String, _ arguments: String, _ extent: Extent, program: String
  ) throws {
    let picture = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-verdict-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: picture) }
    let evaluation =
      arguments.contains("--eval-every") ? "" : " --eval-every 0 --eval-prompts 1 --eval-samples 1"
    let command = "render \(arguments)\(evaluation)"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments =
      command.split(separator: " ").map(String.init)
      + ["--format", "json", "--out", picture.path]
    try process.run()
    process.waitUntilExit()
    let whole = try JSONDecoder().decode(Picture.self, from: Data(contentsOf: picture)).snapshot
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let recording = VerdictRecording(
      command: "maspo \(command) --format json", snapshot: whole.cut(to: extent))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try encoder.encode(recording).write(to: file(name))
  }
}

extension TrainingSnapshot {
  /// The snapshot without what no verdict reads.
  fileprivate func cut(to extent: VerdictRecording.Extent) -> TrainingSnapshot {
    var snapshot = self
    let updates = extent == .tokensAndUpdates ? VerdictThresholds.gradientSpikeWindow : 1
    let dropped = events.count { $0.isUpdate } - updates
    var seen = 0
    snapshot.events = events.filter { event in
      guard event.isUpdate else { return true }
      seen += 1
      return seen > dropped
    }
    snapshot.rollout?.group.answers = []
    if extent == .scalars {
      snapshot.update?.minibatch = MinibatchRecord(
        behaviorLogProbabilities: [], logProbabilities: [], advantages: [], weights: [],
        ratios: [], gates: [], gradient: [], sensitivities: [], entropies: [], sequenceLengths: [])
    } else {
      snapshot.update?.minibatch?.round()
    }
    return snapshot
  }
}

extension TrainingEvent {
  fileprivate var isUpdate: Bool { if case .update = self { true } else { false } }
}

extension MinibatchRecord {
  /// Six digits are enough for every verdict, and a third of the text.
  fileprivate mutating func round() {
    for path in [
      \MinibatchRecord.behaviorLogProbabilities, \.logProbabilities, \.advantages, \.weights,
      \.ratios, \.gates, \.gradient, \.sensitivities, \.entropies,
    ] {
      self[keyPath: path] = self[keyPath: path].map { Double(String(format: "%.6g", $0)) ?? $0 }
    }
  }
}
