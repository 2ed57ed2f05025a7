internal import ArgumentParser
internal import SettingsFiles

/// The same run without a screen: progress for people on standard error, JSON for programs on
/// standard output.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train without a screen.",
    discussion: """
      Exit status: 0 when the run ended as asked (a signal included), 64 for a command line \
      that cannot be read, 1 for a value that is not allowed, a run that could not start, or \
      --json lines that could not be written; 3 when a number stopped being finite, 5 when the \
      condition of a --break held: the run then ends after exactly that update, and a recorded \
      one can be resumed.
      """)

  @OptionGroup var options: RunOptions
  @OptionGroup var recording: RecordingOptions
  @OptionGroup var userOptions: UserSettingsOptions
  @OptionGroup var breakpoints: BreakpointOptions

  @Flag(help: "One JSON object per iteration and a final summary on standard output.")
  var json = false

  @Flag(help: "No progress on standard error.")
  var quiet = false

  @Flag(
    help: "Train nothing: write the whole configuration, as --config reads it, to standard output.")
  var printConfig = false

  func run() throws {
    var resolution = try userOptions.resolve(options)
    resolution.limitIterations()
    if printConfig {
      try printOutput(resolution.toml, terminator: "")
    } else {
      try HeadlessRun(writesJSON: json, writesProgress: !quiet)
        .run(breakpoints.added(to: recording.prepare(resolution.configuration)))
    }
  }
}
