import PolicyObjectives
import RunKnowledge
import TrainingTelemetry

/// What a person asks of forks.
public enum ForkAction: Sendable, Hashable {
  /// The fork there is, or what the next one is to be.
  case open
  /// Along the steps: -1 fewer, +1 more.
  case changePairs(Int)
  case changeIterations(Int)
  case toggleHold
  case begin
  /// The run goes on with the change.
  case take
  case more
  case forget
}

extension DashboardState {
  static let forkPairs = [3, 4, 6, 8, 12, 16, 24, 32, 64]
  static let forkIterations = [1, 2, 3, 5, 10, 15, 20, 30, 50]
  /// Pairs that are added at a time.
  static let moreForkPairs = 8

  /// The change that is drafted, as a fork would make it; `nil` where nothing is drafted.
  var draftedChange: RunChange? {
    guard draft != nil, let changes = preview?.changes, !changes.isEmpty else { return nil }
    return RunChange(settings: changes)
  }

  mutating func reduceFork(_ action: ForkAction, at time: Double) -> [DashboardEffect] {
    switch action {
    case .open: openFork()
    case .changePairs(let offset):
      setUp { $0.replicas = Self.step(Self.forkPairs, from: $0.replicas, by: offset) }
    case .changeIterations(let offset):
      setUp { $0.iterations = Self.step(Self.forkIterations, from: $0.iterations, by: offset) }
    case .toggleHold: setUp { $0.holdsRun.toggle() }
    case .begin: return beginFork(at: time)
    case .take: return takeFork(at: time)
    case .more:
      guard let request = run.fork?.ask(forMorePairs: Self.moreForkPairs) else {
        say("\(WatchedFork.mostReplicas) pairs are the most", .warning, at: time)
        return []
      }
      return [.moreOfFork(request)]
    case .forget:
      say("the fork is forgotten; the run is as it was", at: time)
      return dropFork()
    }
    return []
  }

  /// Changes what the next fork is to be.
  private mutating func setUp(_ change: (inout ForkRequest) -> Void) {
    guard case .forkSetup(var request) = overlay else { return }
    change(&request)
    overlay = .forkSetup(request)
  }

  private static func step(_ steps: [Int], from value: Int, by offset: Int) -> Int {
    let index = steps.firstIndex { $0 >= value } ?? steps.count - 1
    return steps[min(max(0, index + offset), steps.count - 1)]
  }

  private mutating func openFork() {
    if run.fork != nil {
      overlay = .fork
    } else if let draftedChange {
      overlay = .forkSetup(ForkRequest(change: draftedChange))
    } else {
      overlay = .menu(Menu(.fork))
    }
  }

  /// Another objective, or knob moves that are drafted first.
  var forkItems: [MenuItem] {
    [
      MenuItem(
        title: "Knob moves …",
        summary: "Opens the preview: move knobs there, then \(keys.shown("fork")) asks what if.",
        details: [])
    ]
      + forkObjectives.map { type in
        MenuItem(
          title: type.info.title, summary: type.info.summary,
          details: [type.info.formula, "Source: \(type.info.source)"])
      }
  }

  /// All but the one that the run would go on with.
  private var forkObjectives: [any PolicyObjective.Type] {
    let status = run.present.status
    let next = requests.objective?.value ?? status.nextObjective ?? status.objective
    return ObjectiveCatalog.all.filter { $0.info.name != next }
  }

  mutating func chooseFork(_ index: Int, at time: Double) -> [DashboardEffect] {
    guard index > 0 else { return reduce(.openDraft, at: time) }
    guard forkObjectives.indices.contains(index - 1) else { return [] }
    overlay = .forkSetup(
      ForkRequest(change: RunChange(objective: forkObjectives[index - 1].info.name)))
    return []
  }

  private mutating func beginFork(at time: Double) -> [DashboardEffect] {
    guard case .forkSetup(let request) = overlay else { return [] }
    run.fork = WatchedFork(request)
    overlay = .fork
    draft = nil
    if request.holdsRun, mode == .running { requests.mode = .init(.paused, at: time) }
    return [.send(.fork(request))]
  }

  private mutating func takeFork(at time: Double) -> [DashboardEffect] {
    guard let fork = run.fork else { return [] }
    let change = fork.request.change
    let words = run.present.words(for: change)
    let evidence = fork.summary.map { ": \($0.sentence)" } ?? " before its fork said anything"
    run.note(
      Journal.Entry(
        kind: .information, updatesBefore: run.present.position.total,
        text: "took \(words)\(evidence)"))
    if let objective = change.objective { requests.objective = .init(objective, at: time) }
    apply(change.settings, remembering: change.objective == nil, at: time)
    say("the run goes on with \(words)", at: time)
    return [.send(.change(change))] + dropFork()
  }

  /// Lets go of the fork there is; what computes it is told.
  mutating func dropFork() -> [DashboardEffect] {
    guard run.fork != nil else { return [] }
    run.fork = nil
    if overlay == .fork { overlay = nil }
    return [.forgetFork]
  }

  /// Takes news of a fork, if it is still wanted.
  mutating func take(_ news: ForkNews, at time: Double) {
    guard run.fork != nil else { return }
    run.fork?.take(news)
    guard overlay != .fork else { return }
    let key = keys.shown("fork")
    switch news {
    case .finished:
      say("what if: \(run.fork?.summary?.sentence ?? "done"); \(key) shows it", at: time)
    case .failed(let reason): say("what if: \(reason)", .warning, at: time)
    case .began, .progress, .summary: break
    }
  }
}
