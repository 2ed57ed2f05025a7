import BoundedNumbers
import Dispatch
import FoundationEssentials
import LocalFiles
public import PolicyTraining
import Synchronization
public import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// Writes a run's TensorBoard event file while the run is made, beside what else observes it.
///
/// The trainer hands events over and goes on; they are written on a queue of the log's own. A
/// folder that stops taking them ends the log with one warning, and the run goes on. After a
/// restart the log goes on in a folder `restart-2`, `restart-3` … inside the first, which
/// TensorBoard shows as a run of its own.
///
/// `@unchecked Sendable`: `state` is touched on `queue` alone.
public final class TensorBoardLog: RunObserver, @unchecked Sendable {
  private struct State {
    var descriptor: Int32 = -1
    var runCount = 0
  }

  private let folder: String
  private let inner: (any RunObserver)?
  private let queue = DispatchQueue(label: "maspo.tensorboard")
  private var state = State()
  private let notices = Mutex<[Notice]>([])

  /// - Parameters:
  ///   - folder: made if it is not there.
  ///   - inner: hears everything first, such as a recorder.
  /// - Throws: `FileError` for a folder that cannot be made or written to.
  public init(_ folder: String, beside inner: (any RunObserver)?) throws {
    self.folder = folder
    self.inner = inner
    try ExportFolder.make(folder)
    guard access(folder, W_OK) == 0 else {
      throw FileError.system(operation: "write", path: folder, code: errno)
    }
  }

  /// Waits until everything is written.
  public func close() {
    queue.sync {
      if state.descriptor >= 0 { Glibc.close(state.descriptor) }
      state.descriptor = -1
    }
  }

  public func runBegan(_ run: TrainingRun, base: BasePolicy) {
    inner?.runBegan(run, base: base)
    queue.async { [self] in begin() }
  }

  public func eventsHappened(_ events: [TrainingEvent]) {
    inner?.eventsHappened(events)
    let time = Date().timeIntervalSince1970
    queue.async { [self] in
      write(events.flatMap { TensorBoardRecord($0, time: time)?.bytes ?? [] })
    }
  }

  public func takeNotices() -> [Notice] {
    (inner?.takeNotices() ?? [])
      + notices.withLock { notices in
        defer { notices.removeAll() }
        return notices
      }
  }

  // MARK: What the log has no part in

  public func commandTaken(_ command: TrainerCommand, at position: UpdatePosition) {
    inner?.commandTaken(command, at: position)
  }

  public func wantsTokens(ofUpdateAfter position: UpdatePosition, in run: TrainingRun) -> Bool {
    inner?.wantsTokens(ofUpdateAfter: position, in: run) ?? false
  }

  public func tokensRecorded(_ group: GroupRecord) { inner?.tokensRecorded(group) }

  public func stepDone(_ run: TrainingRun) { inner?.stepDone(run) }

  public var trouble: String? { inner?.trouble }

  public func runEnded(_ run: TrainingRun, reason: RunStatus.StopReason) {
    inner?.runEnded(run, reason: reason)
  }

  // MARK: On the log's queue

  private func begin() {
    if state.descriptor >= 0 { Glibc.close(state.descriptor) }
    state.runCount += 1
    let path = state.runCount == 1 ? folder : "\(folder)/restart-\(state.runCount)"
    let time = Date().timeIntervalSince1970
    do {
      try ExportFolder.make(path)
      // The process in the name: two programs on one folder do not write into one file.
      let file = "\(path)/events.out.tfevents.\(Int(bounded: time)).\(getpid()).maspo"
      state.descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
      guard state.descriptor >= 0 else {
        throw FileError.system(operation: "write", path: file, code: errno)
      }
    } catch {
      return stop("\(error)")
    }
    write(TensorBoardRecord(versionAt: time).bytes)
  }

  private func write(_ bytes: [UInt8]) {
    guard state.descriptor >= 0, !bytes.isEmpty else { return }
    let code = SafeFile.write(bytes, to: state.descriptor)
    if code != 0 { stop(String(cString: strerror(code))) }
  }

  private func stop(_ reason: String) {
    if state.descriptor >= 0 { Glibc.close(state.descriptor) }
    state.descriptor = -1
    notices.withLock {
      $0.append(
        Notice(level: .warning, text: "the TensorBoard log ends here: \(reason)", updatesBefore: 0))
    }
  }
}
