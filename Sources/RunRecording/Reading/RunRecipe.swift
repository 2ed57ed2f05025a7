import PolicyTraining
import TrainingTelemetry

/// All that makes a recorded run again, and what to hold it against.
struct RunRecipe {
  let configuration: RunConfiguration
  let base: BasePolicy
  /// In the order of their places.
  let commands: [PlacedCommand]
  /// Recorded losses by the update's number; a line that cannot be read leaves a gap.
  let losses: [Int: Double]
  /// The last iteration of which anything is recorded.
  let lastIteration: Int

  /// - Parameter threads: computing threads; the result does not depend on them.
  /// - Throws: when configuration, base policy or a log cannot be read.
  init(_ run: RecordedRun, threads: Int?) throws {
    var configuration = try run.configurationAtStart()
    if let threads { configuration.threads = threads }
    try configuration.validate()
    self.configuration = configuration
    base = try run.basePolicy()
    commands = try run.journal().lines.compactMap { line in
      if case .command(let command) = line { PlacedCommand(command) } else { nil }
    }
    var losses: [Int: Double] = [:]
    var lastIteration = 0
    for line in try run.metrics().lines {
      switch line {
      case .update(let metrics):
        losses[metrics.position.total] = metrics.loss ?? .nan
        lastIteration = max(lastIteration, metrics.position.iteration)
      case .rollout(let metrics): lastIteration = max(lastIteration, metrics.iteration)
      case .evaluation: break
      }
    }
    self.losses = losses
    self.lastIteration = lastIteration
  }

  /// Whether an update came out as it is recorded, to the last bit, or is not recorded.
  func agrees(_ loss: Double?, ofUpdate total: Int) -> Bool {
    losses[total].map { $0.bitPattern == loss?.bitPattern } ?? true
  }
}
