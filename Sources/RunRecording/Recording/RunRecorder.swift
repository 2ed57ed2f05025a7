import Dispatch
import FoundationEssentials
import LocalFiles
public import PolicyTraining
import ReasoningTasks
import RepeatableRandom
import Synchronization
public import TrainingTelemetry

/// Writes a run folder while the run goes on.
///
/// The trainer's queue only hands over values; a queue of the recorder's own turns them into lines
/// and files. Trouble with the files suspends the recording and is told as a notice; the run
/// itself never notices.
///
/// `@unchecked Sendable`: the properties of each queue are touched on that queue alone, the
/// trainer's in the order of calls of `RunObserver`; the rest are constants, atomics and a lock.
public final class RunRecorder: RunObserver, @unchecked Sendable {
  public struct Settings: Sendable {
    /// The program and its version, for the files.
    public var program: String
    /// Seconds between two checkpoints.
    public var checkpointInterval = 5.0
    /// Iterations between two records of tokens; 0 records none.
    public var tokenInterval = 10
    /// Updates at the beginning of which every one is recorded; later ones thin out.
    public var fullUpdates = 100_000
    /// The same for records of tokens, in iterations.
    public var fullIterations = 10_000

    public init(program: String) {
      self.program = program
    }
  }

  /// Values handed over but not yet written, beyond which numbers are dropped: a disk that hangs
  /// must not fill the memory.
  private static let handoverLimit = 20_000
  /// Seconds between two attempts to write while nothing can be written.
  private static let retryInterval = 2.0

  private let settings: Settings
  private let queue = DispatchQueue(label: "maspo.recorder", qos: .utility)
  private let handovers = Atomic(0)
  private let isSaving = Atomic(false)
  private let notices = Mutex<[Notice]>([])
  private let shownTrouble = Mutex<String?>(nil)

  // On the recorder's queue.
  private var folder: RunFolder
  private var writer: FolderWriter?
  private var commandCount: Int
  private var lastEvaluation: EvaluationMetrics?
  private var failure: RecordingError? {
    didSet { shownTrouble.withLock { $0 = failure?.description } }
  }
  private var retryTime = 0.0
  private var lostLineCount = 0

  // On the trainer's queue.
  private var resumption: Resumption?
  private var startTime = 0.0
  private var lastSave = 0.0
  private var total = 0

  /// What a resumed recording goes on from.
  struct Resumption: Sendable {
    /// Commands taken before the checkpoint.
    var commandCount: Int
    /// Commands after it that changed the run, which the trainer repeats.
    var repeated: [PlacedCommand]
    /// The number of the last command in the journal.
    var lastSequence: Int
    var wallSeconds: Double

    /// Commands that a checkpoint at `position` has behind it; `nil` when all are repeated.
    ///
    /// Those placed at `position` itself may or may not be: they count as not, since repeating
    /// requests once more changes nothing.
    func commandCount(at position: UpdatePosition) -> Int? {
      let done = repeated.count { command in
        command.isDue(at: position) && !position.isSamePlace(as: command.position)
      }
      return done == repeated.count ? nil : commandCount + done
    }
  }

  /// A recorder of a new run.
  ///
  /// - Throws: `RecordingError.exists` when the folder holds a run already or is a file, `locked` when another
  ///   program writes to it. A folder that cannot be written suspends the recording instead.
  public init(_ folder: RunFolder, settings: Settings) throws(RecordingError) {
    if FolderLock.isHeld(folder.path) { _ = try FolderLock(folder.path) }
    if folder.holdsARun || FileSystem.exists(folder.path) && !FileSystem.isFolder(folder.path) {
      throw .exists(path: folder.path)
    }
    self.settings = settings
    self.folder = folder
    commandCount = 0
  }

  /// A recorder that continues an interrupted run.
  init(
    _ folder: RunFolder, writer: consuming FolderWriter, resumption: Resumption,
    lastEvaluation: EvaluationMetrics?, notices: [String], settings: Settings
  ) {
    self.settings = settings
    self.folder = folder
    self.writer = consume writer
    self.resumption = resumption
    self.lastEvaluation = lastEvaluation
    commandCount = resumption.lastSequence
    for text in notices { note(.warning, text) }
  }

  /// Where the run is written; another folder after a restart.
  public var path: String { queue.sync { folder.path } }

