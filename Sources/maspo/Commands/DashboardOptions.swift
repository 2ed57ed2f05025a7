internal import ArgumentParser
internal import CursesTerminal
internal import Foundation
internal import PolicyTraining
internal import TerminalCanvas
internal import TrainingDashboard
internal import TrainingTelemetry

/// How the dashboard looks and behaves; shared by every command that opens it.
struct DashboardOptions: ParsableArguments {
  enum Glyphs: String, CaseIterable, ExpressibleByArgument {
    case auto, braille, block, ascii
  }

  enum Colors: String, CaseIterable, ExpressibleByArgument {
    case auto, truecolor, indexed, ansi, mono

    var depth: ColorDepth? {
      switch self {
      case .auto: nil
      case .truecolor: .truecolor
      case .indexed: .palette256
      case .ansi: .ansi16
      case .mono: .mono
      }
    }
  }

  @Option(help: "Theme: a name from 'maspo list themes', or a path to a TOML file.")
  var theme: String?

  @Option(help: "Updates per second, or 'full'; without it the run starts slowly and speeds up.")
  var pace: String?

  @Flag(help: "Start paused.")
  var paused = false

  @Flag(help: "Leave when the run is over.")
  var exitAtEnd = false

  @Option(
    help: "Characters of the plots: \(Glyphs.allCases.map(\.rawValue).joined(separator: ", ")).")
  var glyphs = Glyphs.auto

  @Option(help: "Colors: \(Colors.allCases.map(\.rawValue).joined(separator: ", ")).")
  var colors = Colors.auto

  @Flag(help: "Leave the mouse to the terminal.")
  var noMouse = false

  @Flag(help: "No screen: the same numbers as lines of text, for screen readers and logs.")
  var plain = false

  func validate() throws {
    if plain, paused {
      throw ValidationError("--plain and --paused exclude each other: no key could go on")
    }
  }

  /// Opens the dashboard on a run, and leaves with its closing words.
  func watch(_ prepared: PreparedRun) throws {
    let configuration = prepared.configuration
    var trainerOptions = try makeTrainerOptions()
    trainerOptions.resumePoint = prepared.resumePoint
    trainerOptions.observer = prepared.recorder
    if plain {
      let reason = PlainSession.run(prepared, options: trainerOptions)
      return try Self.exitIfFailed(reason)
    }
    let (themes, selected) = try loadThemes()
    let screen = try openScreen()
    defer { screen.close() }

    let wake = screen.wake
    let snapshots = SnapshotMailbox { wake.signal() }
    let commands = CommandMailbox()
    let trainer = Trainer(
      configuration, options: trainerOptions, commands: commands, snapshots: snapshots)
    var state = DashboardState(snapshot: trainer.initialSnapshot)
    state.themes = themes
    state.themeIndex = selected
    trainer.start()
    let folder = FileManager.default.currentDirectoryPath
    var session = DashboardSession(
      screen: screen, state: state, glyphs: glyphSet(of: screen), endsWithRun: exitAtEnd,
      connections: DashboardSession.Connections(
        send: { commands.post($0) }, takeSnapshot: { snapshots.take() },
        savePicture: { try PictureFiles.save($0, $1, folder: folder) }))
    let outcome = session.run()
    commands.post(.stop)
    screen.close()
    trainer.waitUntilFinished()
    let recording = prepared.closeRecording()
    try leave(
      outcome, configuration: configuration, summary: trainer.summary, recording: recording)
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
      guard let value = Double(text), value > 0, value <= 100_000 else {
        throw ConfigurationError.outOfRange(
          name: "pace", value: text, allowed: "a number of updates per second above 0, or 'full'")
      }
      trainerOptions.setPace(value)
    }
    return trainerOptions
  }

  /// All themes that can be read, and the place of the chosen one among them.
  private func loadThemes() throws -> ([Theme], Int) {
    let library = ThemeLibrary.ofThisMachine
    let chosen = try theme.map { try library.theme($0) } ?? library.standardTheme()
    var themes = library.all().themes
    if let index = themes.firstIndex(of: chosen) { return (themes, index) }
    themes.append(chosen)
    return (themes, themes.count - 1)
  }

  private func openScreen() throws -> CursesScreen {
    do {
      return try CursesScreen(
        options: CursesScreen.Options(
          colorDepth: colors.depth, asciiOnly: glyphs == .ascii, mouse: !noMouse,
          environment: ProcessInfo.processInfo.environment))
    } catch let error as TerminalError {
      throw NoTerminalError(reason: error)
    }
  }

  private func glyphSet(of screen: CursesScreen) -> GlyphSet {
    switch glyphs {
    case .auto: screen.recommendedGlyphs
    case .braille: .braille
    case .block: .block
    case .ascii: .ascii
    }
  }

  private func leave(
    _ outcome: DashboardSession.Outcome, configuration: RunConfiguration, summary: RunSummary?,
    recording: String?
  ) throws {
    if outcome.reason != .hangup {
      var configuration = configuration
      configuration.seed = outcome.state.snapshot.identity.seed
      let command = ReproducingCommand(
        configuration: configuration, history: outcome.state.history,
        iterations: outcome.state.snapshot.status.position.iteration)
      var lines = ClosingReport.lines(
        outcome.state, seconds: outcome.seconds, command: command.text)
      if let summary { lines.append("weights_digest \(summary.weightsDigest)") }
      if let recording { lines.append(recording) }
      print(lines.joined(separator: "\n"))
    }
    switch outcome.reason {
    case .signal(let number): throw ExitCode(128 + number)
    case .hangup: throw ExitCode(128 + SIGHUP)
    case .quit, .finished: try Self.exitIfFailed(outcome.state.snapshot.status.stopReason)
    }
  }

  private static func exitIfFailed(_ reason: RunStatus.StopReason?) throws {
    switch reason {
    case .nonFinite: throw ExitCode(3)
    case .failed: throw ExitCode.failure
    case .iterationLimit, .requested, nil: break
    }
  }
}

/// The dashboard cannot open here; says what can be done instead.
struct NoTerminalError: Error, CustomStringConvertible {
  let reason: TerminalError

  var description: String {
    "the dashboard needs a terminal, but \(reason); 'maspo train' and 'maspo watch --plain' run without one"
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
