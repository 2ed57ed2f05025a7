import FoundationEssentials
import LocalFiles
public import PolicyTraining
import ReasoningTasks
import TinyTransformer
public import TrainingTelemetry

/// A new run that goes on from a state of another one, with a change.
///
/// Its folder holds the other run up to that state, and the change as its next command: an ordinary
/// run that was interrupted there. So it can be resumed, repeated from the base policy and looked at
/// like any other; `run.json` names the parent.
public enum ForkedRun {
  /// Makes the folder; `ResumedRun` then continues it.
  ///
  /// - Parameters:
  ///   - folder: new or empty.
  ///   - point: a state of `parent`.
  ///   - iterationLimit: iterations after which the new run ends, counted from the parent's start.
  /// - Throws: `RecordingError.exists` for a folder that holds a run, `notEmpty` for one with
  ///   anything else; what cannot be read of the parent or written.
  public static func begin(
    in folder: RunFolder, from parent: RecordedRun, at point: ForkPoint, change: RunChange,
    iterationLimit: Int, program: String
  ) throws {
    try folder.make()
    let lock = try FolderLock(folder.path)
    defer { withExtendedLifetime(lock) {} }
    if folder.holdsARun { throw RecordingError.exists(path: folder.path) }
    guard try FileSystem.names(in: folder.path).allSatisfy({ $0 == "lock" }) else {
      throw RecordingError.notEmpty(path: folder.path)
    }
    let position = point.position
    let metrics = try kept(parent.folder.metrics) { (line: MetricLine) in
      line.isBefore(position)
    }
    let rollouts = try kept(parent.folder.rollouts) { (line: RolloutLine) in
      line.total <= position.total
    }
    var journal = try kept(parent.folder.journal) { (line: JournalLine) in
      line.isBefore(position)
    }
    let sequence = journal.lines.compactMap(\.sequence).max() ?? 0
    let command = JournalCommand(
      sequence: sequence + 1, iteration: position.iteration, update: position.update,
      total: position.total, command: RecordedCommand(.change(change)))
    let checkpointed = journal.bytes.count
    journal.bytes += JSONText.encode(JournalLine.command(command)) + [UInt8(ascii: "\n")]

    var description = parent.description
    description.program = program
    description.created = Date().timeIntervalSince1970
    description.instructionSet = "\(KernelLevel.best)"
    description.iterationLimit = iterationLimit
    description.parent = RunDescription.Parent(
      folder: parent.folder.name, update: position.total, iteration: position.iteration,
      change: change.text, state: point.digest)
    let file = CheckpointFile(
      checkpoint: point.checkpoint,
      logs: CheckpointFile.LogLengths(
        metricsBytes: metrics.bytes.count, rolloutsBytes: rollouts.bytes.count,
        journalBytes: checkpointed, commandCount: sequence, wallSeconds: 0))
    if let task = try parent.ownTask() { try FileSystem.replace(folder.task, with: task.encoded) }
    // The description comes last: without it the folder is no run.
    let model = description.model
    for (path, bytes) in [
      (folder.base, BasePolicyFile.encoded(try parent.basePolicy(), model: model)),
      (folder.metrics, metrics.bytes), (folder.rollouts, rollouts.bytes),
      (folder.journal, journal.bytes), (folder.checkpoint, file.encoded(model: model)),
      (folder.description, JSONText.encode(description, pretty: true)),
    ] {
      try FileSystem.replace(path, with: bytes)
    }
  }

  private struct Kept<Line> {
    var lines: [Line] = []
    var bytes: [UInt8] = []
  }

  /// The lines of a log that belong to the new run too, as they are; those that cannot be read are
  /// left out.
  private static func kept<Line: Decodable & PlausibleCounts>(
    _ path: String, where belongs: (Line) -> Bool
  ) throws(RecordingError) -> Kept<Line> {
    var kept = Kept<Line>()
    let decoder = JSONLineReader()
    var reader = try LineReader(path)
    while let bytes = try reader.next() {
      guard let line = Line(line: bytes, decoder), belongs(line) else { continue }
      kept.lines.append(line)
      kept.bytes += bytes + [UInt8(ascii: "\n")]
    }
    return kept
  }
}

extension MetricLine {
  /// Whether it tells of something that a run at `position` has behind it.
  fileprivate func isBefore(_ position: UpdatePosition) -> Bool {
    switch self {
    case .rollout(let metrics):
      (metrics.updatesBefore, metrics.iteration) <= (position.total, position.iteration)
    case .update, .evaluation: total <= position.total
    }
  }
}

extension JournalLine {
  fileprivate var sequence: Int? {
    if case .command(let command) = self { command.sequence } else { nil }
  }

  /// Whether a run at `position` has it behind it: commands up to there, and what came into force
  /// before the update that is next.
  fileprivate func isBefore(_ position: UpdatePosition) -> Bool {
    switch self {
    case .command(let command):
      (command.total, command.iteration) <= (position.total, position.iteration)
    case .opened(let opening): opening.total <= position.total
    case .closed(let closing): closing.total < position.total
    case .knobChange(let change):
      change.updatesBefore < position.total
        || position.isRollout(after: change.updatesBefore, of: change.iteration)
    case .objectiveChange(let change):
      change.updatesBefore < position.total
        || position.isRollout(after: change.updatesBefore, of: change.iteration)
    case .notice(let notice): notice.updatesBefore < position.total
    }
  }
}

extension UpdatePosition {
  /// Whether a run here has made the rollout of an iteration and no update since.
  fileprivate func isRollout(after updates: Int, of iteration: Int) -> Bool {
    update == 0 && total == updates && self.iteration == iteration
  }
}
