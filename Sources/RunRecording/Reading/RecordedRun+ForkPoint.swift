public import PolicyTraining
import TrainingTelemetry

/// Why a recorded run cannot be forked where it was asked for.
public enum ForkError: Error, Hashable, CustomStringConvertible {
  case beyondTheEnd(update: Int, last: Int)
  /// What was computed is not what was recorded.
  case differs(update: Int)

  public var description: String {
    switch self {
    case .beyondTheEnd(let update, let last):
      "--from \(update): the run was made to update \(last); allowed is 1 … \(last)"
    case .differs(let update):
      "computed anew, the loss of update \(update) is not the recorded one: another build or "
        + "machine rounds differently, so the state would not be the run's; without --from the "
        + "last checkpoint is taken as it is"
    }
  }
}

extension RecordedRun {
  /// The state at the last checkpoint, with what was asked of the run there.
  ///
  /// - Throws: whatever keeps it from being read, with the file that is at fault.
  public func forkPoint() throws -> ForkPoint {
    let configuration = try makeConfiguration()
    let run = try TrainingRun(configuration, checkpoint: try checkpoint().checkpoint)
    var repetition = RepeatedRun(
      run, commands: try RunRecipe(self, threads: nil).commands)
    repetition.takeCommandsDue()
    return ForkPoint(configuration, checkpoint: run.checkpoint)
  }

  /// The state right after an update, with what was asked of the run there, by repeating the run from its base policy.
  ///
  /// - Parameters:
  ///   - update: counted over the whole run, from 1.
  ///   - threads: computing threads; the result does not depend on them.
  ///   - progress: called after each update with the updates made and to make; `false` stops.
  /// - Returns: `nil` when `progress` asked to stop.
  /// - Throws: `ForkError`, or whatever keeps the run from being read.
  public func forkPoint(
    after update: Int, threads: Int? = nil, progress: (Int, Int) -> Bool = { _, _ in true }
  ) throws -> ForkPoint? {
    let recipe = try RunRecipe(self, threads: threads)
    let last = max(recipe.losses.keys.max() ?? 0, self.progress?.updates ?? 0)
    guard (1...max(1, last)).contains(update), last > 0 else {
      throw ForkError.beyondTheEnd(update: update, last: last)
    }
    var repetition = RepeatedRun(
      try TrainingRun(recipe.configuration, base: recipe.base), commands: recipe.commands)
    let run = repetition.run
    while run.position.total < update {
      guard let metrics = try repetition.step(.scalars)?.metrics else { continue }
      let total = metrics.position.total
      guard recipe.agrees(metrics.loss, ofUpdate: total) else {
        throw ForkError.differs(update: total)
      }
      guard progress(total, update) else { return nil }
    }
    repetition.takeCommandsDue()
    return ForkPoint(try makeConfiguration(), checkpoint: run.checkpoint)
  }
}
