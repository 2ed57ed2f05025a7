import TerminalCanvas
import TrainingTelemetry

extension Verdict {
  /// Groups whose rewards are equal teach nothing; when all are, learning has ended.
  static func groups(_ run: KnownRun) -> [Finding] {
    guard let rollout = run.snapshot.rollout?.metrics, rollout.groupCount > 0 else { return [] }
    let counts = "\(rollout.allRightGroups) all right, \(rollout.allWrongGroups) all wrong"
    if rollout.zeroVarianceGroups == rollout.groupCount {
      return [
        Finding(
          .allGroupsEqual, .warning,
          "all \(rollout.groupCount) groups have equal rewards (\(counts)): every advantage is "
            + "0, nothing is learnt from this rollout",
          advice: adviceForEqualGroups(rollout))
      ]
    }
    guard rollout.zeroVarianceShare < VerdictThresholds.mostlyEqualGroups else {
      return [
        Finding(
          .mostGroupsEqual, .warning,
          "\(rollout.zeroVarianceGroups) of \(rollout.groupCount) groups have equal rewards "
            + "(\(counts)): the signal is running out", advice: adviceForEqualGroups(rollout))
      ]
    }
    return risingEqualGroups(run.history.rollouts, counts: counts)
  }

  /// The share over the last rollouts against that over as many before them.
  private static func risingEqualGroups(
    _ rollouts: [RolloutMetrics], counts: String
  ) -> [Finding] {
    let window = VerdictThresholds.zeroVarianceWindow
    guard rollouts.count >= 2 * window, let newest = rollouts.last else { return [] }
    func share(_ part: ArraySlice<RolloutMetrics>) -> Double {
      part.reduce(0) { $0 + $1.zeroVarianceShare } / Double(window)
    }
    let now = share(rollouts.suffix(window))
    let before = share(rollouts.suffix(2 * window).prefix(window))
    let mean = (now + before) / 2
    let groups = Double(window * max(1, newest.groupCount))
    let error = (2 * mean * (1 - mean) / groups).squareRoot()
    let least = max(
      VerdictThresholds.zeroVarianceRise, VerdictThresholds.trendDeviations * error)
    guard now - before >= least else { return [] }
    return [
      Finding(
        .zeroVarianceRising, .warning,
        "equal groups rise: \(NumberFormat.percent(now)) over the last \(window) rollouts, "
          + "\(NumberFormat.percent(before)) over the \(window) before (now \(counts)); at 100% "
          + "learning ends", advice: adviceForEqualGroups(newest))
    ]
  }

  private static func adviceForEqualGroups(_ rollout: RolloutMetrics) -> Advice {
    rollout.allWrongGroups == 0 && (rollout.reward ?? 0) >= VerdictThresholds.successReward
      ? "mostly solved: a harder task has more to teach"
      : "a higher temperature or more answers per prompt make rewards differ"
  }

  static func entropy(_ run: KnownRun) -> [Finding] {
    guard let first = run.history.rollouts.first?.entropy,
      let last = run.snapshot.rollout?.metrics, let entropy = last.entropy
    else { return [] }
    let now = NumberFormat.significant(entropy, digits: 2)
    let then = NumberFormat.significant(first, digits: 2)
    if entropy < VerdictThresholds.collapsedEntropy, let reward = last.reward,
      reward < VerdictThresholds.successReward
    {
      return [
        Finding(
          .entropyCollapsed, .warning,
          "entropy \(now) nats (\(then) at first) at reward "
            + "\(NumberFormat.fixed(reward, decimals: 2)): the policy has stopped exploring "
            + "before it is right",
          advice: "a higher temperature; \(.restart) with a smaller lr")
      ]
    }
    if entropy > VerdictThresholds.explodedEntropyFloor,
      entropy > first * VerdictThresholds.explodedEntropyFactor
    {
      return [
        Finding(
          .entropyExploded, .warning,
          "entropy rose from \(then) to \(now) nats: the policy dissolves",
          advice: run.snapshot.knob(named: "sigma_base") == nil
            ? "a smaller lr or fewer updates per rollout"
            : "\(.narrowerGate) narrows the gate; or a smaller lr, or fewer updates per rollout")
      ]
    }
    return []
  }
}
