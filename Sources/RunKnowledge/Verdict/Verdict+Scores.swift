import TerminalCanvas
import TrainingTelemetry

extension Verdict {
  /// What is to be said where scores and rollouts' means are all that is known of a run.
  init(ofScores run: KnownRun) {
    func fixed(_ value: Double) -> String { NumberFormat.fixed(value, decimals: 3) }
    let history = run.history
    let scores = history.evaluations.last.map { last -> String in
      let k = last.samplesPerPrompt
      let first = history.evaluations[0]
      return "Avg@\(k) \(fixed(last.average)) and Pass@\(k) \(fixed(last.pass)) after "
        + "\(counted(last.iteration, "iteration"))"
        + (history.evaluations.count > 1
          ? ", from \(fixed(first.average)) after \(first.iteration)" : "")
    }
    self.init([
      Finding(
        .waiting, .information,
        [scores, "of updates and tokens nothing is kept"].compactMap { $0 }.joined(separator: "; "))
    ])
  }
}
