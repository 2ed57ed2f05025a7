import LocalFiles
import PolicyTraining
import TinyTransformer

/// Writes the files of one run. What it cannot write it keeps for the next attempt, so that a full
/// disk or a lost folder interrupts the recording and nothing else.
///
/// Lines reach the files in the order in which they were given. A checkpoint is written only when
/// all lines before it are, so that the lengths it notes are true.
struct FolderWriter: ~Copyable {
  /// What has to be in place before the first line.
  struct Beginning: Sendable {
    var description: RunDescription
    /// The content of `task.jsonl`, where the task is the user's own.
    var task: [UInt8]?
    var base: BasePolicy
    var opening: JournalOpening
  }

  enum Log: Sendable {
    case metrics
    case journal
    case rollouts
  }

  /// Lines kept while nothing can be written; beyond it the oldest numbers are dropped.
  static let backlogLimit = 50_000

  let folder: RunFolder
  private let model: TransformerConfiguration
  private var lock: FolderLock?
  private var logs: Logs?
  private var beginning: Beginning?
  private var backlog: [(log: Log, line: [UInt8])] = []
  private(set) var droppedLineCount = 0

  private struct Logs: ~Copyable {
    var metrics: LineLog
    var journal: LineLog
    var rollouts: LineLog

    init(_ folder: RunFolder) throws(RecordingError) {
      let metrics = try LineLog(folder.metrics)
      let journal = try LineLog(folder.journal)
      let rollouts = try LineLog(folder.rollouts)
      self.metrics = metrics
      self.journal = journal
      self.rollouts = rollouts
    }

    mutating func append(_ lines: [[UInt8]], to log: Log) throws(RecordingError) {
      switch log {
      case .metrics: try metrics.append(lines)
      case .journal: try journal.append(lines)
      case .rollouts: try rollouts.append(lines)
      }
    }

    func synchronize() throws(RecordingError) {
      try metrics.synchronize()
      try journal.synchronize()
      try rollouts.synchronize()
    }
  }

  /// A writer for a new run. The folder is made by the first `write`.
  init(_ folder: RunFolder, beginning: Beginning) {
    self.folder = folder
    model = beginning.description.model
    self.beginning = beginning
  }

  /// A writer that continues an interrupted run, whose logs have been put in order.
  init(
    _ folder: RunFolder, model: TransformerConfiguration, lock: consuming FolderLock
  ) throws(RecordingError) {
    self.folder = folder
    self.model = model
    logs = try Logs(folder)
    self.lock = consume lock
  }

  mutating func add(_ line: [UInt8], to log: Log) {
    backlog.append((log, line))
    guard backlog.count > Self.backlogLimit else { return }
    // Commands are what a run cannot be repeated without; numbers can be computed again.
    backlog.remove(at: backlog.firstIndex { $0.log != .journal } ?? 0)
    droppedLineCount += 1
  }

  /// Writes all there is to write.
  ///
  /// - Throws: what keeps it from being written; what was not is kept.
  mutating func write() throws(RecordingError) {
    try open()
    while let first = backlog.first {
      let run = backlog.prefix { $0.log == first.log }
      try logs?.append(run.map(\.line), to: first.log)
      backlog.removeFirst(run.count)
    }
  }

  /// Writes all there is to write, then replaces checkpoint and summary.
  ///
  /// The logs reach the disk first: a checkpoint never speaks of lines that a power cut may take.
  mutating func save(
    _ checkpoint: RunCheckpoint, commandCount: Int, progress: RunProgress
  ) throws(RecordingError) {
    try write()
    try logs?.synchronize()
    let file = CheckpointFile(
      checkpoint: checkpoint,
      logs: CheckpointFile.LogLengths(
        metricsBytes: logs?.metrics.length ?? 0, rolloutsBytes: logs?.rollouts.length ?? 0,
        journalBytes: logs?.journal.length ?? 0, commandCount: commandCount,
        wallSeconds: progress.wallSeconds))
    try FileSystem.replace(folder.checkpoint, with: file.encoded(model: model))
    try FileSystem.replace(folder.summary, with: JSONText.encode(progress, pretty: true))
    droppedLineCount = 0
  }

  /// Makes folder, lock and the files of the beginning, as far as that has not been done.
  private mutating func open() throws(RecordingError) {
    guard logs == nil, let beginning else { return }
    if lock == nil {
      try FileSystem.makeFolder(folder.path)
      let lock = try FolderLock(folder.path)
      if folder.holdsARun { throw .exists(path: folder.path) }
      self.lock = consume lock
    }
    if let task = beginning.task { try FileSystem.replace(folder.task, with: task) }
    try FileSystem.replace(
      folder.base, with: BasePolicyFile.encoded(beginning.base, model: model))
    try FileSystem.replace(
      folder.description, with: JSONText.encode(beginning.description, pretty: true))
    logs = try Logs(folder)
    backlog.insert((.journal, JSONText.encode(JournalLine.opened(beginning.opening))), at: 0)
    self.beginning = nil
  }
}