  /// Waits until everything is written, and releases the folder.
  ///
  /// - Throws: what kept part of the run from being written.
  public func close() throws(RecordingError) {
    let failure = queue.sync {
      attempt(isLast: true) { writer throws(RecordingError) in try writer.write() }
      writer = nil
      return self.failure
    }
    if let failure { throw failure }
  }

  // MARK: RunObserver, on the trainer's queue

  public func runBegan(_ run: TrainingRun, base: BasePolicy) {
    let now = Self.monotonicTime()
    let opening = JournalOpening(
      time: Self.calendarTime(), program: settings.program, total: run.position.total)
    startTime = now - (resumption?.wallSeconds ?? 0)
    if resumption == nil {
      let beginning = FolderWriter.Beginning(
        description: RunDescription(
          run.configuration, program: settings.program, created: opening.time,
          parameterCount: run.parameterCount),
        task: run.configuration.ownTask?.encoded, base: base, opening: opening)
      handOver { $0.begin(beginning) }
    } else {
      handOver { $0.add(.opened(opening)) }
    }
    save(run, reason: nil)
  }

  public func commandTaken(_ command: TrainerCommand, at position: UpdatePosition) {
    handOver { recorder in
      recorder.commandCount += 1
      recorder.add(
        .command(
          JournalCommand(
            sequence: recorder.commandCount, iteration: position.iteration,
            update: position.update, total: position.total, command: RecordedCommand(command))))
    }
  }

  public func eventsHappened(_ events: [TrainingEvent]) {
    let areNumbers = events.allSatisfy { MetricLine($0) != nil }
    handOver(mayBeDropped: areNumbers) { $0.add(events) }
  }

  public func wantsTokens(ofUpdateAfter position: UpdatePosition, in run: TrainingRun) -> Bool {
    // The last update of an iteration: by then ratios have left 1.
    settings.tokenInterval > 0
      && position.iteration
        % (settings.tokenInterval
          * Self.stride(at: position.iteration, full: settings.fullIterations)) == 0
      && position.update + 1 == position.updatesPerIteration
  }

  public func tokensRecorded(_ group: GroupRecord) {
    handOver(mayBeDropped: true) { recorder in
      recorder.writer?.add(JSONText.encode(RolloutLine(group)), to: .rollouts)
      recorder.writeOut()
    }
  }

  public func stepDone(_ run: TrainingRun) {
    total = run.position.total
    guard Self.monotonicTime() - lastSave >= settings.checkpointInterval,
      !isSaving.load(ordering: .acquiring)
    else { return }
    save(run, reason: nil)
  }

  public func takeNotices() -> [Notice] {
    notices.withLock { notices in
      defer { notices.removeAll() }
      return notices.map { notice in
        var notice = notice
        notice.updatesBefore = total
        return notice
      }
    }
  }

  public var trouble: String? { shownTrouble.withLock { $0 } }

  public func runEnded(_ run: TrainingRun, reason: RunStatus.StopReason) {
    let closing = JournalClosing(
      time: Self.calendarTime(), total: run.position.total, reason: reason.recorded)
    handOver { $0.add(.closed(closing)) }
    save(run, reason: reason.recorded)
    resumption = nil
  }

  private func save(_ run: TrainingRun, reason: String?) {
    let now = Self.monotonicTime()
    lastSave = now
    isSaving.store(true, ordering: .releasing)
    let checkpoint = run.checkpoint
    let iterations = run.finishedIterationCount
    let iterationLimit = run.configuration.iterationLimit
    let wallSeconds = now - startTime
    let resumption = self.resumption
    handOver { recorder in
      defer { recorder.isSaving.store(false, ordering: .releasing) }
      let count = resumption.flatMap { $0.commandCount(at: checkpoint.position) }
      let evaluation = recorder.lastEvaluation
      let progress = RunProgress(
        iterations: iterations, iterationLimit: iterationLimit,
        updates: checkpoint.position.total,
        avgAtK: evaluation?.average, passAtK: evaluation?.pass, k: evaluation?.samplesPerPrompt,
        wallSeconds: wallSeconds, rolloutTokens: checkpoint.rolloutTokenCount,
        weightsDigest: FNV1a(checkpoint.parameters).digits, time: Self.calendarTime(),
        reason: reason)
      recorder.save(
        checkpoint, commandCount: count ?? recorder.commandCount, progress: progress,
        isLast: reason != nil)
    }
  }

