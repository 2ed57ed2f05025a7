import PolicyObjectives
import RunKnowledge
import TrainingTelemetry

extension DashboardState {
  /// GRPO at its defaults, the reference of every comparison.
  static let referenceObjective: (any PolicyObjective)? =
    try? ObjectiveCatalog.objective(named: "grpo")

  /// The objective that lens and inspector hold against the one in force: the chosen one, or its
  /// counterpart where that is in force itself.
  var comparedObjectiveName: String {
    guard comparedObjective == shown.status.objective else { return comparedObjective }
    return comparedObjective == "grpo" ? "maspo" : "grpo"
  }
}

extension PolicyObjective {
  /// The usual short title of the objective.
  var title: String { Self.info.title }
}
