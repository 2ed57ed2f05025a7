internal import ArgumentParser
internal import FoundationEssentials
internal import RunRecording
internal import TrainingTelemetry

#if canImport(Glibc)
  internal import Glibc
#endif

/// Repeats a recorded run and compares the weights.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Repeat a recorded run and compare the weights.",
    discussion: """
      Exit status: 0 when the weights agree to the last bit, 4 when they do not, 1 when the run \
      cannot be repeated.
      """)

  @OptionGroup var recorded: RecordedRunArgument

  @Option(parsing: .unconditional, help: "Threads that compute; results do not depend on it.")
  var threads: Int?

  @Flag(help: "No progress on standard error.")
  var quiet = false

  func run() throws {
    let run = try RecordedRun(recorded.folder)
    let isTerminal = isatty(STDERR_FILENO) == 1 && !quiet
    let replay = try RunReplay.repeating(run, threads: threads) { made, count in
      if isTerminal, made % 50 == 0 || made == count {
        StandardStreams.writeError("\r\u{1B}[K\(made) of \(count) updates")
      }
      return true
    }
    if isTerminal { StandardStreams.writeError("\r\u{1B}[K") }
    guard let replay else { return }
    try printOutput("\(counted(replay.updates, "update")) repeated")
    try printOutput("recorded weights \(replay.recordedDigest)")
    try printOutput("repeated weights \(replay.replayedDigest)")
    if replay.agrees {
      try printOutput("they agree")
    } else {
      if let update = replay.firstDifference {
        try printOutput("the loss differs from update \(update) on")
      }
      try printOutput("they differ")
      throw ExitStatus.weightsDiffer.code
    }
  }
}
