internal import ArgumentParser
internal import SettingsFiles

/// The dashboard: the trainer in the background, the screen on the main thread.
struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Open the dashboard (the default).",
    discussion: """
      Keys are explained by ? on the screen. Leaving with q prints the command that repeats the \
      run, knob moves included.
      """)

  @OptionGroup var options: RunOptions
  @OptionGroup var recording: RecordingOptions
  @OptionGroup var dashboard: DashboardOptions
  @OptionGroup var userOptions: UserSettingsOptions
  @OptionGroup var breakpoints: BreakpointOptions
  @OptionGroup var rivals: RivalOptions

  func run() throws {
    var user = userOptions.load()
    let resolution = try user.resolve { try options.resolve(over: $0) }
    guard rivals.against.isEmpty || !dashboard.plain else {
      throw ValidationError("--against and --plain exclude each other: a race is shown on a screen")
    }
    let rivals = try rivals.prepare(resolution.configuration, recording)
    let prepared = try breakpoints.added(to: recording.prepare(resolution.configuration))
    try DashboardProgram(look: dashboard.look, user: user).watch(
      prepared, dashboard, rivals: rivals)
  }
}
