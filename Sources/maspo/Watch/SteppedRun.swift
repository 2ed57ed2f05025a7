internal import Dispatch
internal import PolicyTraining
internal import TrainingTelemetry

/// A run made to a given update by the commands that a person would give, with every update in
/// detail: for pictures, which must not depend on how fast the machine is.
struct SteppedRun {
  /// Where a run is looked at.
  enum Moment: String, CaseIterable {
    /// Before anything was computed.
    case warmStart = "warm-start"
    /// Paused after the update asked for.
    case update
    /// Over, with all iterations made.
    case end
  }

  let configuration: RunConfiguration
  let iterations: Int
  /// Updates of the last iteration; `nil` makes it whole.
  let updates: Int?
  var moment = Moment.update
  /// The run is looked at where the first of these holds, if one does.
  var breakpoints: [Breakpoint] = []

  /// Makes the run, giving a snapshot at every pause, without timings. What was posted between
  /// depends on the machine's speed; its events come with the pause. A run that cannot go on
  /// gives its end and returns.
  ///
  /// - Throws: `SteppedRunError` for a run that was stopped from outside.
  func make(_ take: (TrainingSnapshot) -> Void) throws {
    let arrival = DispatchSemaphore(value: 0)
    let snapshots = SnapshotMailbox { arrival.signal() }
    var options = TrainerOptions()
    options.startsPaused = true
    options.setPace(nil)
    options.makesEveryDetail = true
    options.breakpoints = breakpoints
    var configuration = configuration
    if moment == .end { configuration.iterationLimit = iterations }
    let trainer = Trainer(
      configuration, options: options, commands: CommandMailbox(), snapshots: snapshots)
    take(trainer.initialSnapshot.withoutTimings)
    if moment == .warmStart { return }
    trainer.start()
    defer {
      trainer.commands.post(.stop)
      trainer.waitUntilFinished()
    }
    /// Waits for the trainer to pause after so many updates.
    ///
    /// - Throws: `SteppedRunError` when it paused elsewhere: an iteration may have become shorter.
    /// - Returns: whether it goes on from there.
    func wait(until isReached: (UpdatePosition) -> Bool) throws -> Bool {
      var events: [TrainingEvent] = []
      while true {
        arrival.wait()
        guard var snapshot = snapshots.take() else { continue }
        events += snapshot.events
        let status = snapshot.status
        let isPaused = status.phase == .training && status.mode == .paused
        let isHeld = isPaused && status.breakpoints?.hits.isEmpty == false
        if status.stopReason == .requested { throw SteppedRunError() }
        guard status.stopReason != nil || isHeld || isPaused && isReached(status.position) else {
          if isPaused, status.position.iteration > iterations { throw SteppedRunError() }
          continue
        }
        snapshot.events = events
        take(snapshot.withoutTimings)
        return status.stopReason == nil && !isHeld
      }
    }
    guard try wait(until: { $0.total == 0 }) else { return }
    for iteration in 1...iterations {
      guard iteration == iterations, let updates else {
        trainer.commands.post(.stepIteration)
        guard
          try wait(until: { $0.iteration == iteration && $0.update == $0.updatesPerIteration })
        else { return }
        continue
      }
      for update in 1...updates {
        trainer.commands.post(.stepUpdate)
        guard try wait(until: { $0.iteration == iteration && $0.update == update }) else { return }
      }
    }
    guard moment == .end else { return }
    trainer.commands.post(.run)
    _ = try wait { _ in false }
  }
}

/// A run that was stopped before the update that was asked for.
struct SteppedRunError: Error, CustomStringConvertible {
  let description = "the run ended before the update that was asked for"
}
