internal import Dispatch
public import FoundationEssentials
internal import PolicyTraining
internal import Synchronization
internal import TrainingTelemetry

/// Makes the runs of a plan that are not finished yet, several at a time.
///
/// Each run is made on one thread from its own seeds, so its numbers do not depend on how many
/// run at once. Results go to the store as they come.
public final class ComparisonRunner: Sendable {
  private let plan: any RunPlan
  private let shard: ComparisonShard?
  public let store: ResultStore
  /// Runs made at a time.
  public let jobs: Int
  private let baseFolder: URL?
  private let stopFlag = Atomic<Bool>(false)
  private let prepareThread: @Sendable () -> Void
  private let observer: @Sendable (ComparisonEvent) -> Void

  /// - Parameters:
  ///   - shard: the runs of the plan that are made here; `nil` is all of them.
  ///   - baseFolder: where base policies are kept; `nil` is the user's cache.
  ///   - observer: called from several threads, one call at a time.
  ///   - prepareThread: called on each computing thread before its first run.
  public init(
    plan: any RunPlan, store: ResultStore, jobs: Int, shard: ComparisonShard? = nil,
    baseFolder: URL? = nil,
    observer: @escaping @Sendable (ComparisonEvent) -> Void = { _ in },
    prepareThread: @escaping @Sendable () -> Void = {}
  ) {
    self.plan = plan
    self.store = store
    self.shard = shard
    self.jobs = max(1, jobs)
    self.baseFolder = baseFolder
    self.prepareThread = prepareThread
    let order = Mutex<Void>(())
    self.observer = { event in order.withLock { _ in observer(event) } }
  }

  /// Asks to stop: runs in progress are given up within an update, finished ones are kept.
  public func stop() { stopFlag.store(true, ordering: .relaxed) }

  public var isStopped: Bool { stopFlag.load(ordering: .relaxed) }

  /// A run with the key under which its result is kept.
  private struct KeyedRun {
    let run: PlannedRun
    let key: String
  }

  /// Finds what is finished and, unless `onlyFinished`, makes the rest of the share.
  ///
  /// - Returns: the results there are, in the plan's order, those of other shares as well; fewer
  ///   than planned after `stop()` or while other shares are being made.
  /// - Throws: the first error of a run; the others' results are kept.
  public func perform(onlyFinished: Bool = false) throws -> [RunResult] {
    let runs = try keyedRuns()
    if !onlyFinished { try makeMissing(of: share(of: runs)) }
    // Other shares may have been finished meanwhile.
    let results = runs.map { find($0) }
    noteOtherArithmetic(zip(runs, results).compactMap { $1 == nil ? $0 : nil })
    return results.compactMap(\.self)
  }

  private func share(of runs: [KeyedRun]) -> [KeyedRun] {
    guard let shard else { return runs }
    let numbers = ComparisonShard.numbers(of: runs.map(\.run), count: shard.count)
    return zip(runs, numbers).compactMap { $1 == shard.number ? $0 : nil }
  }

  private func makeMissing(of runs: [KeyedRun]) throws {
    let missing = runs.filter { find($0) == nil }
    guard !missing.isEmpty else { return }
    let progress = ComparisonProgress(
      finished: runs.count - missing.count, costs: missing.map(\.run.cost))
    let bases = try makeBases(of: missing.map(\.run))
    observer(.progress(progress.report))
    _ = try inParallel(missing.count) { [self] item in
      let keyed = missing[item]
      let base = bases[BasePolicyIdentity(keyed.run)]
      guard base != nil || keyed.run.point != nil else { return nil as Void? }
      let result = try RunExecution(planned: keyed.run, base: base).perform { share in
        progress.note(item, share: share)
        observer(.progress(progress.report))
        return !isStopped
      }
      guard let result else { return nil }
      try store.store(result, of: keyed.run, key: keyed.key)
      progress.finish(item)
      observer(.finished(result))
      observer(.progress(progress.report))
      return ()
    }
  }

