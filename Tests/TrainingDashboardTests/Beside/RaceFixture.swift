import TrainingTelemetry

@testable import RunKnowledge
@testable import TrainingDashboard

/// MASPO, GRPO a little better, and the placebo a little worse.
enum RaceFixture {
  static func state(width: Int, height: Int) throws -> DashboardState {
    let own = try SnapshotFixture.state(width: width, height: height)
    func lane(_ label: String, _ gain: Double, isPlacebo: Bool = false) -> Race.Lane {
      var run = own.run
      var history = MetricHistory()
      for rollout in run.present.history.rollouts {
        var rollout = rollout
        rollout.reward = rollout.reward.map { $0 + gain }
        history.append(.rollout(rollout))
      }
      for update in run.present.history.updates { history.append(.update(update)) }
      for evaluation in run.present.history.evaluations {
        var evaluation = evaluation
        if evaluation.iteration > 0 { evaluation.average += gain }
        history.append(.evaluation(evaluation))
      }
      run.present.history = history
      if label == "GRPO" {
        let gate = ["sigma_base", "sigma_high", "alpha", "beta_pos", "beta_neg"]
        run.present.snapshot.knobs.removeAll { gate.contains($0.name) }
      }
      return Race.Lane(label, run, isPlacebo: isPlacebo)
    }
    var state = own
    state.race = Race([
      Race.Lane("MASPO", own.run), lane("GRPO", 0.1), lane("placebo", -0.02, isPlacebo: true),
    ])
    return state
  }
}
