internal import AttachedRuns
internal import CursesTerminal
internal import FoundationEssentials
internal import LocalFiles
internal import PolicyTraining
internal import RunKnowledge
internal import RunRecording
internal import SettingsFiles
internal import TerminalCanvas
internal import TrainingDashboard
internal import TrainingTelemetry

#if canImport(Glibc)
  internal import Glibc
#endif

/// The dashboard as a program: opens the terminal as the person wants it, shows a run until they
/// leave, keeps what they chose, and says the closing words.
///
/// A live and a recorded run differ in what is behind the screen, and in those words.
struct DashboardProgram {
  let look: ScreenOptions
  let user: UserSettings

  /// Trains a run and shows it, or reports it in lines of text.
  ///
  /// - Parameters:
  ///   - tour: shown on it, if there is one; an automatic one that saw something else than it said
  ///     fails.
  ///   - rivals: runs in lock step with it.
  /// - Throws: the exit status of what did not end as asked.
  func watch(
    _ prepared: PreparedRun, _ options: DashboardOptions, tour: Tour? = nil, rivals: [Rival] = []
  ) throws {
    var trainerOptions = try options.makeTrainerOptions()
    trainerOptions.resumePoint = prepared.resumePoint
    trainerOptions.observer = prepared.observer
    trainerOptions.breakpoints = prepared.breakpoints
    let warnings = user.warnings + prepared.configuration.scriptWarnings
    if options.plain {
      warn(warnings)
      return try ExitStatus(PlainSession.run(prepared, options: trainerOptions))
        .throwUnlessDone()
    }
    if tour != nil {
      trainerOptions.startsPaused = true
      // What the tour says must not depend on how fast the machine is.
      trainerOptions.makesEveryDetail = true
    }
    var stage = try Stage(
      look, user, warnings: warnings,
      otherwise: prepared.resumePoint == nil
        ? "'maspo train' and 'maspo watch --plain' run"
        : "'maspo resume --headless' and 'maspo resume --plain' go on")
    defer { stage.screen.close() }
    let wake = stage.screen.wake
    let snapshots = SnapshotMailbox { wake.signal() }
    let commands = CommandMailbox()
    let forks = ForkWorker(
      prepareThread: { CursesScreen.prepareThreadForBackground() }, signal: { wake.signal() })
    defer { forks.stop() }
    trainerOptions.takeForkPoint = { forks.begin(at: $0, $1) }
    let race = RunningRace(rivals, &trainerOptions, commands, signal: { wake.signal() })
    let trainer = Trainer(
      prepared.configuration, options: trainerOptions, commands: commands, snapshots: snapshots)
    var state = stage.dressed(
      race?.state(beside: trainer, of: prepared.configuration)
        ?? DashboardState(snapshot: trainer.initialSnapshot))
    if let tour { state.begin(tour) }
    trainer.start()
    let outcome = stage.show(
      state, endsWithRun: options.exitAtEnd,
      send: { race?.post($0) ?? commands.post($0) }, sendToAll: { race?.post(all: $0) },
      takeSnapshot: {
        let newest = snapshots.take()
        // The base policy is made once, for all.
        if let newest, newest.status.phase != .warmingUp { race?.start() }
        return newest
      }, takeActions: { forks.takeNews() + (race?.takeNews() ?? []) },
      goOnWithFork: { forks.goOn($0) }, forgetFork: { forks.forget() },
      showLane: { race?.show($0) })
    forks.forget()
    commands.post(.stop)
    stage.screen.close()
    let rivalWords = race?.stop() ?? []
    trainer.waitUntilFinished()
    let recording = prepared.closeRecording()
    // What a tour brought up is no choice of the person.
    if tour == nil { stage.keepChoices(of: outcome.state) }
    warn(stage.warnings)
    try sayClosingWords(
      outcome, prepared.configuration, summary: trainer.summary, recording: recording?.words)
    for words in rivalWords { try printOutput(words) }
    try ExitStatus(outcome.reason, run: outcome.state.run.present.status.stopReason)
      .throwUnlessDone()
    if let tour = outcome.state.tour { try TourCommand.judge(tour) }
  }

  /// Shows recorded runs: no trainer behind them, only what computes tokens anew.
  ///
  /// - Throws: the exit status of a signal.
  func open(_ runs: OpenedRuns) throws {
    var stage = try Stage(
      look, user, warnings: user.warnings, otherwise: "'maspo show' tells of a run")
    defer { stage.screen.close() }
    let wake = stage.screen.wake
    runs.start(
      prepareThread: { CursesScreen.prepareThreadForCrashes() }, signal: { wake.signal() })
    let outcome = stage.show(
      stage.dressed(
        runs.state, panel: runs.state.race.map { _ in PanelIdentity(RacePanel.self) }),
      takeActions: { runs.takeNews() },
      recompute: { runs.recompute(iteration: $0, group: $1) }, showLane: { runs.show($0) })
    stage.screen.close()
    runs.stop()
    stage.keepChoices(of: outcome.state)
    warn(stage.warnings)
    try ExitStatus(outcome.reason, run: nil).throwUnlessDone()
    for words in runs.closingWords { try printOutput(words) }
  }

