import TrainingTelemetry

/// A run that is made once more, with its commands at the places where they acted: a run is
/// determined by its base policy and its commands, to the last bit.
public struct RepeatedRun {
  public let run: TrainingRun
  private var inbox: CommandInbox

  /// - Parameters:
  ///   - run: at the beginning, or where a checkpoint left it.
  ///   - commands: of the whole run, in the order of their places; those before the place where
  ///     `run` stands are in it already.
  public init(_ run: TrainingRun, commands: [PlacedCommand]) {
    self.run = run
    let begun = run.position
    inbox = CommandInbox(
      repeating: commands.filter {
        ($0.position.total, $0.position.iteration) >= (begun.total, begun.iteration)
      })
  }

  /// Carries out the commands that are due where the run stands, and makes no step.
  public mutating func takeCommandsDue() {
    for command in inbox.takeDue(at: run.position) { try? run.take(command) }
  }

  /// Carries out the commands that are due, then makes the next rollout or the next update.
  ///
  /// - Returns: what the update gives; `nil` where it was a rollout.
  /// - Throws: what the run throws; a command that was refused then is refused now, to the same
  ///   effect.
  public mutating func step(_ telemetry: UpdateTelemetry) throws -> UpdateOutcome? {
    takeCommandsDue()
    if run.isIterationFinished {
      _ = try run.beginIteration()
      return nil
    }
    return try run.makeUpdate(telemetry)
  }
}
