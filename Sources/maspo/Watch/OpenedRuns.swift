internal import LocalFiles
internal import PolicyTraining
internal import RunComparison
internal import RunKnowledge
internal import RunRecording
internal import TrainingDashboard
internal import TrainingTelemetry

/// Recorded runs on one screen, one or several beside each other: what is known of them at once,
/// who reads the rest, and who computes tokens anew.
///
/// Belongs to the thread of the screen.
final class OpenedRuns {
  /// Runs that may lie beside the first.
  static let mostBeside = 3
  /// Arms of a store of `maspo compare`: each is small.
  static let mostArms = 8

  private struct Member {
    let run: RecordedRun
    let rest: RestReading?
    var worker: RecomputationWorker?
  }

  let state: DashboardState
  /// What is said when the screen is left.
  let closingWords: [String]
  private var members: [Member] = []
  private var shown = 0

  /// - Parameter runs: the one that is shown first; each with its name as `maspo resume` takes it.
  /// - Throws: when a `run.json` describes no run that this program knows.
  init(_ runs: [(name: String, run: RecordedRun)]) throws {
    let begun = try runs.map { name, run in
      try RecordReading(run, name: name.shellWord, ending: run.state.ending).begin()
    }
    members = zip(runs, begun).map { Member(run: $0.run, rest: $1.rest) }
    var state: DashboardState
    if begun.count > 1 {
      let labels = RunLabels.labels(
        of: zip(runs, begun).map { ($0.run.folder.name.harmlessLine, $1.run.present) })
      let placebos = runs.map { Self.isPlacebo($0.run, of: runs[0].run) }
      state = DashboardState(
        Race(
          begun.indices.map { index in
            Race.Lane(
              placebos[index] ? "placebo" : labels[index], begun[index].run,
              isPlacebo: placebos[index])
          }))
    } else {
      state = DashboardState(begun[0].run)
    }
    for (index, beginning) in begun.enumerated() {
      let name = begun.count > 1 ? "\(runs[index].name.harmlessLine): " : ""
      state.warn(beginning.warnings.map { name + $0 })
    }
    self.state = state
    closingWords = runs.map { "maspo resume \($0.run.folder.path.shellWord) continues it" }
  }

  /// The arms of a store, each the mean over its seeds.
  init(_ comparison: StoredComparison, store: String) {
    let seeds = comparison.seeds.count
    let source = RunSource.compared(
      ending: seeds == 1
        ? "seed \(comparison.seeds[0])" : "mean of \(counted(seeds, "seed"))")
    var state = DashboardState(
      Race(
        comparison.arms.map { arm in
          Race.Lane(
            Self.label(of: arm, among: comparison.arms),
            WatchedRun(recorded: arm.snapshots, from: source), isPlacebo: arm.isPlacebo)
        }))
    state.warn(comparison.warnings)
    self.state = state
    closingWords = [
      "maspo compare --out \(store.shellWord) --finished-only, with the options that made them, "
        + "has the intervals"
    ]
  }

  /// `sigma_base=0.2` of `maspo:sigma_base=0.2`, where no other arm is called so.
  private static func label(
    of arm: StoredComparison.Arm, among arms: [StoredComparison.Arm]
  ) -> String {
    if arm.isPlacebo, arms.count(where: \.isPlacebo) == 1 { return "placebo" }
    func settings(_ arm: StoredComparison.Arm) -> String {
      arm.name.split(separator: ":").dropFirst().joined(separator: " ")
    }
    let short = settings(arm)
    return short.isEmpty || arms.count { settings($0) == short } > 1 ? arm.name : short
  }

  /// Whether a run is another one with one weight of the base policy moved by very little.
  private static func isPlacebo(_ run: RecordedRun, of first: RecordedRun) -> Bool {
    guard run.description.hasSameSettings(as: first.description),
      let own = try? run.basePolicy().parameters, let other = try? first.basePolicy().parameters,
      own.count == other.count
    else { return false }
    let moved = zip(own, other).filter { $0 != $1 }
    return moved.count == 1 && moved.allSatisfy { abs($0 - $1) < 1e-4 }
  }

  /// Starts whoever works beside the screen.
  ///
  /// - Parameters:
  ///   - prepareThread: called on each working thread.
  ///   - signal: called when there is news to take.
  func start(prepareThread: @escaping @Sendable () -> Void, signal: @escaping @Sendable () -> Void)
  {
    for index in members.indices {
      members[index].worker = RecomputationWorker(
        members[index].run, prepareThread: prepareThread, signal: signal)
      members[index].rest?.start(prepareThread: prepareThread, signal: signal)
    }
  }

  func takeNews() -> [DashboardAction] {
    let read = members.enumerated().flatMap { lane, member in
      (member.rest?.takeNews() ?? []).map { DashboardAction.record($0, lane: lane) }
    }
    // Tokens of another run wait until it is shown again.
    let isOfRun = members.indices.contains(shown)
    return read + (isOfRun ? members[shown].worker?.takeNews() ?? [] : [])
  }

  func recompute(iteration: Int, group: Int?) {
    guard members.indices.contains(shown) else { return }
    members[shown].worker?.request(iteration: iteration, group: group)
  }

  func show(_ lane: Int) { shown = lane }

  /// Ends all work, and waits for that.
  func stop() {
    for member in members {
      member.rest?.stop()
      member.worker?.stop()
    }
  }
}

extension RecordedRun.State {
  /// How the run ended, or that it is under way.
  fileprivate var ending: String {
    switch self {
    case .failed(let reason), .atBreakpoint(let reason), .unknown(let reason):
      "\(word): \(reason)"
    case .underWay, .finished, .stopped, .interrupted: word
    }
  }
}
