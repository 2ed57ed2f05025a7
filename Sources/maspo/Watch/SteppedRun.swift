internal import Dispatch
internal import PolicyTraining
internal import TrainingTelemetry

/// A run made to a given update by the commands that a person would give, with every update in
/// detail: for pictures, which must not depend on how fast the machine is.
struct SteppedRun {
  let configuration: RunConfiguration
  let iterations: Int
  /// Updates of the last iteration; `nil` makes it whole.
  let updates: Int?

  /// Makes the run, giving a snapshot at every pause, without timings. What was posted between
  /// depends on the machine's speed; its events come with the pause.
  ///
  /// - Throws: `SteppedRunError` for a run that ended before.
  func make(_ take: (TrainingSnapshot) -> Void) throws {
    let arrival = DispatchSemaphore(value: 0)
    let snapshots = SnapshotMailbox { arrival.signal() }
    var options = TrainerOptions()
    options.startsPaused = true
    options.setPace(nil)
    options.makesEveryDetail = true
    let trainer = Trainer(
      configuration, options: options, commands: CommandMailbox(), snapshots: snapshots)
    take(trainer.initialSnapshot.withoutTimings)
    trainer.start()
    defer {
      trainer.commands.post(.stop)
      trainer.waitUntilFinished()
    }
    /// Waits for the trainer to pause after so many updates.
    func wait(until isReached: (UpdatePosition) -> Bool) throws {
      var events: [TrainingEvent] = []
      while true {
        arrival.wait()
        guard var snapshot = snapshots.take() else { continue }
        events += snapshot.events
        let status = snapshot.status
        if let reason = status.stopReason { throw SteppedRunError(reason: reason) }
        if status.phase == .training, status.mode == .paused, isReached(status.position) {
          snapshot.events = events
          take(snapshot.withoutTimings)
          return
        }
      }
    }
    try wait { $0.total == 0 }
    for iteration in 1...iterations {
      guard iteration == iterations, let updates else {
        trainer.commands.post(.stepIteration)
        try wait { $0.iteration == iteration && $0.update == $0.updatesPerIteration }
        continue
      }
      for update in 1...updates {
        trainer.commands.post(.stepUpdate)
        try wait { $0.iteration == iteration && $0.update == update }
      }
    }
  }
}

/// A run that ended before the update that was asked for.
struct SteppedRunError: Error, CustomStringConvertible {
  let reason: RunStatus.StopReason

  var description: String {
    switch reason {
    case .nonFinite(let text): "the run stopped on its last good state: \(text)"
    case .failed(let text): text
    case .breakpoint(let text): "the run stopped at a breakpoint: \(text)"
    case .iterationLimit, .requested: "the run ended before the update that was asked for"
    }
  }
}
