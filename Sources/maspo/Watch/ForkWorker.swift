internal import Dispatch
internal import FoundationEssentials
internal import PolicyTraining
internal import RunComparison
internal import RunKnowledge
internal import Synchronization
internal import TrainingDashboard
internal import TrainingTelemetry

#if canImport(Glibc)
  internal import Glibc
#endif

/// Computes forks of the run on the screen while the screen, and the run if it is to, go on; only
/// the newest fork counts.
///
/// The replicas are made by what makes those of `maspo fork`, one on a thread, and kept where it keeps
/// them: the same question asked once more is answered at once.
final class ForkWorker: Sendable {
  private struct Shared {
    /// Counts forks and extensions: news of earlier ones are dropped.
    var number = 0
    var point: ForkPoint?
    var runner: ComparisonRunner?
    var news: [DashboardAction] = []
  }

  /// Seconds between two words on the progress.
  private static let wordsInterval = 0.25

  private let shared = Mutex(Shared())
  private let threads = DispatchGroup()
  private let store: ResultStore
  private let cores: Int
  private let prepareThread: @Sendable () -> Void
  private let signal: @Sendable () -> Void

  /// - Parameters:
  ///   - cores: replicas made at a time while the run waits; one less while it goes on.
  ///   - prepareThread: called on each computing thread.
  ///   - signal: called when there is news to take.
  init(
    store: ResultStore = ResultStore(folder: ResultStore.defaultForkFolder),
    cores: Int = ProcessInfo.processInfo.activeProcessorCount,
    prepareThread: @escaping @Sendable () -> Void, signal: @escaping @Sendable () -> Void
  ) {
    self.store = store
    self.cores = cores
    self.prepareThread = prepareThread
    self.signal = signal
  }

  /// Begins a fork; an earlier one is given up. Returns at once.
  func begin(at point: ForkPoint, _ request: ForkRequest) {
    let number = next { $0.point = point }
    tell(.began(at: point.position), number)
    start(request, at: point, number)
  }

  /// Goes on with as many pairs as are asked for now, from the state of the present fork.
  func goOn(_ request: ForkRequest) {
    guard let point = shared.withLock({ $0.point }) else { return }
    start(request, at: point, next { _ in })
  }

  /// Gives up the present fork, if there is one. Returns at once; finished replicas are kept.
  func forget() {
    _ = next { $0.point = nil }
  }

  /// Gives up the present fork and waits for its threads.
  func stop() {
    forget()
    threads.wait()
  }

  /// What has come since the last call.
  func takeNews() -> [DashboardAction] {
    shared.withLock { shared in
      defer { shared.news = [] }
      return shared.news
    }
  }

  private func next(_ change: (inout sending Shared) -> Void) -> Int {
    shared.withLock { shared in
      shared.runner?.stop()
      shared.runner = nil
      shared.number += 1
      change(&shared)
      return shared.number
    }
  }

  private func tell(_ news: ForkNews, _ number: Int) {
    let isWanted = shared.withLock { shared in
      guard shared.number == number else { return false }
      shared.news.append(.forkNews(news))
      return true
    }
    if isWanted { signal() }
  }

  private func start(_ request: ForkRequest, at point: ForkPoint, _ number: Int) {
    threads.enter()
    PlainThread.start { [self] in
      prepareThread()
      do {
        try work(request, at: point, number)
      } catch {
        tell(.failed("\(error)"), number)
      }
      threads.leave()
    }
  }

  private func work(_ request: ForkRequest, at point: ForkPoint, _ number: Int) throws {
    let plan = try ForkPlan(
      from: point, change: request.change, replicas: Array(1...request.replicas),
      iterations: request.iterations)
    let results = Mutex<[RunResult]>([])
    let lastWords = Mutex(ContinuousClock.now - .seconds(60))
    let runner = ComparisonRunner(
      plan: plan, store: store, jobs: request.holdsRun ? cores : max(1, cores - 1),
      observer: { [self] event in
        switch event {
        case .progress(let report):
          let isDue = lastWords.withLock { last in
            guard ContinuousClock.now - last > .seconds(Self.wordsInterval) else { return false }
            last = .now
            return true
          }
          if isDue { tell(.progress(report), number) }
        case .finished(let result):
          let all = results.withLock { results in
            results.append(result)
            return results
          }
          tell(.summary(ForkSummary(plan: plan, results: all)), number)
        case .notice, .basePolicy: break
        }
      }, prepareThread: prepareThread)
    // The fork may have been forgotten while it was planned.
    let isWanted = shared.withLock { shared in
      guard shared.number == number else { return false }
      shared.runner = runner
      return true
    }
    guard isWanted else { return }
    let found = try runner.perform(onlyFinished: true)
    results.withLock { $0 = found }
    if !found.isEmpty { tell(.summary(ForkSummary(plan: plan, results: found)), number) }
    let all = try runner.perform()
    guard !runner.isStopped else { return }
    tell(.summary(ForkSummary(plan: plan, results: all)), number)
    tell(.finished, number)
  }
}
