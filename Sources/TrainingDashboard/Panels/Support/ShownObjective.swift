import PolicyObjectives
import TrainingTelemetry

extension DashboardState {
  /// The objective whose gates the shown token records hold: that of the update they belong to, or
  /// the one in force where no update has touched them yet.
  var shownObjective: (any PolicyObjective)? {
    // Right after a rollout the last update belongs to the rollout before, and so might its
    // objective: totals are equal then, positions are not.
    if let update = snapshot.update, update.metrics.position == snapshot.rollout?.group.position,
      let objective = try? update.objective.makeObjective()
    {
      return objective
    }
    return objectiveInForce
  }

  /// The objective in force with the knob values in force.
  var objectiveInForce: (any PolicyObjective)? {
    guard var objective = try? ObjectiveCatalog.objective(named: snapshot.status.objective) else {
      return nil
    }
    for knob in snapshot.knobs {
      // Knobs of the run (learning rate, temperature) are no parameters of the objective.
      try? objective.set(knob.name, to: knob.value)
    }
    return objective
  }

  /// What the last minibatch fixed for all tokens.
  var shownContext: BatchContext { snapshot.update?.context ?? BatchContext() }

  /// GRPO at its defaults, the reference of every comparison.
  static let referenceObjective: (any PolicyObjective)? =
    try? ObjectiveCatalog.objective(named: "grpo")
}

extension DashboardState {
  /// `update 21`, with its iteration where that is no longer the present one.
  func place(of position: UpdatePosition) -> String {
    position.iteration == snapshot.status.position.iteration
      ? "update \(position.update)" : "update \(position.update) of iteration \(position.iteration)"
  }
}

extension PolicyObjective {
  /// The usual short title of the objective.
  var title: String { Self.info.title }
}

extension ObjectiveCatalog {
  /// How an objective is called on the screen; its name where the catalog does not have it.
  static func title(of name: String) -> String {
    all.first { $0.info.name == name }?.info.title ?? name
  }
}