  /// Says so where results that seem to be missing are those of another kind of machine.
  private func noteOtherArithmetic(_ missing: [KeyedRun]) {
    guard !missing.isEmpty else { return }
    let count = store.countInOtherArithmetic(missing.map { ($0.run, $0.key) })
    guard count > 0 else { return }
    observer(
      .notice(
        "\(count) runs are finished in \(store.folder.path) by arithmetic that rounds otherwise "
          + "(another processor or program) and are not mixed in; make all shares on one kind"))
  }

  private func find(_ keyed: KeyedRun) -> RunResult? {
    switch store.load(keyed.run, key: keyed.key) {
    case .found(let result): return result
    case .absent: return nil
    case .damaged(let reason):
      let file = store.file(of: keyed.run, key: keyed.key)
      observer(.notice("\(file.lastPathComponent) is not used: \(reason)"))
      return nil
    }
  }

  private func keyedRuns() throws -> [KeyedRun] {
    var baseKeys: [BasePolicyIdentity: String] = [:]
    return try plan.runs().map { run in
      let identity = BasePolicyIdentity(run)
      let base: String
      if let known = baseKeys[identity] {
        base = known
      } else {
        base = BasePolicySource(run.configuration, cacheFolder: baseFolder).key ?? ""
        baseKeys[identity] = base
      }
      return KeyedRun(run: run, key: run.key(base: base))
    }
  }

  // MARK: Base policies

  private func makeBases(of runs: [PlannedRun]) throws -> [BasePolicyIdentity: BasePolicy] {
    var needed: [PlannedRun] = []
    var seen: Set<BasePolicyIdentity> = []
    for run in runs where run.point == nil && seen.insert(BasePolicyIdentity(run)).inserted {
      needed.append(run)
    }
    let wanted = needed
    let bases = try inParallel(wanted.count) { [self] item in
      let run = wanted[item]
      do {
        return try BasePolicySource(run.configuration, cacheFolder: baseFolder).find {
          progress, notice in
          if let notice {
            observer(.notice("base policy \(run.configuration.baseSeed): \(notice.text)"))
          }
          if let progress {
            observer(
              .basePolicy(
                number: item + 1, of: wanted.count, step: progress.step,
                stepCount: progress.stepCount))
          }
          return !isStopped
        }
      } catch {
        throw ComparisonError.noBasePolicy(
          task: run.task, seed: run.configuration.baseSeed, reason: "\(error)")
      }
    }
    var found: [BasePolicyIdentity: BasePolicy] = [:]
    for (run, base) in zip(needed, bases) { found[BasePolicyIdentity(run)] = base }
    return found
  }

  /// Calls `body` for 0 ..< `count`, `jobs` at a time, in order of their start.
  ///
  /// - Throws: the first error; nothing new is started after it.
  private func inParallel<Value: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) throws -> Value?
  ) throws -> [Value?] {
    let board = WorkBoard<Value>(count: count)
    let group = DispatchGroup()
    for _ in 0..<min(jobs, count) {
      group.enter()
      PlainThread.start { [self] in
        prepareThread()
        while !isStopped, let item = board.takeNext() {
          board.note(Result { try body(item) }, of: item)
        }
        group.leave()
      }
    }
    group.wait()
    return try board.values()
  }
}

/// Which pieces of work are given out, and what came of them.
private final class WorkBoard<Value: Sendable>: Sendable {
  private struct State {
    var next = 0
    var values: [Value?]
    var error: (any Error)?
  }

  private let state: Mutex<State>

  init(count: Int) {
    state = Mutex(State(values: Array(repeating: nil, count: count)))
  }

  func takeNext() -> Int? {
    state.withLock { state in
      guard state.error == nil, state.next < state.values.count else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  func note(_ outcome: Result<Value?, any Error>, of item: Int) {
    state.withLock { state in
      switch outcome {
      case .success(let value): state.values[item] = value
      case .failure(let error): state.error = state.error ?? error
      }
    }
  }

  func values() throws -> [Value?] {
    try state.withLock { state in
      if let error = state.error { throw error }
      return state.values
    }
  }
}
