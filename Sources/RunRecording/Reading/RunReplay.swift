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
  /// - Throws: whatever keeps the run from being read, and `RecordingError.malformed` for a checkpoint
  ///   of an iteration that was never recorded.
  public static func repeating(
    _ run: RecordedRun, threads: Int? = nil, progress: (Int, Int) -> Bool = { _, _ in true }
  ) throws -> RunReplay? {
    let recipe = try RunRecipe(run, threads: threads)
    let target = try run.checkpoint()
    let end = target.checkpoint.position
    // A rollout is the most that a checkpoint can be ahead of the recorded updates.
    guard end.iteration <= recipe.lastIteration + 1 else {
      throw RecordingError.malformed(
        path: run.folder.checkpoint,
        reason: "it is of iteration \(end.iteration), and metrics.jsonl has no update behind "
          + "iteration \(recipe.lastIteration)")
    }
    var repetition = RepeatedRun(
      try TrainingRun(recipe.configuration, base: recipe.base), commands: recipe.commands)
    let replayed = repetition.run
    var firstDifference: Int?
    while !replayed.position.isSamePlace(as: end), replayed.position.total <= end.total,
      replayed.position.iteration <= end.iteration
    {
      guard let metrics = try repetition.step(.scalars)?.metrics else { continue }
      let total = metrics.position.total
      if firstDifference == nil, !recipe.agrees(metrics.loss, ofUpdate: total) {
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
