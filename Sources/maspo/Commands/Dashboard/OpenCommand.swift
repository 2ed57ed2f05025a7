internal import ArgumentParser
internal import CursesTerminal
internal import FoundationEssentials
internal import RunComparison
internal import RunRecording
internal import SettingsFiles
internal import TrainingDashboard

/// Looks back at recorded runs in the dashboard.
struct OpenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open", abstract: "Look back at recorded runs in the dashboard.",
    discussion: """
      Nothing is trained and nothing is written: a run that is unfinished, damaged or still being \
      written can be looked at as far as it is recorded. Keys walk through its updates, \
      iterations, knob moves and warnings. Tokens, which the record keeps now and then, are \
      computed anew on a key. Of a long run the last updates are shown at once, and the header says \
      how far the rest has been read. 'maspo resume' continues the run.

      Runs given by --beside are laid over it, aligned by update: the learning panel has their \
      curves, the race panel a row for each, and a key shows another one in all panels. The folder \
      of 'maspo compare' opens the same way: a course for each arm, the mean over its seeds, with \
      the scores and rollouts' means that it keeps.
      """)

  @Argument(
    help: ArgumentHelp(
      "A name from 'maspo runs', or a folder; without it, the newest run. The folder of 'maspo "
        + "compare', too.", valueName: "run"))
  var name: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Recorded runs to lay over it, up to \(OpenedRuns.mostBeside), by name or folder.",
      valueName: "run"))
  var beside: [String] = []

  @OptionGroup(title: "Of a folder of 'maspo compare'") var stored: StoredOptions
  @OptionGroup var look: ScreenOptions
  @OptionGroup var userOptions: UserSettingsOptions

  func run() throws {
    try DashboardProgram(look: look, user: userOptions.load()).open(opened())
  }

  private func opened() throws -> OpenedRuns {
    if let name, let store = StoredOptions.store(named: name) {
      guard beside.isEmpty else {
        throw ValidationError(
          "\(store) is a folder of maspo compare, which is opened without --beside; its arms are "
            + "chosen by --arms")
      }
      return try OpenedRuns(
        StoredComparison(store, stored.selection, most: OpenedRuns.mostArms), store: store)
    }
    if let option = stored.given {
      throw ValidationError(
        "\(option) chooses among the results in a folder of maspo compare, which "
          + "\(name ?? "the newest run") is not")
    }
    guard beside.count <= OpenedRuns.mostBeside else {
      throw ValidationError(
        "--beside: \(beside.count) runs; at most \(OpenedRuns.mostBeside) can lie beside the first")
    }
    let first = try firstFolder()
    var folders = [(name: name ?? first.name, folder: first)]
    for name in beside {
      if let store = StoredOptions.store(named: name) {
        throw ValidationError(
          "--beside \(name): it is a folder of maspo compare, not a run; maspo open \(store) opens it"
        )
      }
      let folder = try RecordedRunArgument.folder(named: name)
      if let same = folders.first(where: { $0.folder.isSame(as: folder) }) {
        throw ValidationError(
          "--beside \(name): it is the same run as \(same.name); name another one")
      }
      folders.append((name, folder))
    }
    return try OpenedRuns(folders.map { ($0.name, try RecordedRun($0.folder)) })
  }

  private func firstFolder() throws -> RunFolder {
    if let name { return try RecordedRunArgument.folder(named: name) }
    guard let newest = try RunListing.newest(under: RecordingOptions.root) else {
      throw ValidationError(
        "there is no recorded run in \(RecordingOptions.root); name a folder, or record a run "
          + "with 'maspo'")
    }
    return newest
  }
}

/// What of a store of `maspo compare` is opened.
struct StoredOptions: ParsableArguments {
  @Option(help: "The task whose results are shown.")
  var task: String?

  @Option(help: "The preset whose results are shown.")
  var preset: String?

  @Option(
    help: ArgumentHelp(
      "Arms by their names in the table, separated by commas; the first is the one with which the "
        + "others are compared.", valueName: "list"))
  var arms: String?

  var selection: StoredComparison.Selection {
    StoredComparison.Selection(
      task: task, preset: preset, arms: arms?.split(separator: ",").map(String.init))
  }

  /// An option that was given, as it is written.
  var given: String? {
    [("--task", task), ("--preset", preset), ("--arms", arms)].first { $0.1 != nil }?.0
  }

  /// The folder, where a name means one that holds no run and may be a store.
  static func store(named name: String) -> String? {
    let folder = RunListing.folder(name, root: RecordingOptions.root)
    return folder.holdsARun || !StoredComparison.mayBeStore(folder.path) ? nil : folder.path
  }
}

extension RunFolder {
  /// Whether both are one folder, however it is written.
  fileprivate func isSame(as other: RunFolder) -> Bool {
    func real(_ path: String) -> String {
      URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
    }
    return real(path) == real(other.path)
  }
}
