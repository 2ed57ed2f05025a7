internal import ArgumentParser
internal import PolicyTraining
internal import RunRecording
internal import SettingsFiles

/// Resumes a recorded run.
struct ResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Resume a recorded run.",
    discussion: """
      The run continues from its last checkpoint, bit for bit as if it had never stopped: what was \
      done after the checkpoint is done again, knob moves included. Opens the dashboard unless \
      --headless is given.
      """)

  @OptionGroup var recorded: RecordedRunArgument

  @Flag(help: "Train without a screen, as 'maspo train' does.")
  var headless = false

  @Flag(help: "With --headless: one JSON object per iteration and a final summary.")
  var json = false

  @Flag(help: "With --headless: no progress on standard error.")
  var quiet = false

  @Option(
    parsing: .unconditional, help: "Iterations after which the run ends, counted from its start.")
  var iterations: Int?

  @Option(parsing: .unconditional, help: "Threads that compute; results do not depend on it.")
  var threads: Int?

  @OptionGroup var checkpoints: CheckpointOptions
  @OptionGroup var dashboard: DashboardOptions
  @OptionGroup var userOptions: UserSettingsOptions
  @OptionGroup var breakpoints: BreakpointOptions

  func run() throws {
    let resumed = try ResumedRun(recorded.folder, settings: checkpoints.settings) { configuration in
      if let iterations { configuration.iterationLimit = iterations }
      if let threads { configuration.threads = threads }
    }
    let prepared = try breakpoints.added(
      to: PreparedRun(
        configuration: resumed.configuration, resumePoint: resumed.resumePoint,
        recorder: resumed.recorder))
    if headless {
      try HeadlessRun(writesJSON: json, writesProgress: !quiet).run(prepared)
    } else {
      try DashboardProgram(look: dashboard.look, user: userOptions.load())
        .watch(prepared, dashboard)
    }
  }
}
