internal import ArgumentParser
internal import FoundationEssentials
internal import PolicyTraining
internal import RunExport
internal import RunRecording
internal import TrainingTelemetry

#if canImport(Glibc)
  internal import Glibc
#endif

/// Where and how a run is recorded; shared by the commands that make one.
struct RecordingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Folder of the run's files; must not hold a run yet. Without it, a new one in "
        + "~/.local/state/maspo/runs.", valueName: "folder"))
  var runDir: String?

  @Flag(help: "Write no run folder.")
  var noRecord = false

  @Option(
    help: "Write scalars into this folder for TensorBoard while the run is made.",
    completion: .directory)
  var tensorboard: String?

  @OptionGroup var checkpoints: CheckpointOptions

  @Option(
    parsing: .unconditional, help: "Iterations between two records of tokens; 0 records none.")
  var recordTokensEvery = 10

  func validate() throws {
    if runDir?.isEmpty == true { throw ValidationError("--run-dir: the name is empty") }
    if noRecord, runDir != nil {
      throw ValidationError("--run-dir and --no-record exclude each other")
    }
    guard recordTokensEvery >= 0 else {
      throw ConfigurationError.outOfRange(
        name: "record-tokens-every", value: "\(recordTokensEvery)", allowed: "0 or more")
    }
  }

  var settings: RunRecorder.Settings {
    var settings = checkpoints.settings
    settings.tokenInterval = recordTokensEvery
    return settings
  }

  /// A new run, with its recorder if it is to be recorded.
  ///
  /// - Throws: `RecordingError` for a folder that holds a run or is in use.
  func prepare(_ configuration: RunConfiguration) throws -> PreparedRun {
    guard !noRecord else {
      return try logging(PreparedRun(configuration: configuration))
    }
    // What was asked for and cannot be had is told before hours have gone by.
    if let runDir, !FileManager.default.fileExists(atPath: runDir) {
      try RunFolder(runDir).make()
    }
    let folder =
      runDir.map { RunFolder($0) }
      ?? RunFolder.new(
        under: Self.root, time: Date().timeIntervalSince1970, task: configuration.task,
        objective: configuration.objectiveName, seed: configuration.seed)
    return try logging(
      PreparedRun(
        configuration: configuration, recorder: try RunRecorder(folder, settings: settings)))
  }

  /// The run with its log for TensorBoard, if one is asked for.
  private func logging(_ prepared: PreparedRun) throws -> PreparedRun {
    var prepared = prepared
    prepared.log = try tensorboard.map { try TensorBoardLog($0, beside: prepared.recorder) }
    return prepared
  }

  /// The folder of all runs.
  static var root: String { RunFolder.root(environment: ProcessInfo.processInfo.environment) }
}

/// How often a recorded run can be resumed from; shared by the commands that make one or resume
/// it.
struct CheckpointOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "Seconds between two checkpoints.")
  var checkpointSeconds = 5.0

  func validate() throws {
    guard checkpointSeconds >= 0 else {
      throw ConfigurationError.outOfRange(
        name: "checkpoint-seconds", value: KnobText.format(checkpointSeconds), allowed: "0 or more")
    }
  }

  /// Those without an option.
  static var standardSettings: RunRecorder.Settings {
    RunRecorder.Settings(program: "maspo \(Maspo.version)")
  }

  var settings: RunRecorder.Settings {
    var settings = Self.standardSettings
    settings.checkpointInterval = checkpointSeconds
    return settings
  }
}

/// Names a recorded run.
struct RecordedRunArgument: ParsableArguments {
  @Argument(
    help: ArgumentHelp("A name from 'maspo runs', or a folder.", valueName: "run"),
    completion: .recordedRuns)
  var name: String

  /// - Throws: `NoSuchRun` where there is nothing of that name.
  var folder: RunFolder {
    get throws { try Self.folder(named: name) }
  }

  /// - Throws: `NoSuchRun` where there is nothing of that name, or something else than a run.
  static func folder(named name: String) throws -> RunFolder {
    let root = RecordingOptions.root
    let folder = RunListing.folder(name, root: root)
    var isFolder = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder) else {
      throw NoSuchRun.unknown(name: name, root: root)
    }
    guard isFolder else { throw NoSuchRun.notAFolder(path: folder.path) }
    guard folder.holdsARun else { throw NoSuchRun.noRunInside(path: folder.path) }
    return folder
  }
}

/// A run that a person named and that is not there.
enum NoSuchRun: Error, CustomStringConvertible {
  case unknown(name: String, root: String)
  case notAFolder(path: String)
  case noRunInside(path: String)

  var description: String {
    switch self {
    case .unknown(let name, let root):
      let recent = (try? RunListing.entries(under: root))?.suffix(3).map(\.folder.name) ?? []
      let known =
        recent.isEmpty ? "none is there yet" : "the last are \(recent.joined(separator: ", "))"
      return "no run '\(name)', neither as a folder nor in \(root): \(known)"
    case .notAFolder(let path): return "\(path) is a file; a run is a folder"
    case .noRunInside(let path): return "there is no run in \(path)"
    }
  }
}

/// A run about to begin or to be resumed.
struct PreparedRun {
  var configuration: RunConfiguration
  var resumePoint: ResumePoint?
  var recorder: RunRecorder?
  /// Around the recorder, if there is one.
  var log: TensorBoardLog?
  /// Conditions at which it pauses.
  var breakpoints: [Breakpoint] = []

  /// What hears of the run.
  var observer: (any RunObserver)? { log ?? recorder }

  /// How a recording ended.
  struct RecordingEnd {
    /// What to tell the person of it.
    var words: String
    var isComplete: Bool
  }

  /// Ends the recording, if there is one.
  func closeRecording() -> RecordingEnd? {
    log?.close()
    guard let recorder else { return nil }
    let path = recorder.path
    do {
      try recorder.close()
      // A run that could not start has nothing to record.
      guard RunFolder(path).holdsARun else {
        if path.hasPrefix(RecordingOptions.root + "/") { RunFolder(path).removeIfEmpty() }
        return nil
      }
      return RecordingEnd(words: "recorded in \(path)", isComplete: true)
    } catch {
      return RecordingEnd(
        words: "warning: the recording in \(path) is incomplete: \(error)", isComplete: false)
    }
  }
}
