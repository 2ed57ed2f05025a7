internal import ArgumentParser
internal import CursesTerminal
internal import LocalFiles
internal import RunKnowledge
internal import RunRecording
internal import SettingsFiles
internal import TrainingDashboard

/// Looks back at a recorded run in the dashboard.
struct OpenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open", abstract: "Look back at a recorded run in the dashboard.",
    discussion: """
      Nothing is trained and nothing is written: a run that is unfinished, damaged or still being \
      written can be looked at as far as it is recorded. Keys walk through its updates, \
      iterations, knob moves and warnings. Tokens, which the record keeps now and then, are \
      computed anew on a key. Of a long run the last updates are shown at once, and the header says \
      how far the rest has been read. 'maspo resume' continues the run.
      """)

  @Argument(
    help: ArgumentHelp(
      "A name from 'maspo runs', or a folder; without it, the newest run.", valueName: "run"))
  var name: String?

  @OptionGroup var look: ScreenOptions
  @OptionGroup var userOptions: UserSettingsOptions

  func run() throws {
    let folder = try self.folder()
    let run = try RecordedRun(folder)
    let record = RecordReading(
      run, name: (name ?? folder.name).shellWord, ending: Self.ending(run.state))
    let (state, rest) = try record.begin()
    try DashboardProgram(look: look, user: userOptions.load()).open(run, state, rest: rest)
  }

  private func folder() throws -> RunFolder {
    if let name { return try RecordedRunArgument.folder(named: name) }
    guard let newest = try RunListing.newest(under: RecordingOptions.root) else {
      throw ValidationError(
        "there is no recorded run in \(RecordingOptions.root); name a folder, or record a run "
          + "with 'maspo'")
    }
    return newest
  }

  private static func ending(_ state: RecordedRun.State) -> String {
    switch state {
    case .failed(let reason), .atBreakpoint(let reason), .unknown(let reason):
      "\(state.word): \(reason)"
    case .underWay, .finished, .stopped, .interrupted: state.word
    }
  }
}
