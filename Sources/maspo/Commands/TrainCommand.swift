internal import ArgumentParser
internal import Dispatch
internal import Foundation
internal import PolicyTraining
internal import Synchronization
internal import TrainingTelemetry

/// The same run without a screen: progress for people on standard error, JSON for programs on
/// standard output.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train without a screen.",
    discussion: """
      Exit status: 0 when the run ended as asked (a signal included), 1 for a mistake in the \
      options or a run that could not start, 3 when a number stopped being finite.
      """)

  @OptionGroup var options: RunOptions

  @Flag(help: "One JSON object per iteration and a final summary on standard output.")
  var json = false

  @Flag(help: "No progress on standard error.")
  var quiet = false

  func run() throws {
    var configuration = try options.makeConfiguration()
    if configuration.iterationLimit == nil {
      configuration.iterationLimit = try Preset.named(options.preset).iterations
    }
    let arrival = DispatchSemaphore(value: 0)
    let snapshots = SnapshotMailbox { arrival.signal() }
    var trainerOptions = TrainerOptions()
    trainerOptions.setPace(nil)
    let trainer = Trainer(
      configuration, options: trainerOptions, commands: CommandMailbox(), snapshots: snapshots)
    let signals = StopSignals { trainer.commands.post(.stop) }
    trainer.start()
    var reporter = TrainReporter(
      configuration: configuration, writesJSON: json, writesProgress: !quiet)
    var reason: RunStatus.StopReason?
    while reason == nil {
      arrival.wait()
      guard let snapshot = snapshots.take() else { continue }
      reporter.report(snapshot)
      if snapshot.status.phase == .finished { reason = snapshot.status.stopReason }
    }
    trainer.waitUntilFinished()
    signals.cancel()
    reporter.finish(trainer.summary)
    try Self.exitIfFailed(reason)
  }

  /// - Throws: `ExitCode` for a run that did not end as asked.
  static func exitIfFailed(_ reason: RunStatus.StopReason?) throws {
    switch reason {
    case .nonFinite(let text):
      printError("stopped on the last good state: \(text)")
      throw ExitCode(3)
    case .failed(let text):
      printError("error: \(text)")
      throw ExitCode.failure
    case .iterationLimit, .requested, nil: break
    }
  }
}

/// Turns INT, TERM and HUP into a request to stop.
final class StopSignals {
  private let sources: [any DispatchSourceSignal]

  init(_ handler: @escaping @Sendable () -> Void) {
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler(handler: handler)
      source.resume()
      return source
    }
  }

  func cancel() { sources.forEach { $0.cancel() } }
}

func printError(_ text: String) {
  FileHandle.standardError.write(Data((text + "\n").utf8))
}
