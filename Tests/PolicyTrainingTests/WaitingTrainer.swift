import Dispatch
import TrainingTelemetry

@testable import PolicyTraining

/// A trainer on the tests' base policy whose snapshots are waited for.
final class WaitingTrainer {
  struct TimedOut: Error, CustomStringConvertible {
    let last: RunStatus?

    var description: String {
      "no such snapshot in time; the last one was \(last.map { "\($0)" } ?? "none")"
    }
  }

  /// Seconds for one wait; only a test that fails needs them.
  private static let timeLimit = 300.0

  let trainer: Trainer
  /// Of all snapshots taken.
  private(set) var events: [TrainingEvent] = []
  private var last: RunStatus?
  private var hasTimedOut = false
  private let arrivals: DispatchSemaphore

  /// Starts at full speed and without evaluations, unless `prepare` says otherwise.
  init(
    _ configuration: RunConfiguration, from checkpoint: RunCheckpoint? = nil,
    prepare: (inout TrainerOptions) -> Void
  ) throws {
    var options = TrainerOptions()
    options.setPace(nil)
    options.evaluates = false
    options.resumePoint = ResumePoint(
      base: TestPolicies.base,
      checkpoint: try checkpoint
        ?? TrainingRun(configuration, base: TestPolicies.base).checkpoint,
      commands: [], history: [])
    prepare(&options)
    let arrivals = DispatchSemaphore(value: 0)
    self.arrivals = arrivals
    trainer = Trainer(
      configuration, options: options, commands: CommandMailbox(),
      snapshots: SnapshotMailbox { arrivals.signal() })
    trainer.start()
  }

  /// The next snapshot that is wanted; those before it are passed over, but for their events.
  func next(where isWanted: (TrainingSnapshot) -> Bool) throws -> TrainingSnapshot {
    let deadline = DispatchTime.now() + Self.timeLimit
    while arrivals.wait(timeout: deadline) == .success {
      guard let snapshot = trainer.snapshots.take() else { continue }
      events += snapshot.events
      last = snapshot.status
      if isWanted(snapshot) { return snapshot }
    }
    hasTimedOut = true
    throw TimedOut(last: last)
  }

  /// The next pause or end.
  func rest() throws -> TrainingSnapshot { try next { $0.status.isAtRest } }

  /// Gives commands and waits for the pause or end to which they lead.
  ///
  /// They arrive one by one, so the trainer may tell once more of the pause that it is in, with
  /// what the first of them did: a pause counts only where the run has got somewhere.
  func resume(_ commands: [TrainerCommand] = [.run]) throws -> TrainingSnapshot {
    let before = last?.position
    for command in commands { trainer.commands.post(command) }
    return try next { snapshot in
      let status = snapshot.status
      return status.phase == .finished || status.isAtRest && status.position != before
    }
  }

  /// Leaves the trainer, which holds its queue until then.
  func leave() -> RunSummary? {
    trainer.commands.post(.stop)
    trainer.waitUntilFinished()
    return trainer.summary
  }

  deinit {
    trainer.commands.post(.stop)
    // A trainer that hangs must not take the tests with it.
    if !hasTimedOut { trainer.waitUntilFinished() }
  }
}

extension RunStatus {
  /// Whether the run is paused or over; on its way to its end it is neither.
  fileprivate var isAtRest: Bool {
    phase == .finished || mode == .paused && stopReason == nil
  }
}
