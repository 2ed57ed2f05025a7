internal import Dispatch
internal import FoundationEssentials
internal import PolicyTraining
internal import RunKnowledge
internal import TrainingDashboard
internal import TrainingTelemetry

#if canImport(Glibc)
  internal import Glibc
#endif

/// The dashboard's numbers as lines of text on standard output, for screen readers and logs.
enum PlainSession {
  /// Trains and reports until the run is over or a signal asks to stop.
  ///
  /// - Returns: why the run ended.
  static func run(_ prepared: PreparedRun, options: TrainerOptions) -> RunStatus.StopReason? {
    let arrival = DispatchSemaphore(value: 0)
    let snapshots = SnapshotMailbox { arrival.signal() }
    var options = options
    options.staysOpen = false
    options.endsAtBreakpoint = true
    let trainer = Trainer(
      prepared.configuration, options: options, commands: CommandMailbox(), snapshots: snapshots)
    let signals = StopSignals { trainer.commands.post(.stop) }
    defer { signals.cancel() }
    var reporter = PlainTextReporter(.full)
    trainer.start()
    var reason: RunStatus.StopReason?
    while reason == nil {
      arrival.wait()
      guard let snapshot = snapshots.take() else { continue }
      for line in reporter.lines(for: snapshot) { say(line) }
      if snapshot.status.phase == .finished { reason = snapshot.status.stopReason }
    }
    trainer.waitUntilFinished()
    if let summary = trainer.summary { say("weights_digest \(summary.weightsDigest)") }
    if let recording = prepared.closeRecording() { say(recording.words) }
    return reason
  }

  /// Writes a line at once, as far as standard output takes it.
  private static func say(_ line: String) {
    try? StandardStreams.writeOutput(Data((line + "\n").utf8))
  }
}
