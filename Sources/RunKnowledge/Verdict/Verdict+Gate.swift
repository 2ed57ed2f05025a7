import PolicyObjectives
import TerminalCanvas
import TrainingTelemetry

extension Verdict {
  /// What the gate did, or why it did nothing.
  static func gate(_ update: UpdateDetail, _ run: KnownRun) -> [Finding] {
    let metrics = update.metrics
    guard let lowest = metrics.ratioMinimum, let highest = metrics.ratioMaximum else {
      return [
        Finding(
          .waiting, .information, "no token had an advantage, so nothing was pushed",
          advice: "\(.iteration) goes on to the next rollout")
      ]
    }
    if lowest == 1, highest == 1 { return [ratiosAllOne(metrics, run)] }
    guard let removed = metrics.removedShare, let attenuated = metrics.attenuatedShare else {
      return [
        Finding(
          .noTokenGate, .information,
          "ratios \(NumberFormat.significant(lowest, digits: 2)) to "
            + "\(NumberFormat.significant(highest, digits: 2)); this objective limits whole "
            + "sequences, not tokens")
      ]
    }
    let unreachable = unreachableBounds(update, run)
    let objective = try? update.objective.makeObjective()
    let isSoft = objective?.gateWidth(behaviorProbability: 0.5, advantage: 1) != nil
    let share = NumberFormat.share(attenuated)
    let took = NumberFormat.share(removed)
    if removed < VerdictThresholds.idleRemovedShare {
      // One idle update among others, such as the second of a rollout, calls for nothing.
      let lately = SignBalance(run, upTo: metrics).removedShare ?? removed
      let staysIdle = lately < VerdictThresholds.idleRemovedShare
      // Bounds out of reach explain the idle gate, and their advice has a number.
      return [
        Finding(
          .gateIdle, .information,
          "\(isSoft ? "gate" : "clip") idle: it took \(took) of the push, "
            + "\(share) of tokens \(isSoft ? "attenuated" : "clipped")",
          advice: !staysIdle
            ? nil
            : !isSoft
              ? "more epochs or a larger lr let ratios leave the clip range"
              : unreachable.isEmpty
                ? "\(.narrowerGate) for a smaller σ_base, or more updates per rollout, make it bite"
                : nil)
      ] + unreachable
    }
    let words =
      "\(share) of tokens \(isSoft ? "attenuated" : "clipped"), \(took) of the push removed"
      + " (\(NumberFormat.share(metrics.positive.removedShare)) of A>0, "
      + "\(NumberFormat.share(metrics.negative.removedShare)) of A<0)"
    let tail = tailWords(update.buckets)
    return [Finding(.attenuation, .information, tail.map { "\(words), \($0)" } ?? words)]
      + unreachable
  }

  /// A gate that no ratio can close halfway, for most of what is pushed.
  private static func unreachableBounds(
    _ update: UpdateDetail, _ run: KnownRun
  ) -> [Finding] {
    guard let reach = GateReach(update),
      reach.unreachablePush >= VerdictThresholds.unreachablePush
    else { return [] }
    let steps = run.snapshot.knob(named: "sigma_base")?.specification.steps ?? []
    let best = steps.last { $0 <= reach.halfReachSigma } ?? reach.halfReachSigma
    let sigma = NumberFormat.significant(best, digits: 2, trimsZeros: true)
    return [
      Finding(
        .boundsUnreachable, .information,
        "half gate out of reach at σ_base \(KnobFormat.text(reach.baseSigma)) for "
          + "\(NumberFormat.percent(reach.unreachablePush)) of the push "
          + "(\(NumberFormat.count(reach.unreachableTokens)) of "
          + "\(NumberFormat.count(reach.tokenCount)) tokens): it lies beyond 1/π_old, or below 0",
        advice: "\(.narrowerGate) to σ_base \(sigma): half gate in reach for "
          + "\(NumberFormat.percent(reach.reachablePush(atBaseSigma: best))) of the push")
    ]
  }

  private static func ratiosAllOne(_ metrics: UpdateMetrics, _ run: KnownRun) -> Finding {
    let text =
      "every ratio is 1, for the weights are still those that sampled; every gate is 1 and all "
      + "objectives agree"
    let isOnly = metrics.position.updatesPerIteration == 1
    return Finding(
      .ratiosAllOne, .information, text,
      advice: isOnly
        ? "one update per rollout keeps it so; more epochs or minibatches change that"
        : "normal after a rollout; \(.update) makes the next update, where "
          + "ratios leave 1")
  }

  /// `most of them where π_old < .1`, where that is so.
  private static func tailWords(_ buckets: [BucketStatistics]) -> String? {
    let counts = buckets.map { bucket in
      (bucket.positive.attenuatedCount ?? 0) + (bucket.negative.attenuatedCount ?? 0)
    }
    let total = counts.reduce(0, +)
    let active = buckets.reduce(0) { $0 + $1.activeTokenCount }
    guard total > 0, active > 0 else { return nil }
    var attenuated = 0
    var tokens = 0
    for (bucket, count) in zip(buckets, counts)
    where bucket.upperProbability <= VerdictThresholds.tailProbability {
      attenuated += count
      tokens += bucket.activeTokenCount
      let share = Double(attenuated) / Double(total)
      // Worth saying only where the tail has more than its part.
      if share >= VerdictThresholds.mostAttenuated, Double(tokens) / Double(active) < share {
        return "most of them where π_old < \(NumberFormat.short(bucket.upperProbability))"
      }
    }
    return nil
  }
}
