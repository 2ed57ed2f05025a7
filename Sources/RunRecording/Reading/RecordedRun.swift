import LocalFiles
public import PolicyTraining
public import ReasoningTasks
import TinyTransformer
import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// A run as its folder tells it, whether or not it is still being written.
///
/// Opening reads `run.json` and `summary.json` alone; the rest is read when asked for. A folder
/// that another program wrote in the same format is as good as one of ours.
public struct RecordedRun: Sendable {
  public enum State: Sendable, Hashable {
    /// A program is writing to it.
    case underWay
    /// It reached its iteration limit.
    case finished
    /// A person ended it before that.
    case stopped
    /// A condition that was asked for held, such as `kl>0.05 holds …`.
    case atBreakpoint(String)
    /// It ended by itself before that; the text says why.
    case failed(String)
    /// Nobody writes to it, and nobody ended it: the program was killed.
    case interrupted
    /// How it ended cannot be read; the text says why.
    case unknown(String)
  }

  public let folder: RunFolder
  public let description: RunDescription
  /// How far it had come at the last checkpoint; `nil` when there was none, or when `damage` says
  /// that it cannot be read.
  public let progress: RunProgress?
  /// What is wrong with `summary.json`; `nil` where it can be read or does not exist.
  public let damage: RecordingError?

  /// - Throws: `RecordingError` for a folder that holds no run of this format.
  public init(_ folder: RunFolder) throws(RecordingError) {
    self.folder = folder
    let bytes = try FileSystem.contents(of: folder.description)
    guard let description = JSONText.decode(RunDescription.self, from: bytes),
      description.format == RunDescription.formatName
    else {
      throw .malformed(path: folder.description, reason: "it does not describe a run")
    }
    guard description.version == RunDescription.currentVersion else {
      throw .malformed(
        path: folder.description,
        reason: "it is of version \(description.version), this program reads "
          + "\(RunDescription.currentVersion)")
    }
    guard description.isPlausible else {
      throw .malformed(path: folder.description, reason: "it counts what no run counts")
    }
    self.description = description
    do throws(RecordingError) {
      progress = try RunProgress(folder.summary)
      damage = nil
    } catch {
      progress = nil
      damage = error
    }
  }

  /// Iterations after which it is to end, as it was last begun or resumed; `nil` without an end.
  public var iterationLimit: Int? {
    progress?.iterationLimit ?? description.iterationLimit
  }

  /// The configuration with which it began, checked, and the length in force.
  ///
  /// - Throws: whatever is wrong with it, by name and value.
  func makeConfiguration() throws(RecordingError) -> RunConfiguration {
    var configuration = try configurationAtStart()
    configuration.iterationLimit = iterationLimit
    return configuration
  }

  /// The objective with which it began and, after an arrow, the one that it came to.
  public var objectives: String {
    let first = description.objective.name
    let changes = (try? journal())?.lines.compactMap { line in
      if case .objectiveChange(let change) = line { change.newObjective } else { nil }
    }
    guard let last = changes?.last, last != first else { return first }
    return "\(first)→\(last)"
  }

  public var state: State {
    if FolderLock.isHeld(folder.path) { return .underWay }
    if let damage { return .unknown("\(damage)") }
    switch progress?.reason {
    case nil: return .interrupted
    case "iteration_limit": return .finished
    case "requested": return .stopped
    case .some(let reason):
      return RunStatus.StopReason.breakpointText(inRecorded: reason).map { .atBreakpoint($0) }
        ?? .failed(reason)
    }
  }

  /// The policy with which the run began.
  public func basePolicy() throws(RecordingError) -> BasePolicy {
    try BasePolicyFile.decode(
      FileSystem.contents(of: folder.base), path: folder.base, model: checkedModel())
  }

  func checkpoint() throws(RecordingError) -> CheckpointFile {
    try CheckpointFile(
      decoding: FileSystem.contents(of: folder.checkpoint), path: folder.checkpoint,
      model: checkedModel())
  }

  /// The policy at the last checkpoint, for export.
  public func policyParameters() throws(RecordingError) -> [Float] {
    try checkpoint().checkpoint.parameters
  }

  /// The journal's lines in order, with what could not be read.
  public func journal() throws(RecordingError) -> LogContents<JournalLine> {
    try LogContents(folder.journal)
  }

  /// All metrics in order, with what could not be read.
  public func metrics() throws(RecordingError) -> LogContents<MetricLine> {
    try LogContents(folder.metrics)
  }

  /// Bytes of the metrics; 0 where they cannot be read.
  public var metricsByteCount: Int {
    guard let file = try? OpenFile(folder.metrics, O_RDONLY), let size = try? file.size() else {
      return 0
    }
    return size
  }

  /// Lines of the metrics: as many snapshots as a history has at most, but for one. Nothing is decoded.
  public func metricsLineCount() throws(RecordingError) -> Int {
    try LineReader.lineCount(folder.metrics)
  }

  /// The recorded tokens in order, with what could not be read.
  public func rollouts() throws(RecordingError) -> LogContents<RolloutLine> {
    try LogContents(folder.rollouts)
  }

  /// The configuration with which it began, checked.
  ///
  /// - Throws: `RecordingError.malformed` with whatever is wrong with it.
  func configurationAtStart() throws(RecordingError) -> RunConfiguration {
    let task = try ownTask()
    do {
      return try description.makeConfiguration(task)
    } catch {
      throw .malformed(path: folder.description, reason: "\(error)")
    }
  }

  /// The task that the folder holds a copy of; `nil` for one of the catalog.
  ///
  /// - Throws: `RecordingError` where the copy is missing or is not what the run began with.
  func ownTask() throws(RecordingError) -> FileTask? {
    guard let expected = description.taskFile else { return nil }
    let task: FileTask
    let bytes = try FileSystem.contents(of: folder.task)
    do throws(TaskFileError) {
      task = try FileTask(bytes, file: folder.task, name: description.task)
    } catch {
      throw .malformed(path: folder.task, reason: error.reason)
    }
    guard task.digest == expected.digest else {
      throw .malformed(
        path: folder.task,
        reason: "it is not the task with which the run began: its digest is \(task.digest), "
          + "run.json has \(expected.digest)")
    }
    return task
  }

  /// The tokens of its prompts and answers.
  public func vocabulary() throws(RecordingError) -> Vocabulary {
    try configurationAtStart().reasoningTask.vocabulary
  }

  /// The model's shape, after checking that it is one.
  private func checkedModel() throws(RecordingError) -> TransformerConfiguration {
    try configurationAtStart().model
  }
}

extension RunProgress {
  /// Reads a summary.
  ///
  /// - Returns: `nil` when the file does not exist.
  fileprivate init?(_ path: String) throws(RecordingError) {
    let bytes: [UInt8]
    do throws(RecordingError) {
      bytes = try FileSystem.contents(of: path)
    } catch .system(_, _, ENOENT) {
      return nil
    }
    guard let progress = JSONText.decode(Self.self, from: bytes), progress.isPlausible else {
      throw .malformed(path: path, reason: "it does not tell how far a run has come")
    }
    self = progress
  }
}
