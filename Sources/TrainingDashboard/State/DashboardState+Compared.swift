import PolicyObjectives
import RunKnowledge
import TrainingTelemetry

extension DashboardState {
  /// The objective that lens and inspector hold against the one in force: the chosen one, or its
  /// counterpart where that is in force itself.
  var comparedObjectiveName: String {
    guard comparedObjective == shown.status.objective else { return comparedObjective }
    return comparedObjective == "grpo" ? "maspo" : "grpo"
  }
}
