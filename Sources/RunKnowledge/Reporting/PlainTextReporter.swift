import TerminalCanvas
public import TrainingTelemetry

/// The run as lines of text: for people without a terminal, screen readers and logs. The numbers
/// are those of the dashboard, from the same snapshots.
public struct PlainTextReporter: Sendable {
  public enum Detail: Sendable, Hashable {
    /// One line per iteration, and what is rare.
    case brief
    /// Also the verdict on the last update of each iteration.
    case full
  }

  private let detail: Detail
  private var run: KnownRun?
  private var rollout: RolloutMetrics?
  private var removed = RemovedTotals()
  /// Tenths of the warm start that were reported.
  private var warmStartTenths = -1
  private var hasEnded = false

  /// What the gate took over the updates of one iteration.
  private struct RemovedTotals {
    var positive = (removed: 0.0, offered: 0.0)
    var negative = (removed: 0.0, offered: 0.0)
  }

  public init(_ detail: Detail = .brief) {
    self.detail = detail
  }

  /// The lines that a snapshot gives rise to; each snapshot is to be given once, in order.
  public mutating func lines(for snapshot: TrainingSnapshot) -> [String] {
    var lines: [String] = []
    if run == nil { lines.append(Self.title(snapshot)) }
    lines += warmStart(snapshot)
    for event in snapshot.events { lines += self.lines(for: event, snapshot) }
    track(snapshot)
    if detail == .full, snapshot.events.contains(where: Self.endsIteration), let run {
      lines.append("  " + Verdict(of: run).text)
    }
    if let reason = snapshot.status.stopReason, !hasEnded {
      hasEnded = true
      lines.append(reason.words.log)
    }
    return lines
  }

  private mutating func track(_ snapshot: TrainingSnapshot) {
    guard var next = run else {
      run = KnownRun(snapshot)
      return
    }
    run = nil
    next.take(snapshot)
    run = next
  }

  private static func title(_ snapshot: TrainingSnapshot) -> String {
    let identity = snapshot.identity
    let numbers: [(String, (any CustomStringConvertible)?)] = [
      ("seed", identity.seed), ("base seed", identity.baseSeed), ("threads", identity.threads),
    ]
    return "maspo: \(identity.task), \(snapshot.status.objective), preset \(identity.preset)"
      + numbers.compactMap { name, value in value.map { ", \(name) \($0)" } }.joined()
  }

  private mutating func warmStart(_ snapshot: TrainingSnapshot) -> [String] {
    guard snapshot.status.phase == .warmingUp, let progress = snapshot.status.warmStart,
      progress.stepCount > 0
    else { return [] }
    let tenths = progress.step * 10 / progress.stepCount + 100 * progress.attempt
    guard tenths != warmStartTenths else { return [] }
    warmStartTenths = tenths
    let attempt = progress.attempt > 1 ? ", attempt \(progress.attempt)" : ""
    return [
      "warm start: step \(progress.step) of \(progress.stepCount)\(attempt), loss "
        + NumberFormat.fixed(progress.loss, decimals: 3) + ", "
        + NumberFormat.duration(seconds: progress.secondsLeft) + " left"
    ]
  }

  private static func endsIteration(_ event: TrainingEvent) -> Bool {
    guard case .update(let metrics) = event else { return false }
    return metrics.position.update == metrics.position.updatesPerIteration
  }

  private mutating func lines(
    for event: TrainingEvent, _ snapshot: TrainingSnapshot
  ) -> [String] {
    switch event {
    case .rollout(let metrics):
      rollout = metrics
      removed = RemovedTotals()
      return []
    case .update(let metrics):
      add(metrics)
      return Self.endsIteration(event) ? [iteration(metrics)] : []
    case .evaluation(let metrics):
      let k = metrics.samplesPerPrompt
      return [
        "evaluation after iteration \(metrics.iteration): Avg@\(k) "
          + NumberFormat.fixed(metrics.average, decimals: 3) + ", Pass@\(k) "
          + NumberFormat.fixed(metrics.pass, decimals: 3)
      ]
    case .knobChange(let change):
      return [
        "update \(change.updatesBefore + 1): \(change.name) \(KnobFormat.text(change.oldValue)) "
          + "-> \(KnobFormat.text(change.newValue))"
      ]
    case .objectiveChange(let change):
      return [
        "iteration \(change.iteration): objective \(change.oldObjective) -> "
          + change.newObjective
      ]
    case .notice(let notice):
      return [(notice.level == .information ? "" : "\(notice.level.rawValue): ") + notice.text]
    case .restarted(let seed):
      rollout = nil
      return [seed.map { "started over with seed \($0)" } ?? "began anew"]
    }
  }

  private mutating func add(_ metrics: UpdateMetrics) {
    func add(_ sign: SignMetrics, to total: inout (removed: Double, offered: Double)) {
      total.removed += sign.weightedRemoved ?? 0
      total.offered += sign.weightedPush + (sign.weightedRemoved ?? 0)
    }
    add(metrics.positive, to: &removed.positive)
    add(metrics.negative, to: &removed.negative)
  }

  private func iteration(_ metrics: UpdateMetrics) -> String {
    func number(_ value: Double?) -> String { NumberFormat.significant(value) }
    func share(_ total: (removed: Double, offered: Double), _ sign: SignMetrics) -> String {
      guard sign.weightedRemoved != nil, total.offered > 0 else { return NumberFormat.missing }
      return NumberFormat.percent(total.removed / total.offered, decimals: 1)
    }
    var parts = [
      "iteration \(metrics.position.iteration)",
      "reward \(NumberFormat.fixed(rollout?.reward, decimals: 3))",
      "entropy \(number(rollout?.entropy))",
      "KL \(number(metrics.klMean))",
      "ratios \(number(metrics.ratioMinimum)) to \(number(metrics.ratioMaximum))",
      "gate took \(share(removed.positive, metrics.positive)) of A>0, "
        + "\(share(removed.negative, metrics.negative)) of A<0",
    ]
    if let rollout {
      parts.append("equal groups \(rollout.zeroVarianceGroups)/\(rollout.groupCount)")
      if rollout.truncatedAnswers > 0 { parts.append("truncated \(rollout.truncatedAnswers)") }
    }
    return parts.joined(separator: ", ")
  }
}
