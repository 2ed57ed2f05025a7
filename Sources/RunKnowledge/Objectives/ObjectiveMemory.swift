public import PolicyObjectives
import TrainingTelemetry

/// The parameters that each objective last had in a run, so that a later comparison takes every
/// objective as this run had it.
public struct ObjectiveMemory: Sendable, Equatable {
  private var states: [String: ObjectiveState] = [:]

  public init() {}

  mutating func remember(_ objective: (any PolicyObjective)?) {
    guard let objective else { return }
    let state = ObjectiveState(objective)
    states[state.name] = state
  }

  /// The objective as it last was; `nil` where this run has not had it.
  func objective(named name: String) -> (any PolicyObjective)? {
    states[name].flatMap { try? $0.makeObjective() }
  }
}

extension ObjectiveCatalog {
  /// How an objective is called; its name where the catalog does not have it.
  public static func title(of name: String) -> String {
    all.first { $0.info.name == name }?.info.title ?? name
  }
}
