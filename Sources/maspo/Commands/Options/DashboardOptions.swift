internal import ArgumentParser
internal import CursesTerminal
internal import Foundation
internal import PolicyTraining
import RunKnowledge
internal import SettingsFiles
internal import TerminalCanvas
internal import Theming
internal import TrainingDashboard
internal import TrainingTelemetry

/// How the dashboard looks and behaves; shared by every command that opens it.
struct DashboardOptions: ParsableArguments {
  @OptionGroup var look: ScreenOptions

  @Option(
    parsing: .unconditional,
    help: "Updates per second, or 'full'; without it the run starts slowly and speeds up.")
  var pace: String?

  @Flag(help: "Start paused.")
  var paused = false

  @Flag(help: "Leave when the run is over.")
  var exitAtEnd = false

  @Flag(help: "No screen: the same numbers as lines of text, for screen readers and logs.")
  var plain = false

  func validate() throws {
    if plain, paused {
      throw ValidationError("--plain and --paused exclude each other: no key could go on")
    }
  }

  /// Opens the dashboard on a run, and leaves with its closing words.
  ///
  /// - Parameter tour: shown on it, if there is one; an automatic one that saw something else than
  ///   it said fails.
  func watch(_ prepared: PreparedRun, _ user: UserSettings, tour: Tour? = nil) throws {
    let configuration = prepared.configuration
    var trainerOptions = try makeTrainerOptions()
    trainerOptions.resumePoint = prepared.resumePoint
    trainerOptions.observer = prepared.recorder
    trainerOptions.breakpoints = prepared.breakpoints
    if tour != nil {
      trainerOptions.startsPaused = true
      // What the tour says must not depend on how fast the machine is.
      trainerOptions.makesEveryDetail = true
    }
    if plain {
      for warning in user.warnings + configuration.scriptWarnings {
        printError("warning: \(warning)")
      }
      let reason = PlainSession.run(prepared, options: trainerOptions)
      return try ExitStatus(reason).throwUnlessDone()
    }
    let remembered = RememberedScreen(look, over: user.screen)
    let settings = remembered.settings
    var warnings =
      user.warnings + configuration.scriptWarnings + [remembered.warning].compactMap { $0 }
    let (themes, selected) = try Self.loadThemes(settings, &warnings)
    let screen = try Self.openScreen(
      settings,
      otherwise: prepared.resumePoint == nil
        ? "'maspo train' and 'maspo watch --plain' run"
        : "'maspo resume --headless' and 'maspo resume --plain' go on")
    defer { screen.close() }

    let wake = screen.wake
    let snapshots = SnapshotMailbox { wake.signal() }
    let commands = CommandMailbox()
    let trainer = Trainer(
      configuration, options: trainerOptions, commands: commands, snapshots: snapshots)
    var state = DashboardState(snapshot: trainer.initialSnapshot)
    state.appearance.themes = themes
    state.appearance.themeIndex = selected
    state.keys = user.keys
    state.appearance.glyphs = settings.glyphs.glyphs(recommended: screen.recommendedGlyphs)
    settings.apply(to: &state)
    let firstState = state
    if let tour { state.begin(tour) }
    state.warn(warnings.map { $0.replacing(user.path, with: "config.toml") })
    trainer.start()
    let folder = FileManager.default.currentDirectoryPath
    var session = DashboardSession(
      screen: screen, state: state,
      endsWithRun: exitAtEnd,
      connections: DashboardSession.Connections(
        send: { commands.post($0) }, takeSnapshot: { snapshots.take() },
        savePicture: { try PictureFiles.save($0, $1, folder: folder) }))
    let outcome = session.run()
    commands.post(.stop)
    screen.close()
    trainer.waitUntilFinished()
    let recording = prepared.closeRecording()
    // What a tour brought up is no choice of the person.
    if tour == nil {
      warnings += [remembered.keep(from: firstState, to: outcome.state)].compactMap { $0 }
    }
    for warning in warnings { printError("warning: \(warning)") }
    try leave(
      outcome, configuration: configuration, summary: trainer.summary, recording: recording?.words,
      leavesUserSettings: user.concernsRuns)
    if let tour = outcome.state.tour { try TourCommand.judge(tour) }
  }