  /// Shows a run that another trainer makes.
  ///
  /// - Throws: the exit status of a signal.
  func attach(_ view: AttachedView, path: String) throws {
    var stage = try Stage(
      look, user, warnings: user.warnings, otherwise: "'maspo attach --plain' tells of a run")
    defer { stage.screen.close() }
    let wake = stage.screen.wake
    var view = view
    let first = view.takeSnapshot(at: AttachedWorker.now)
    let worker = AttachedWorker(
      view, path: path, prepareThread: { CursesScreen.prepareThreadForCrashes() },
      signal: { wake.signal() })
    worker.start()
    let outcome = stage.show(
      stage.dressed(DashboardState(WatchedRun(first, from: .attached))),
      send: { worker.send($0) }, takeSnapshot: { worker.takeSnapshot() },
      takeActions: { worker.takeEarlier() })
    stage.screen.close()
    worker.stop()
    stage.keepChoices(of: outcome.state)
    warn(stage.warnings)
    try ExitStatus(outcome.reason, run: nil).throwUnlessDone()
  }

  private func warn(_ warnings: [String]) {
    for warning in warnings { printError("warning: \(warning)") }
  }

  private func sayClosingWords(
    _ outcome: DashboardSession.Outcome, _ configuration: RunConfiguration, summary: RunSummary?,
    recording: String?
  ) throws {
    guard outcome.reason != .hangup else { return }
    let run = outcome.state.run.present
    var configuration = configuration
    configuration.seed = run.snapshot.identity.seed ?? configuration.seed
    let command = ReproducingCommand(
      configuration: configuration, history: run.history,
      position: run.snapshot.status.position, leavesUserSettings: user.concernsRuns)
    var lines = ClosingReport.lines(run, seconds: outcome.seconds, command: command.text)
    if let summary { lines.append("weights_digest \(summary.weightsDigest)") }
    if let recording { lines.append(recording) }
    try printOutput(lines.joined(separator: "\n"))
  }
}

extension DashboardProgram {
  /// The terminal, opened and set up with a person's choices.
  private struct Stage {
    let screen: CursesScreen
    /// What to tell the person once the terminal is theirs again.
    private(set) var warnings: [String]
    private let remembered: RememberedScreen
    private let theme: ThemeChoice
    private let user: UserSettings
    /// What the choices are compared with at the end.
    private var firstState: DashboardState?

    /// - Parameter alternative: the commands that do "without" a terminal, with their verb.
    /// - Throws: `NoTerminalError`, `ThemeError`.
    init(
      _ look: ScreenOptions, _ user: UserSettings, warnings: [String],
      otherwise alternative: String
    ) throws {
      self.user = user
      remembered = RememberedScreen(look, over: user.screen)
      self.warnings = warnings + [remembered.warning].compactMap { $0 }
      let settings = remembered.settings
      theme = try ThemeChoice(settings, &self.warnings)
      do {
        screen = try CursesScreen(
          options: CursesScreen.Options(
            colorDepth: settings.colors.depth, asciiOnly: settings.glyphs == .ascii,
            mouse: settings.usesMouse, environment: ProcessInfo.processInfo.environment))
      } catch let error as TerminalError {
        throw NoTerminalError(reason: error, alternative: alternative)
      }
    }

    /// The state in the looks and with the keys that the person wants.
    ///
    /// - Parameter panel: selected, whatever panels the person looked at last.
    mutating func dressed(
      _ plain: DashboardState, panel: PanelIdentity? = nil
    ) -> DashboardState {
      var state = plain
      state.appearance.themes = theme.themes
      state.appearance.themeIndex = theme.index
      state.keys = user.keys
      state.appearance.glyphs =
        remembered.settings.glyphs.glyphs(recommended: screen.recommendedGlyphs)
      remembered.settings.apply(to: &state)
      if let panel { state.recentPanels = [panel] + state.recentPanels.filter { $0 != panel } }
      firstState = state
      state.warn(warnings.map { $0.replacing(user.path, with: "config.toml") })
      return state
    }

    /// Runs the screen until the person leaves; what is not given does nothing.
    func show(
      _ state: DashboardState, endsWithRun: Bool = false,
      send: @escaping (TrainerCommand) -> Void = { _ in },
      sendToAll: @escaping ([TrainerCommand?]) -> Void = { _ in },
      takeSnapshot: @escaping () -> TrainingSnapshot? = { nil },
      takeActions: @escaping () -> [DashboardAction] = { [] },
      recompute: @escaping (_ iteration: Int, _ group: Int?) -> Void = { _, _ in },
      goOnWithFork: @escaping (ForkRequest) -> Void = { _ in },
      forgetFork: @escaping () -> Void = {}, showLane: @escaping (Int) -> Void = { _ in }
    ) -> DashboardSession.Outcome {
      let folder = FileManager.default.currentDirectoryPath
      var session = DashboardSession(
        screen: screen, state: state, endsWithRun: endsWithRun,
        connections: DashboardSession.Connections(
          send: send, sendToAll: sendToAll, takeSnapshot: takeSnapshot, takeActions: takeActions,
          recompute: recompute, goOnWithFork: goOnWithFork, forgetFork: forgetFork,
          showLane: showLane,
          savePicture: { try PictureFiles.save($0, $1, folder: folder) }))
      return session.run()
    }

    /// Keeps what was changed on the screen.
    mutating func keepChoices(of state: DashboardState) {
      guard let firstState, let problem = remembered.keep(from: firstState, to: state) else {
        return
      }
      warnings.append(problem)
    }
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
