import FoundationEssentials
import LocalFiles
public import PolicyTraining
import TinyTransformer
import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// An interrupted run, ready to go on where its last checkpoint was taken.
///
/// Give `configuration` and `resumePoint` to a `Trainer`, with `recorder` as its observer. What the
/// logs say beyond the checkpoint is cut away, since the run will say it again; commands are kept
/// and repeated. Everything is checked before the first byte is cut.
public struct ResumedRun: Sendable {
  public let configuration: RunConfiguration
  public let resumePoint: ResumePoint
  public let recorder: RunRecorder

  /// Opens a folder for writing.
  ///
  /// - Parameter prepare: changes to the configuration that do not change the run's numbers: its
  ///   length, threads, evaluations.
  /// - Throws: `RecordingError.locked` when a program still writes to it; whatever keeps the run
  ///   from going on, with the file that is at fault.
  public init(
    _ folder: RunFolder, settings: RunRecorder.Settings,
    prepare: (inout RunConfiguration) -> Void = { _ in }
  ) throws {
    guard FileSystem.isFolder(folder.path) else {
      throw RecordingError.system(operation: "open", path: folder.path, code: ENOENT)
    }
    let run = try RecordedRun(folder)
    let lock = try FolderLock(folder.path)
    var configuration = try run.makeConfiguration()
    prepare(&configuration)
    try configuration.validate()
    self.configuration = configuration
    let base = try run.basePolicy()
    // A checkpoint is written before the first summary, and as soon as the run begins.
    let hasCheckpoint = FileSystem.exists(folder.checkpoint) || run.progress != nil
    let file =
      hasCheckpoint ? try run.checkpoint() : try .beginning(of: configuration, base: base)
    for path in [folder.metrics, folder.journal, folder.rollouts]
    where !hasCheckpoint && !FileSystem.exists(path) {
      _ = try LineLog(path)
    }
    let metrics = try LogContents<MetricLine>(folder.metrics, limit: file.logs.metricsBytes)
    let journal = try run.journal()
    let past = try LogContents<JournalLine>(folder.journal, limit: file.logs.journalBytes)
    let commands = journal.lines.compactMap { line in
      if case .command(let command) = line { command } else { nil }
    }
    let repeated = commands.filter { $0.sequence > file.logs.commandCount }
      .compactMap(PlacedCommand.init)
    resumePoint = ResumePoint(
      base: base, checkpoint: file.checkpoint, commands: repeated,
      history: RecordedHistory.events(metrics.lines, past.lines))

    let trimming = try LogTrimming(folder, file)
    do {
      _ = try TrainingRun(configuration, checkpoint: file.checkpoint)
    } catch {
      throw RecordingError.malformed(path: folder.checkpoint, reason: "\(error)")
    }
    // All is known to be good: only now is anything written.
    try trimming.carryOut()
    var notices = trimming.notices
    if !hasCheckpoint {
      notices.append("the run was stopped before its first checkpoint: it begins anew")
    }
    if let damage = metrics.damage { notices.append("metrics.jsonl: \(damage)") }
    if let damage = journal.damage { notices.append("journal.jsonl: \(damage)") }
    let instructionSet = "\(KernelLevel.best)"
    if run.description.instructionSet != instructionSet {
      notices.append(
        "the run began with the instruction set \(run.description.instructionSet), this machine "
          + "has \(instructionSet): it will go on differently in the last bits")
    }
    if run.description.program != settings.program {
      notices.append(
        "the run was begun by \(run.description.program), this is \(settings.program): it may go "
          + "on differently")
    }
    let evaluations = metrics.lines.compactMap { line in
      if case .evaluation(let metrics) = line { metrics } else { nil }
    }
    recorder = RunRecorder(
      folder,
      writer: try FolderWriter(folder, model: configuration.model, lock: lock),
      resumption: RunRecorder.Resumption(
        commandCount: file.logs.commandCount, repeated: repeated,
        lastSequence: commands.map(\.sequence).max() ?? file.logs.commandCount,
        wallSeconds: file.logs.wallSeconds),
      lastEvaluation: evaluations.last, notices: notices, settings: settings)
  }
}

extension PlacedCommand {
  /// The command, if it can change the numbers of a run.
  init?(_ line: JournalCommand) {
    guard let command = line.command.command, command.changesTheRun else { return nil }
    self.init(
      position: UpdatePosition(
        iteration: line.iteration, update: line.update, updatesPerIteration: 0,
        total: line.total),
      command: command)
  }
}

extension MetricLine {
  var event: TrainingEvent {
    switch self {
    case .rollout(let metrics): .rollout(metrics)
    case .update(let metrics): .update(metrics)
    case .evaluation(let metrics): .evaluation(metrics)
    }
  }

  /// The update that it is of or that comes next.
  var total: Int {
    switch self {
    case .rollout(let metrics): metrics.updatesBefore + 1
    case .update(let metrics): metrics.position.total
    case .evaluation(let metrics): metrics.updatesBefore
    }
  }
}

extension JournalLine {
  /// What is told as an event, with the updates before it.
  var event: (event: TrainingEvent, updatesBefore: Int)? {
    switch self {
    case .knobChange(let change): (.knobChange(change), change.updatesBefore)
    case .objectiveChange(let change): (.objectiveChange(change), change.updatesBefore)
    case .notice(let notice): (.notice(notice), notice.updatesBefore)
    case .opened, .command, .closed: nil
    }
  }
}