  private func makeTrainerOptions() throws -> TrainerOptions {
    var trainerOptions = TrainerOptions()
    trainerOptions.startsPaused = paused
    trainerOptions.staysOpen = true
    trainerOptions.onThreadStart = { CursesScreen.prepareThreadForCrashes() }
    switch pace {
    case nil: break
    case "full": trainerOptions.setPace(nil)
    case let text?:
      guard let value = Double(text) else {
        throw ConfigurationError.malformed(
          name: "pace", text: text, form: "a number of updates per second, or 'full'")
      }
      guard value > 0, value <= 100_000 else {
        throw ConfigurationError.outOfRange(
          name: "pace", value: text, allowed: "0 < pace ≤ 100000, or 'full'")
      }
      trainerOptions.setPace(value)
    }
    return trainerOptions
  }

  /// All themes that can be read, and the place of the chosen one among them.
  ///
  /// - Throws: `ThemeError` for a theme that an option names; one that a file names is a warning.
  static func loadThemes(
    _ settings: ScreenSettings, _ warnings: inout [String]
  ) throws -> ([Theme], Int) {
    let library = ThemeLibrary.ofThisMachine
    let chosen = try chosenTheme(settings, library, &warnings) ?? library.standardTheme()
    var themes = library.all().themes
    if let index = themes.firstIndex(of: chosen) { return (themes, index) }
    themes.append(chosen)
    return (themes, themes.count - 1)
  }

  private static func chosenTheme(
    _ settings: ScreenSettings, _ library: ThemeLibrary, _ warnings: inout [String]
  ) throws -> Theme? {
    for entry in settings.candidates("theme") {
      guard case .text(let choice) = entry.value else { continue }
      do throws(ThemeError) {
        return try library.theme(choice)
      } catch {
        switch entry.origin {
        case .file: warnings.append("\(entry.origin): screen.theme: \(error)")
        // The theme may be gone since it was chosen.
        case .remembered: continue
        default: throw error
        }
      }
    }
    return nil
  }

  /// - Parameter alternative: the commands that do "without" a terminal, with their verb.
  /// - Throws: `NoTerminalError`.
  static func openScreen(
    _ settings: ScreenSettings, otherwise alternative: String
  ) throws -> CursesScreen {
    do {
      return try CursesScreen(
        options: CursesScreen.Options(
          colorDepth: settings.colors.depth, asciiOnly: settings.glyphs == .ascii,
          mouse: settings.usesMouse, environment: ProcessInfo.processInfo.environment))
    } catch let error as TerminalError {
      throw NoTerminalError(reason: error, alternative: alternative)
    }
  }

  private func leave(
    _ outcome: DashboardSession.Outcome, configuration: RunConfiguration, summary: RunSummary?,
    recording: String?, leavesUserSettings: Bool
  ) throws {
    if outcome.reason != .hangup {
      var configuration = configuration
      configuration.seed = outcome.state.run.present.snapshot.identity.seed
      let command = ReproducingCommand(
        configuration: configuration, history: outcome.state.run.present.history,
        position: outcome.state.run.present.snapshot.status.position,
        leavesUserSettings: leavesUserSettings)
      var lines = ClosingReport.lines(
        outcome.state.run.present, seconds: outcome.seconds, command: command.text)
      if let summary { lines.append("weights_digest \(summary.weightsDigest)") }
      if let recording { lines.append(recording) }
      try printOutput(lines.joined(separator: "\n"))
    }
    try ExitStatus(outcome.reason, run: outcome.state.run.present.status.stopReason)
      .throwUnlessDone()
  }
}

/// The dashboard cannot open here; says what can be done instead.
struct NoTerminalError: Error, CustomStringConvertible {
  let reason: TerminalError
  let alternative: String

  var description: String {
    "the dashboard needs a terminal, but \(reason); \(alternative) without one"
  }
}

extension ThemeLibrary {
  static var ofThisMachine: ThemeLibrary {
    let executable =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
      ?? CommandLine.arguments[0]
    return standard(
      executable: executable, workingDirectory: FileManager.default.currentDirectoryPath,
      environment: ProcessInfo.processInfo.environment)
  }
}
