public import RunKnowledge
internal import Synchronization

/// What a comparison tells while it goes on.
public enum ComparisonEvent: Sendable {
  case notice(String)
  case basePolicy(number: Int, of: Int, step: Int, stepCount: Int)
  case progress(ProgressReport)
  case finished(RunResult)
}

/// Adds up the progress of runs that several threads make.
final class ComparisonProgress: Sendable {
  private struct State {
    var finished: Int
    var shares: [Double]
  }

  private let found: Int
  private let costs: [Double]
  private let started = ContinuousClock.now
  private let state: Mutex<State>

  /// - Parameters:
  ///   - finished: runs that were found finished.
  ///   - costs: relative computing time of the others.
  init(finished: Int, costs: [Double]) {
    found = finished
    self.costs = costs
    state = Mutex(State(finished: finished, shares: Array(repeating: 0, count: costs.count)))
  }

  func note(_ run: Int, share: Double) {
    state.withLock { $0.shares[run] = share }
  }

  func finish(_ run: Int) {
    state.withLock {
      $0.shares[run] = 1
      $0.finished += 1
    }
  }

  var report: ProgressReport {
    let (finished, shares) = state.withLock { ($0.finished, $0.shares) }
    let total = costs.reduce(0, +)
    let done = zip(costs, shares).reduce(0.0) { $0 + $1.0 * $1.1 }
    let made = total > 0 ? done / total : 1
    let count = found + costs.count
    let seconds = started.duration(to: .now) / .seconds(1)
    return ProgressReport(
      finishedRuns: finished, runCount: count,
      share: (Double(found) + made * Double(costs.count)) / Double(max(1, count)),
      secondsLeft: made > 0 ? seconds / made * (1 - made) : nil)
  }
}
