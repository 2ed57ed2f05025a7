import PolicyTraining
import RepeatableRandom
import TrainingTelemetry

/// Repeats a recorded run from its base policy, with its commands at their places, and compares.
public struct RunReplay: Sendable, Hashable {
  /// Updates made.
  public let updates: Int
  public let recordedDigest: String
  public let replayedDigest: String
  /// The first update whose recorded loss differs, if any did.
  public let firstDifference: Int?

  public var agrees: Bool { recordedDigest == replayedDigest && firstDifference == nil }

  /// Repeats `run` up to its last checkpoint.
  ///
  /// - Parameters:
  ///   - threads: computing threads; the result does not depend on them.
  ///   - progress: called after each update with the updates made and to make; `false` stops.
  /// - Returns: `nil` when `progress` asked to stop.
  public static func repeating(
    _ run: RecordedRun, threads: Int? = nil, progress: (Int, Int) -> Bool = { _, _ in true }
  ) throws -> RunReplay? {
    var configuration = try run.description.makeConfiguration()
    if let threads { configuration.threads = threads }
    try configuration.validate()
    let target = try run.checkpoint()
    let commands = try run.journal().lines.compactMap { line -> PlacedCommand? in
      if case .command(let command) = line { PlacedCommand(command) } else { nil }
    }
    let recorded = try run.metrics().lines.reduce(into: [Int: Double]()) { losses, line in
      if case .update(let metrics) = line { losses[metrics.position.total] = metrics.loss }
    }
    var repetition = RepeatedRun(
      try TrainingRun(configuration, base: try run.basePolicy()), commands: commands)
    let replayed = repetition.run
    var firstDifference: Int?
    let end = target.checkpoint.position
    while !replayed.position.isSamePlace(as: end), replayed.position.total <= end.total {
      guard let metrics = try repetition.step(.scalars)?.metrics else { continue }
      let total = metrics.position.total
      if firstDifference == nil, let loss = recorded[total],
        loss.bitPattern != metrics.loss.bitPattern
      {
        firstDifference = total
      }
      guard progress(total, end.total) else { return nil }
    }
    return RunReplay(
      updates: replayed.position.total,
      recordedDigest: FNV1a(target.checkpoint.parameters).digits,
      replayedDigest: replayed.weightsDigest, firstDifference: firstDifference)
  }
}
