internal import ArgumentParser
internal import FoundationEssentials
internal import PolicyTraining
internal import SettingsFiles
internal import TrainingDashboard

#if canImport(Glibc)
  internal import Glibc
#endif

/// Two guided minutes in the dashboard.
struct TourCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tour", abstract: "A guided tour of the dashboard, in two minutes.",
    discussion: """
      Opens the dashboard on a new run and presses the keys for you, one step at a time: an \
      update, ratios leaving 1, a narrower gate that bites, GRPO in its place. Enter goes on, esc \
      leaves the tour and keeps the run. Everything it says is checked against the run's numbers. \
      The preset is heavy-reuse unless another is named. The same seed is the same tour.
      """)

  @Flag(
    help: "Go on and leave without keys; the exit status is 6 if something said did not happen.")
  var auto = false

  @Option(help: "With --auto: seconds for each step; otherwise as long as reading it takes.")
  var stepSeconds: Double?

  @OptionGroup var options: RunOptions
  @OptionGroup var recording: RecordingOptions
  @OptionGroup var dashboard: DashboardOptions
  @OptionGroup var userOptions: UserSettingsOptions

  func validate() throws {
    if dashboard.plain {
      throw ValidationError("a tour needs the screen: --plain does not go with it")
    }
    if let stepSeconds, !(stepSeconds >= 0 && stepSeconds <= 3600) {
      throw ValidationError("--step-seconds \(stepSeconds): it must be from 0 to 3600")
    }
  }

  func run() throws {
    var options = options
    // Here the objectives part ways within an iteration or two.
    if options.preset == nil, options.file == nil {
      options.preset = PresetName(name: "heavy-reuse")
    }
    let configuration = try options.resolve().configuration
    var tourDashboard = dashboard
    if tourDashboard.pace == nil { tourDashboard.pace = "60" }
    try DashboardProgram(look: dashboard.look, user: userOptions.load()).watch(
      recording.prepare(configuration), tourDashboard,
      tour: Tour(isAutomatic: auto, stepSeconds: stepSeconds))
  }

  /// Says what did not happen as the tour said.
  ///
  /// - Throws: the exit status of an automatic tour that was not as it should be.
  static func judge(_ tour: Tour) throws {
    if tour.isAutomatic { for success in tour.successes { try printOutput("tour   \(success)") } }
    for failure in tour.failures { try printOutput("tour   not so this time: \(failure)") }
    guard tour.isAutomatic else { return }
    if !tour.failures.isEmpty || !tour.isOver { throw ExitStatus.tourNotAsSaid.code }
    try printOutput("tour   everything was as it said")
  }
}
