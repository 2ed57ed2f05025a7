import PolicyObjectives
import TerminalCanvas
import TrainingTelemetry

extension Verdict {
  /// Groups whose rewards are equal teach nothing; when all are, learning has ended.
  static func groups(_ state: DashboardState) -> [Finding] {
    guard let rollout = state.snapshot.rollout?.metrics, rollout.groupCount > 0 else { return [] }
    let share = Double(rollout.equalGroups) / Double(rollout.groupCount)
    let counts = "\(rollout.allRightGroups) all right, \(rollout.allWrongGroups) all wrong"
    if rollout.equalGroups == rollout.groupCount {
      return [
        Finding(
          .allGroupsEqual, .warning,
          "all \(rollout.groupCount) groups have equal rewards (\(counts)): every advantage is "
            + "0, nothing is learnt from this rollout",
          advice: rollout.allRightGroups == rollout.groupCount
            ? "the task is mastered; a harder one has more to teach"
            : "a higher temperature or more answers per prompt make rewards differ")
      ]
    }
    guard share >= VerdictThresholds.mostlyEqualGroups else { return [] }
    return [
      Finding(
        .mostGroupsEqual, .warning,
        "\(rollout.equalGroups) of \(rollout.groupCount) groups have equal rewards (\(counts)): "
          + "the signal is running out")
    ]
  }

  static func entropy(_ state: DashboardState) -> [Finding] {
    guard let first = state.history.rollouts.first?.entropy,
      let last = state.snapshot.rollout?.metrics
    else { return [] }
    let now = NumberFormat.significant(last.entropy, digits: 2)
    let then = NumberFormat.significant(first, digits: 2)
    if last.entropy < VerdictThresholds.collapsedEntropy,
      last.reward < VerdictThresholds.successReward
    {
      return [
        Finding(
          .entropyCollapsed, .warning,
          "entropy \(now) nats at reward \(NumberFormat.fixed(last.reward, decimals: 2)): the "
            + "policy has stopped exploring before it is right",
          advice: "a higher temperature, or a smaller learning rate from the start")
      ]
    }
    if last.entropy > VerdictThresholds.explodedEntropyFloor,
      last.entropy > first * VerdictThresholds.explodedEntropyFactor
    {
      return [
        Finding(
          .entropyExploded, .warning,
          "entropy rose from \(then) to \(now) nats: the policy "
            + "dissolves",
          advice: "[ narrows the gate, or a smaller learning rate")
      ]
    }
    return []
  }

  static func gradient(_ metrics: UpdateMetrics, _ history: MetricHistory) -> [Finding] {
    let window = history.updates.suffix(VerdictThresholds.gradientSpikeWindow)
    guard window.count >= 16 else { return [] }
    let norms = window.map(\.gradientNorm).sorted()
    let usual = norms[norms.count / 2]
    let isClipped = metrics.clipFactor < 1
    let factor =
      isClipped
      ? VerdictThresholds.gradientSpikeFactor : VerdictThresholds.unclippedGradientSpikeFactor
    guard usual > 0, metrics.gradientNorm > usual * factor else { return [] }
    return [
      Finding(
        .gradientSpike, .warning,
        "gradient norm \(NumberFormat.significant(metrics.gradientNorm, digits: 2)), usually "
          + NumberFormat.significant(usual, digits: 2)
          + (isClipped
            ? "; clipping scaled it by \(NumberFormat.significant(metrics.clipFactor, digits: 2))"
            : ", and not clipped"))
    ]
  }

  /// What the gate did, or why it did nothing.
  static func gate(_ update: UpdateDetail) -> [Finding] {
    let metrics = update.metrics
    guard let lowest = metrics.ratioMinimum, let highest = metrics.ratioMaximum else {
      return [
        Finding(.waiting, .information, "no token had an advantage, so nothing was pushed")
      ]
    }
    if lowest == 1, highest == 1 { return [ratiosAllOne(metrics)] }
    guard let removed = metrics.removedShare, let attenuated = metrics.attenuatedShare else {
      return [
        Finding(
          .noTokenGate, .information,
          "ratios \(NumberFormat.significant(lowest, digits: 2)) to "
            + "\(NumberFormat.significant(highest, digits: 2)); this objective limits whole "
            + "sequences, not tokens")
      ]
    }
    let objective = try? update.objective.makeObjective()
    let isSoft = objective?.gateWidth(behaviorProbability: 0.5, advantage: 1) != nil
    let share = NumberFormat.percent(attenuated, decimals: 1)
    let took = NumberFormat.percent(removed, decimals: 1)
    if removed < VerdictThresholds.idleRemovedShare {
      return [
        Finding(
          .gateIdle, .information,
          "\(isSoft ? "gate" : "clip") idle: it took \(took) of the push, "
            + "\(share) of tokens \(isSoft ? "attenuated" : "clipped")",
          advice: isSoft
            ? "to see it bite: [ for a smaller σ_base, or a preset with more reuse" : nil)
      ]
    }
    let words =
      "\(share) of tokens \(isSoft ? "attenuated" : "clipped"), \(took) of the push removed"
    let tail = tailWords(update.buckets)
    return [Finding(.attenuation, .information, tail.map { "\(words), \($0)" } ?? words)]
  }

  private static func ratiosAllOne(_ metrics: UpdateMetrics) -> Finding {
    let text =
      "every ratio is 1, for the weights are still those that sampled; every gate is 1 and all "
      + "objectives agree"
    let isOnly = metrics.position.updatesPerIteration == 1
    return Finding(
      .ratiosAllOne, .information, text,
      advice: isOnly
        ? "with one update per rollout it stays so; more epochs or minibatches change that"
        : "normal after a rollout; s makes the next update, where ratios leave 1")
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

  /// Tokens that nothing limits, and an update that one sign makes.
  static func signs(_ metrics: UpdateMetrics) -> [Finding] {
    var findings: [Finding] = []
    let runaway = metrics.runawayTokenCount
    if runaway > 0 {
      let isMany =
        Double(runaway) >= VerdictThresholds.manyRunaways * Double(metrics.activeTokenCount)
      let farthest = metrics.ratioMaximum.map { NumberFormat.significant($0, digits: 2) } ?? "?"
      findings.append(
        Finding(
          .runaway, isMany ? .warning : .information,
          "\(runaway) \(runaway == 1 ? "token" : "tokens") with A<0 ran past ρ 4 (largest ρ "
            + "\(farthest)), unlimited",
          advice: isMany
            ? "no gate acts there; fewer updates per rollout or a smaller learning rate do" : nil))
    }
    let total = metrics.positive.weightedPush + metrics.negative.weightedPush
    guard total > 0 else { return findings }
    let positive = metrics.positive.weightedPush / total
    let larger = max(positive, 1 - positive)
    if larger >= VerdictThresholds.oneSidedPush {
      let sign = positive > 0.5 ? "right answers (A>0)" : "wrong answers (A<0)"
      findings.append(
        Finding(
          .oneSided, .information,
          "\(NumberFormat.percent(larger)) of the weighted push comes from \(sign)"))
    }
    return findings
  }
}
