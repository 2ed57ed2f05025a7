import TerminalCanvas
import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

extension Verdict {
  /// A policy that scores worse on held-out prompts than it did, by more than their noise.
  static func collapse(_ run: KnownRun) -> [Finding] {
    let evaluations = run.history.evaluations
    // Another trainer's run has no evaluations that are known here.
    guard !evaluations.isEmpty else {
      return rewardCollapse(Array(run.history.rollouts.suffix(VerdictThresholds.rewardHistory)))
    }
    guard let last = evaluations.last, let base = evaluations.first, evaluations.count > 1,
      base.iteration == 0
    else { return [] }
    func score(_ metrics: EvaluationMetrics) -> String {
      "Avg@\(metrics.samplesPerPrompt) \(NumberFormat.fixed(metrics.average, decimals: 3)), "
        + "Pass@\(metrics.samplesPerPrompt) \(NumberFormat.fixed(metrics.pass, decimals: 3))"
    }
    func advice() -> Advice {
      run.snapshot.knob(named: "sigma_base") == nil
        ? "\(.restart) starts over: a smaller lr, fewer updates per rollout"
        : "\(.restart) starts over: a narrower gate, a smaller lr, fewer updates per rollout"
    }
    let isBelow = last.average < base.average - 2 * noise(base, last)
    let isHalved = last.pass <= VerdictThresholds.collapsedPass * base.pass
    if isBelow || (isHalved && base.pass > 0) {
      return [
        Finding(
          .collapsed, .error,
          "collapsed: \(score(last)) on held-out prompts after iteration \(last.iteration), "
            + "where the base policy had \(score(base))", advice: advice())
      ]
    }
    guard let best = evaluations.max(by: { $0.average < $1.average }),
      last.average < VerdictThresholds.collapsedBest * best.average,
      last.average < best.average - 2 * noise(best, last)
    else { return [] }
    return [
      Finding(
        .collapsed, .error,
        "collapsed: \(score(last)) on held-out prompts after iteration \(last.iteration), "
          + "where iteration \(best.iteration) had \(score(best))", advice: advice())
    ]
  }

  /// A mean reward over some rollouts, with its standard error.
  private struct RewardWindow {
    let mean: Double
    let error: Double
    /// The rollouts' first and last.
    let iterations: ClosedRange<Int>

    init?(_ rollouts: ArraySlice<RolloutMetrics>) {
      let rewards = rollouts.compactMap(\.reward)
      guard let first = rollouts.first, let last = rollouts.last, rewards.count == rollouts.count,
        rewards.count > 1, first.iteration <= last.iteration
      else { return nil }
      let count = Double(rewards.count)
      let mean = rewards.reduce(0, +) / count
      let squares = rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      self.mean = mean
      error = (squares / (count - 1) / count).squareRoot()
      iterations = first.iteration...last.iteration
    }
  }

  /// Without held-out prompts: rewards of the last rollouts far below those of the best ones.
  private static func rewardCollapse(_ rollouts: [RolloutMetrics]) -> [Finding] {
    let length = VerdictThresholds.rewardWindow
    guard rollouts.count >= 2 * length, let last = RewardWindow(rollouts.suffix(length)) else {
      return []
    }
    let windows = stride(from: 0, through: rollouts.count - 2 * length, by: length).compactMap {
      RewardWindow(rollouts[$0..<$0 + length])
    }
    guard let best = windows.max(by: { $0.mean < $1.mean }), best.mean > 0,
      last.mean < VerdictThresholds.collapsedBest * best.mean,
      last.mean < best.mean - 3 * (best.error * best.error + last.error * last.error).squareRoot()
    else { return [] }
    func told(_ window: RewardWindow) -> String {
      "\(window.mean.threeDigits) over rollouts \(window.iterations.lowerBound) to "
        + "\(window.iterations.upperBound)"
    }
    return [
      Finding(
        .collapsed, .error, "collapsed: mean reward \(told(last)), where it was \(told(best))",
        advice: "go back to a checkpoint before: a narrower trust region, a smaller lr, fewer "
          + "updates for each rollout")
    ]
  }

  /// At most the standard error of the difference of two averages over the same kind of prompts,
  /// √(Σ p(1 − p)/n): as if all samples of a prompt were equal.
  private static func noise(_ first: EvaluationMetrics, _ second: EvaluationMetrics) -> Double {
    [first, second].reduce(0) {
      $0 + $1.average * (1 - $1.average) / Double(max(1, $1.promptCount))
    }.squareRoot()
  }
}
