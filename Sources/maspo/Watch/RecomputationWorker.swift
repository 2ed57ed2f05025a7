internal import Dispatch
internal import RunRecording
internal import Synchronization
internal import TrainingDashboard
internal import TrainingTelemetry

/// Computes tokens of a recorded run on a queue of its own while the screen goes on; only the
/// newest request counts.
///
/// `@unchecked Sendable`: `recomputation` is touched on `queue` alone, the rest is behind `shared`.
final class RecomputationWorker: @unchecked Sendable {
  private struct Shared {
    var requestNumber = 0
    var news: [DashboardAction] = []
  }

  /// Seconds between two words on the progress.
  private static let wordsInterval = 0.5

  private let queue = DispatchQueue(label: "maspo.recomputation", qos: .userInitiated)
  private let shared = Mutex(Shared())
  private let run: RecordedRun
  private let prepareThread: @Sendable () -> Void
  private let signal: @Sendable () -> Void
  private var recomputation: RunRecomputation?

  /// - Parameters:
  ///   - prepareThread: called on the computing thread before each request.
  ///   - signal: called when there is news to take.
  init(
    _ run: RecordedRun, prepareThread: @escaping @Sendable () -> Void,
    signal: @escaping @Sendable () -> Void
  ) {
    self.run = run
    self.prepareThread = prepareThread
    self.signal = signal
  }

  func request(iteration: Int, group: Int?) {
    let number = shared.withLock { shared in
      shared.requestNumber += 1
      return shared.requestNumber
    }
    queue.async { [self] in work(number, iteration: iteration, group: group) }
  }

  /// What has come since the last call.
  func takeNews() -> [DashboardAction] {
    shared.withLock { shared in
      defer { shared.news = [] }
      return shared.news
    }
  }

  /// Gives up what is being computed, and waits for that.
  func stop() {
    shared.withLock { $0.requestNumber += 1 }
    queue.sync {}
  }

  private func isCurrent(_ number: Int) -> Bool {
    shared.withLock { $0.requestNumber == number }
  }

  private func work(_ number: Int, iteration: Int, group: Int?) {
    guard isCurrent(number) else { return }
    prepareThread()
    do {
      let recomputation = try self.recomputation ?? RunRecomputation(run)
      self.recomputation = recomputation
      var lastWords = ContinuousClock.now
      let details = try recomputation.details(ofIteration: iteration, group: group) { reached in
        if ContinuousClock.now - lastWords > .seconds(Self.wordsInterval) {
          lastWords = .now
          tell(.reached(iteration: reached))
        }
        return isCurrent(number)
      }
      if let details { tell(.done(details)) }
    } catch {
      if isCurrent(number) { tell(.failed("\(error)")) }
    }
  }

  private func tell(_ news: RecomputationNews) {
    shared.withLock { $0.news.append(.recomputation(news)) }
    signal()
  }
}
