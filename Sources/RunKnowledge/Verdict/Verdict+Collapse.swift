import TerminalCanvas
import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

extension Verdict {
  /// A policy that scores worse on held-out prompts than it did, by more than their noise.
  static func collapse(_ run: KnownRun) -> [Finding] {
    let evaluations = run.history.evaluations
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

  /// At most the standard error of the difference of two averages over the same kind of prompts,
  /// √(Σ p(1 − p)/n): as if all samples of a prompt were equal.
  private static func noise(_ first: EvaluationMetrics, _ second: EvaluationMetrics) -> Double {
    [first, second].reduce(0) {
      $0 + $1.average * (1 - $1.average) / Double(max(1, $1.promptCount))
    }.squareRoot()
  }
}