  /// Gives the recorder's queue something to do.
  private func handOver(
    mayBeDropped: Bool = false, _ work: @escaping @Sendable (RunRecorder) -> Void
  ) {
    let waiting = handovers.wrappingAdd(1, ordering: .relaxed).newValue
    let isDropped = mayBeDropped && waiting > Self.handoverLimit
    queue.async { [self] in
      if isDropped { lostLineCount += 1 } else { work(self) }
      handovers.wrappingSubtract(1, ordering: .relaxed)
    }
  }

  // MARK: On the recorder's queue

  /// Begins a new folder; after a restart, one beside the last.
  private func begin(_ beginning: FolderWriter.Beginning) {
    if writer != nil {
      writer = nil
      folder = folder.claimed
    }
    commandCount = 0
    lastEvaluation = nil
    failure = nil
    writer = FolderWriter(folder, beginning: beginning)
  }

  private func add(_ line: JournalLine) {
    writer?.add(JSONText.encode(line), to: .journal)
    writeOut()
  }

  private func add(_ events: [TrainingEvent]) {
    for event in events {
      if case .evaluation(let metrics) = event { lastEvaluation = metrics }
      if let line = MetricLine(event), isKept(line) {
        writer?.add(JSONText.encode(line), to: .metrics)
      }
      if let line = JournalLine(event) { writer?.add(JSONText.encode(line), to: .journal) }
    }
    writeOut()
  }

  private func isKept(_ line: MetricLine) -> Bool {
    guard case .update(let metrics) = line else { return true }
    let total = metrics.position.total
    return total.isMultiple(of: Self.stride(at: total, full: settings.fullUpdates))
  }

  /// How far apart the recorded ones of a long series are: 1 among the first `full`, then 2 for twice
  /// as many, 4 for four times as many, and so on, so that a run that goes on for ever fills the disk
  /// ever more slowly.
  static func stride(at number: Int, full: Int) -> Int {
    let share = UInt(max(0, number) / max(1, full)) + 1
    return 1 << min(62, UInt.bitWidth - 1 - share.leadingZeroBitCount)
  }

  private func writeOut() {
    attempt { writer throws(RecordingError) in try writer.write() }
  }

  private func save(
    _ checkpoint: RunCheckpoint, commandCount: Int, progress: RunProgress, isLast: Bool
  ) {
    let lost = lostLineCount + (writer?.droppedLineCount ?? 0)
    let isDone = attempt(isLast: isLast) { writer throws(RecordingError) in
      try writer.save(checkpoint, commandCount: commandCount, progress: progress)
    }
    guard isDone else { return }
    if lost > 0 || failure != nil {
      let loss = lost == 0 ? "" : "; \(counted(lost, "line")) lost"
      note(.information, "the recording goes on\(loss)")
    }
    failure = nil
    lostLineCount = 0
  }

  /// Tries to write, unless that failed a moment ago; tells of trouble when it begins.
  @discardableResult
  private func attempt(
    isLast: Bool = false, _ body: (inout FolderWriter) throws(RecordingError) -> Void
  ) -> Bool {
    let now = Self.monotonicTime()
    guard isLast || failure == nil || now >= retryTime, var current = writer.take() else {
      return false
    }
    do throws(RecordingError) {
      try body(&current)
      writer = consume current
      return true
    } catch {
      writer = consume current
      if failure == nil { note(.warning, "the recording is suspended: \(error)") }
      failure = error
      retryTime = now + Self.retryInterval
      return false
    }
  }

  private func note(_ level: Notice.Level, _ text: String) {
    notices.withLock { $0.append(Notice(level: level, text: text, updatesBefore: 0)) }
  }

  // MARK: Clocks

  /// Seconds of a clock that is never set.
  private static func monotonicTime() -> Double {
    Double(DispatchTime.now().uptimeNanoseconds) * 1e-9
  }

  /// Seconds since 1970, UTC.
  private static func calendarTime() -> Double { Date().timeIntervalSince1970 }
}

extension UpdatePosition {
  /// Whether two places in a run are the same.
  func isSamePlace(as other: UpdatePosition) -> Bool {
    (total, iteration) == (other.total, other.iteration)
  }
}
