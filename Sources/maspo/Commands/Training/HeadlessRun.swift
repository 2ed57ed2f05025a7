internal import ArgumentParser
internal import Dispatch
internal import FoundationEssentials
internal import PolicyTraining
internal import TrainingTelemetry

#if canImport(Glibc)
  internal import Glibc
#endif

/// Trains without a screen and reports as it goes.
struct HeadlessRun {
  let writesJSON: Bool
  let writesProgress: Bool

  /// Trains to the end, or until a signal asks to stop.
  ///
  /// - Throws: `ExitCode` for a run that did not end as asked.
  func run(_ prepared: PreparedRun) throws {
    if writesProgress {
      for warning in prepared.configuration.scriptWarnings { printError("warning: \(warning)") }
    }
    let arrival = DispatchSemaphore(value: 0)
    let snapshots = SnapshotMailbox { arrival.signal() }
    var trainerOptions = TrainerOptions()
    trainerOptions.setPace(nil)
    trainerOptions.resumePoint = prepared.resumePoint
    let history = prepared.resumePoint?.history ?? []
    trainerOptions.resumePoint?.history = Self.lastIteration(of: history)
    trainerOptions.observer = prepared.observer
    trainerOptions.breakpoints = prepared.breakpoints
    trainerOptions.endsAtBreakpoint = true
    let trainer = Trainer(
      prepared.configuration, options: trainerOptions, commands: CommandMailbox(),
      snapshots: snapshots)
    let signals = StopSignals { trainer.commands.post(.stop) }
    trainer.start()
    var reporter = TrainReporter(
      configuration: prepared.configuration, writesJSON: writesJSON,
      writesProgress: writesProgress, lastEvaluation: Self.lastEvaluation(of: history))
    var reason: RunStatus.StopReason?
    while reason == nil {
      arrival.wait()
      guard let snapshot = snapshots.take() else { continue }
      reporter.report(snapshot)
      if snapshot.status.phase == .finished { reason = snapshot.status.stopReason }
    }
    trainer.waitUntilFinished()
    signals.cancel()
    let recording = prepared.closeRecording()
    reporter.finish(trainer.summary)
    // What is lost is said even to those who want to hear nothing.
    if let recording, writesProgress || !recording.isComplete { printError(recording.words) }
    if let trouble = reason?.words.trouble { printError(trouble) }
    try ExitStatus(reason).throwUnlessDone()
    if reporter.hasLostLines { throw ExitStatus.failure.code }
  }

  /// What belongs to the last iteration: it may be under way, or have been lost with its line.
  private static func lastIteration(of history: [TrainingEvent]) -> [TrainingEvent] {
    let start = history.lastIndex { if case .rollout = $0 { true } else { false } }
    return start.map { Array(history[$0...]) } ?? history
  }

  private static func lastEvaluation(of history: [TrainingEvent]) -> EvaluationMetrics? {
    history.reversed().lazy.compactMap { event in
      if case .evaluation(let metrics) = event { metrics } else { nil }
    }.first
  }
}

/// Turns INT, TERM and HUP into a request to stop; HUP not where the caller has it ignored, as
/// nohup does.
final class StopSignals {
  private let sources: [any DispatchSourceSignal]

  init(_ handler: @escaping @Sendable () -> Void) {
    // `signal` tells what was in force by replacing it.
    let outlivesTheTerminal = Self.isIgnored(signal(SIGHUP, SIG_IGN))
    let numbers = outlivesTheTerminal ? [SIGINT, SIGTERM] : [SIGINT, SIGTERM, SIGHUP]
    sources = numbers.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler(handler: handler)
      source.resume()
      return source
    }
  }

  private static func isIgnored(_ handler: __sighandler_t?) -> Bool {
    unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  func cancel() {
    for source in sources { source.cancel() }
  }
}
