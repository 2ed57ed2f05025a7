import PolicyObjectives
import TrainingTelemetry

extension DashboardState {
  /// Keeps the parameters of the objective in force, so that a later comparison takes each
  /// objective as this run had it.
  mutating func rememberObjective() {
    guard let objective = objectiveInForce else { return }
    objectiveMemory[snapshot.status.objective] = ObjectiveState(objective)
  }

  /// The objective at the parameters it last had in this run, else at its defaults.
  func objective(named name: String) -> (any PolicyObjective)? {
    if let remembered = objectiveMemory[name], let objective = try? remembered.makeObjective() {
      return objective
    }
    return try? ObjectiveCatalog.objective(named: name)
  }

  /// The objective that lens and inspector hold against the one in force: the chosen one, or its
  /// counterpart where that is in force itself.
  var comparedObjectiveName: String {
    guard comparedObjective == snapshot.status.objective else { return comparedObjective }
    return comparedObjective == "grpo" ? "maspo" : "grpo"
  }
}
