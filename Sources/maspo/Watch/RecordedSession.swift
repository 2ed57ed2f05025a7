internal import CursesTerminal
internal import Foundation
internal import RunRecording
internal import SettingsFiles
internal import TerminalCanvas
internal import TrainingDashboard

/// The dashboard on a recorded run: no trainer behind it, only what computes tokens anew.
struct RecordedSession {
  let run: RecordedRun
  let look: ScreenOptions
  let user: UserSettings

  /// Shows `state` until the person leaves; throws the exit status of a signal.
  func show(_ recorded: DashboardState) throws {
    var state = recorded
    let remembered = RememberedScreen(look, over: user.screen)
    let settings = remembered.settings
    var warnings = user.warnings + [remembered.warning].compactMap { $0 }
    let (themes, selected) = try DashboardOptions.loadThemes(settings, &warnings)
    let screen = try DashboardOptions.openScreen(
      settings, otherwise: "'maspo show' tells of a run")
    defer { screen.close() }
    state.appearance.themes = themes
    state.appearance.themeIndex = selected
    state.keys = user.keys
    state.appearance.glyphs = settings.glyphs.glyphs(recommended: screen.recommendedGlyphs)
    settings.apply(to: &state)
    let firstState = state
    state.warn(warnings.map { $0.replacing(user.path, with: "config.toml") })

    let wake = screen.wake
    let worker = RecomputationWorker(
      run, prepareThread: { CursesScreen.prepareThreadForCrashes() }, signal: { wake.signal() })
    let folder = FileManager.default.currentDirectoryPath
    var connections = DashboardSession.Connections(
      send: { _ in }, takeSnapshot: { nil },
      savePicture: { try PictureFiles.save($0, $1, folder: folder) })
    connections.takeActions = { worker.takeNews() }
    connections.recompute = { worker.request(iteration: $0, group: $1) }
    var session = DashboardSession(
      screen: screen, state: state, endsWithRun: false, connections: connections)
    let outcome = session.run()
    screen.close()
    worker.stop()
    warnings += [remembered.keep(from: firstState, to: outcome.state)].compactMap { $0 }
    for warning in warnings { printError("warning: \(warning)") }
    try ExitStatus(outcome.reason, run: nil).throwUnlessDone()
    try printOutput("maspo resume \(run.folder.path) goes on with it")
  }
}
