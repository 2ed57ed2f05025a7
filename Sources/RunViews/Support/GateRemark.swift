import PolicyObjectives
import RunKnowledge
import TerminalCanvas
import TrainingTelemetry

/// What a newcomer might take for a fault, in a sentence; longer wordings first.
enum GateRemark {
  /// - Returns: the wordings, or nothing where there is nothing to explain.
  static func phrases(_ run: KnownRun) -> [String] {
    guard let update = run.snapshot.update else { return [] }
    let metrics = update.metrics
    if metrics.activeTokenCount == 0 {
      return [
        "All groups of this minibatch are equal, every advantage is 0: nothing to learn from.",
        "Every advantage is 0: nothing to learn from.",
      ]
    }
    if metrics.ratioMinimum == 1, metrics.ratioMaximum == 1 { return ratiosAllOne }
    guard let removed = metrics.removedShare, removed < VerdictThresholds.idleRemovedShare else {
      return []
    }
    let share = NumberFormat.share(removed)
    guard update.objective.name == "maspo" else {
      return [
        "The gate took \(share) of this update: nearly idle. More reuse makes it bite.",
        "Gate nearly idle: took \(share).",
      ]
    }
    return [
      "The gate took \(share) of this update: nearly idle. A smaller σ, or a preset with more "
        + "reuse, makes it bite.",
      "The gate took \(share): idle. A smaller σ or more reuse makes it bite.",
      "Gate idle, took \(share): a smaller σ or more reuse bites.",
      "Gate idle (\(share)): try a smaller σ.",
    ]
  }

  static let ratiosAllOne = [
    "Every ρ is exactly 1: these weights sampled the answers, so every gate is 1 and MASPO "
      + "equals GRPO.",
    "Every ρ is exactly 1, as it must be right after a rollout: every gate is 1.",
    "Every ρ is 1, as after every rollout: gates open.",
    "Every ρ is 1: gates open.",
  ]
}
