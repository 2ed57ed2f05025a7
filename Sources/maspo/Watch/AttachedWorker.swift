internal import AttachedRuns
internal import Dispatch
internal import Foundation
internal import Synchronization
internal import TrainingTelemetry

/// Follows an attached run on a queue of its own while the screen goes on.
///
/// `@unchecked Sendable`: `view` is touched on `queue` alone, the rest is behind `waiting`.
final class AttachedWorker: @unchecked Sendable {
  /// Seconds between two looks at the folder.
  static let interval = 0.25
  /// Snapshots that wait for the screen at most; of older ones the events stay.
  private static let capacity = 64

  private let queue = DispatchQueue(label: "maspo.attached", qos: .userInitiated)
  private let waiting = Mutex<[TrainingSnapshot]>([])
  private let prepareThread: @Sendable () -> Void
  private let signal: @Sendable () -> Void
  private var view: AttachedView
  private var timer: (any DispatchSourceTimer)?

  /// - Parameters:
  ///   - prepareThread: called on the reading thread before it reads.
  ///   - signal: called when there is a snapshot to take.
  init(
    _ view: AttachedView, prepareThread: @escaping @Sendable () -> Void,
    signal: @escaping @Sendable () -> Void
  ) {
    self.view = view
    self.prepareThread = prepareThread
    self.signal = signal
  }

  func start() {
    let timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now(), repeating: Self.interval)
    timer.setEventHandler { [self] in
      prepareThread()
      post(view.poll(now: Self.now))
    }
    timer.resume()
    self.timer = timer
  }

  /// Ends, when what is being read is read.
  func stop() {
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
      while waiting.count > Self.capacity {
        let oldest = waiting.removeFirst()
        waiting[0].events.insert(contentsOf: oldest.events, at: 0)
      }
    }
    signal()
  }

  /// Seconds since 1970.
  static var now: Double { Date().timeIntervalSince1970 }
}
