internal import AttachedRuns
internal import Dispatch
internal import FoundationEssentials
internal import Synchronization
internal import TrainingDashboard
internal import TrainingTelemetry

#if canImport(Glibc)
  internal import Glibc
#endif

/// Follows an attached run on a queue of its own while the screen goes on.
///
/// `@unchecked Sendable`: `view` is touched on `queue` alone; the rest is atomic or behind a lock.
final class AttachedWorker: @unchecked Sendable {
  /// Seconds between two looks at the folder.
  static let interval = 0.25
  /// Snapshots that wait for the screen at most, and tokens in them; of older ones the events stay.
  private static let capacity = 64
  private static let tokenCapacity = 1 << 17

  private let queue = DispatchQueue(label: "maspo.attached", qos: .userInitiated)
  private let waiting = Mutex<[TrainingSnapshot]>([])
  private let earlier = Mutex<[TrainingEvent]>([])
  private let isWanted = Atomic(true)
  private let path: String
  private var earlierSteps: EarlierSteps?
  private let prepareThread: @Sendable () -> Void
  private let signal: @Sendable () -> Void
  private var view: AttachedView
  private var timer: (any DispatchSourceTimer)?

  /// - Parameters:
  ///   - prepareThread: called on the reading thread before it reads.
  ///   - signal: called when there is a snapshot to take.
  init(
    _ view: AttachedView, path: String, prepareThread: @escaping @Sendable () -> Void,
    signal: @escaping @Sendable () -> Void
  ) {
    self.view = view
    self.path = path
    self.prepareThread = prepareThread
    self.signal = signal
  }

  func start() {
    let timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now(), repeating: Self.interval)
    timer.setEventHandler { [self] in
      prepareThread()
      readOn()
      beginEarlier()
    }
    timer.resume()
    self.timer = timer
  }

  /// Step by step, so that a request need not wait for all that has come.
  private func readOn() {
    guard isWanted.load(ordering: .relaxed) else { return }
    let snapshots = view.poll(now: Self.now, steps: 1)
    post(snapshots)
    if !snapshots.isEmpty { queue.async { [self] in readOn() } }
  }

  /// Once the newest step is on the screen, the curves before it are read at leisure.
  private func beginEarlier() {
    guard earlierSteps == nil, let first = view.firstOfNewest else { return }
    earlierSteps = EarlierSteps(path: path, before: first)
    readEarlier()
  }

  /// A step at a time, between what else there is to do: no more than one is in memory.
  private func readEarlier() {
    guard isWanted.load(ordering: .relaxed) else { return }
    if earlierSteps?.readStep() == true {
      queue.async { [self] in readEarlier() }
      return
    }
    // What was read is handed over; that it was read is remembered.
    guard let first = view.firstOfNewest, let events = earlierSteps?.events else { return }
    earlierSteps = EarlierSteps(path: path, before: first)
    guard !events.isEmpty else { return }
    earlier.withLock { $0 = events }
    signal()
  }

  /// What happened before the steps that were read first, once it is known.
  func takeEarlier() -> [DashboardAction] {
    earlier.withLock { events in
      defer { events = [] }
      return events.isEmpty ? [] : [.earlierEventsArrived(events)]
    }
  }

  /// Ends, when the step that is being read is read.
  func stop() {
    isWanted.store(false, ordering: .relaxed)
    timer?.cancel()
    queue.sync {}
  }

  func send(_ command: TrainerCommand) {
    queue.async { [self] in
      view.obey(command)
      post([view.takeSnapshot(at: Self.now)])
    }
  }

  /// The oldest snapshot that was not taken.
  func takeSnapshot() -> TrainingSnapshot? {
    waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
  }

  private func post(_ snapshots: [TrainingSnapshot]) {
    guard !snapshots.isEmpty else { return }
    waiting.withLock { waiting in
      for snapshot in snapshots { waiting.append(snapshot) }
      while waiting.count > Self.capacity
        || waiting.count > 1 && waiting.reduce(0, { $0 + $1.keptTokens }) > Self.tokenCapacity
      {
        let oldest = waiting.removeFirst()
        waiting[0].events.insert(contentsOf: oldest.events, at: 0)
      }
    }
    signal()
  }

  /// Seconds since 1970.
  static var now: Double { Date().timeIntervalSince1970 }
}

extension TrainingSnapshot {
  /// Tokens that it carries, which is what it weighs.
  fileprivate var keptTokens: Int {
    (update?.minibatch?.tokenCount ?? 0)
      + (rollout?.group.answers.reduce(0) { $0 + $1.tokens.count } ?? 0)
  }
}
