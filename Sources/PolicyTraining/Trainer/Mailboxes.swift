import BoundedNumbers
internal import Dispatch
internal import Synchronization
public import TrainingTelemetry

/// Commands on their way to the trainer, in order; the trainer may sleep on it.
public final class CommandMailbox: Sendable {
  private let waiting = Mutex<[TrainerCommand]>([])
  private let arrivals = DispatchSemaphore(value: 0)

  public init() {}

  public func post(_ command: TrainerCommand) {
    waiting.withLock { $0.append(command) }
    arrivals.signal()
  }

  /// Ends a sleep without a command.
  func wake() { arrivals.signal() }

  /// Takes what has arrived, without waiting.
  func drain() -> [TrainerCommand] {
    waiting.withLock { commands in
      defer { commands.removeAll() }
      return commands
    }
  }

  /// Sleeps until a command arrives or the time is over; `nil` waits without end. May return
  /// early and with nothing to drain.
  func wait(seconds: Double?) {
    if let seconds {
      _ = arrivals.wait(timeout: .now() + .nanoseconds(Int(bounded: max(0, seconds) * 1e9)))
    } else {
      arrivals.wait()
    }
  }
}

/// The newest snapshot on its way to whoever watches. A snapshot that was not taken is replaced by
/// the next one, but its events are not lost: they move to the front of the next one's.
public final class SnapshotMailbox: Sendable {
  private let newest = Mutex<TrainingSnapshot?>(nil)
  private let onArrival: @Sendable () -> Void

  /// - Parameter onArrival: called on the trainer's queue after each post; must not block.
  public init(onArrival: @escaping @Sendable () -> Void = {}) {
    self.onArrival = onArrival
  }

  /// Takes the newest snapshot, if one has come since the last call.
  public func take() -> TrainingSnapshot? {
    newest.withLock { snapshot in
      defer { snapshot = nil }
      return snapshot
    }
  }

  /// Whether the last snapshot posted has been taken.
  var isEmpty: Bool { newest.withLock { $0 == nil } }

  func post(_ snapshot: TrainingSnapshot) {
    newest.withLock { waiting in
      var merged = snapshot
      if let missed = waiting?.events { merged.events.insert(contentsOf: missed, at: 0) }
      waiting = merged
    }
    onArrival()
  }
}
