import TerminalCanvas
import TrainingTelemetry

/// What both signs offered over the last updates and what the gate left of it. One update alone
/// has too few answers to advise anything.
struct SignBalance: Hashable {
  private(set) var positive = PushBalance(kept: 0, removed: 0)
  private(set) var negative = PushBalance(kept: 0, removed: 0)
  private(set) var updates = 0

  /// The updates up to the one of the snapshot, since the last move of a knob or the objective.
  init(_ run: KnownRun, upTo newest: UpdateMetrics) {
    let moved = max(
      run.history.knobChanges.last?.updatesBefore ?? 0,
      run.history.objectiveChanges.last?.updatesBefore ?? 0)
    let end = run.history.firstUpdate(after: newest.position.total - 1)
    let before = run.history.updates[..<end].suffix(VerdictThresholds.balanceWindow - 1)
      .filter { $0.position.total > moved }
    for metrics in before + [newest] {
      positive = positive + metrics.positive.balance
      negative = negative + metrics.negative.balance
      updates += 1
    }
  }

  /// Share of the push from A < 0, of what the gate kept; `nil` without push.
  var negativeShare: Double? {
    let total = positive.kept + negative.kept
    return total > 0 ? negative.kept / total : nil
  }

  /// The same of what was offered before the gate; `nil` without a gate per token.
  var negativeShareBefore: Double? {
    guard let up = positive.removed, let down = negative.removed else { return nil }
    let total = positive.kept + up + negative.kept + down
    return total > 0 ? (negative.kept + down) / total : nil
  }

  var removedShare: Double? { (positive + negative).removedShare }

  /// `over the last 16 updates`.
  var words: String { updates == 1 ? "in this update" : "over the last \(updates) updates" }
}

extension Verdict {
  /// Updates that one sign makes, and whether the gate or the rollout made them so.
  static func signs(_ metrics: UpdateMetrics, _ run: KnownRun) -> [Finding] {
    let balance = SignBalance(run, upTo: metrics)
    guard let negative = balance.negativeShare else { return [] }
    let isNegative = negative >= 0.5
    let after = max(negative, 1 - negative)
    guard after >= VerdictThresholds.oneSidedPush else { return [] }
    let answers = isNegative ? "wrong" : "right"
    let share = NumberFormat.percent(after)
    guard let before = balance.negativeShareBefore.map({ isNegative ? $0 : 1 - $0 }),
      after - before >= VerdictThresholds.gateTilt
    else {
      return [
        Finding(
          .oneSided, .information,
          "\(share) of the push from \(answers) answers \(balance.words), and before the gate as "
            + "well (A>0: \(NumberFormat.count(metrics.positive.tokenCount)) tokens, "
            + "A<0: \(NumberFormat.count(metrics.negative.tokenCount)))",
          advice: "fewer minibatches mix the signs better")
      ]
    }
    let hasAsymmetry = run.snapshot.knob(named: "beta_neg") != nil
    let advice: Advice? =
      !hasAsymmetry
      ? "another objective, or fewer updates per rollout, takes less of A\(isNegative ? ">" : "<")0"
      : isNegative
        ? "\(.moreAsymmetry) raises the asymmetry: a wider gate for A>0, a narrower one for A<0"
        : "\(.lessAsymmetry) lowers the asymmetry: a narrower gate for A>0, a wider one for A<0"
    return [
      Finding(
        .gateTilts, .information,
        "the gate took \(NumberFormat.share(balance.positive.removedShare)) of A>0 and "
          + "\(NumberFormat.share(balance.negative.removedShare)) of A<0 \(balance.words): "
          + "\(answers) answers make \(NumberFormat.percent(before)) of the push before it, "
          + "\(share) after it", advice: advice)
    ]
  }
}
