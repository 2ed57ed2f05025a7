import PolicyObjectives
import TerminalCanvas
import TrainingTelemetry

/// What stays on the terminal after the dashboard is left: what the run came to, what was moved,
/// and the command that makes it again.
public enum ClosingReport {
  /// - Parameters:
  ///   - seconds: wall time since the dashboard was opened.
  ///   - command: the command line that makes the same run.
  public static func lines(
    _ run: KnownRun, seconds: Double, command: String
  ) -> [String] {
    let snapshot = run.snapshot
    let identity = snapshot.identity
    let position = snapshot.status.position
    let objective =
      ObjectiveCatalog.all.first { $0.info.name == snapshot.status.objective }?.info.title
      ?? snapshot.status.objective
    var lines = [
      "maspo  \(identity.task) · \(objective) · \(identity.preset)"
        + "\(identity.seed.map { " · seed \($0)" } ?? ""): "
        + "iteration \(position.iteration), \(counted(position.total, "update")) in "
        + NumberFormat.duration(seconds: seconds)
    ]
    lines += progress(run.history)
    let moves = run.journal.entries.filter { $0.kind == .knob || $0.kind == .objective }
    if !moves.isEmpty {
      let words = moves.suffix(6).map { "\($0.text) (from update \($0.updatesBefore + 1))" }
      lines.append(
        "moved  \(moves.count > 6 ? "… " : "")\(words.joined(separator: ", "))")
    }
    if let ending = snapshot.status.stopReason?.words.closing { lines.append(ending) }
    if position.total == 0 {
      lines.append("left   before the first update; the command below makes it")
    } else if position.update < position.updatesPerIteration {
      lines.append(
        "left   in the middle of iteration \(position.iteration), after update \(position.total); "
          + "the command below ends there, too")
    }
    lines.append("again  " + command)
    return lines
  }

  private static func progress(_ history: MetricHistory) -> [String] {
    var parts: [String] = []
    if let first = history.evaluations.first, let last = history.evaluations.last {
      let k = last.samplesPerPrompt
      func pair(_ name: String, _ value: (EvaluationMetrics) -> Double) -> String {
        let now = NumberFormat.fixed(value(last), decimals: 3)
        return history.evaluations.count == 1
          ? "\(name)@\(k) \(now)"
          : "\(name)@\(k) \(NumberFormat.fixed(value(first), decimals: 3)) → \(now)"
      }
      parts = [pair("Avg", \.average), pair("Pass", \.pass)]
      if last.iteration == 0 {
        parts[0] = "base policy " + parts[0]
        if !history.updates.isEmpty { parts.append("not evaluated since") }
      }
      if let best = history.evaluations.max(by: { $0.average < $1.average }),
        best.iteration != last.iteration
      {
        parts.append(
          "best Avg@\(k) \(NumberFormat.fixed(best.average, decimals: 3)) after iteration "
            + "\(best.iteration)")
      }
    }
    if let rollout = history.rollouts.last {
      parts.append("reward \(NumberFormat.fixed(rollout.reward, decimals: 3)) in the last rollout")
    }
    return parts.isEmpty
      ? [] : [(history.updates.isEmpty ? "score  " : "learnt ") + parts.joined(separator: ", ")]
  }
}
