import PolicyObjectives

/// GRPO at its defaults, the reference of every comparison.
enum ReferenceObjective {
  static let value: (any PolicyObjective)? = try? ObjectiveCatalog.objective(named: "grpo")
}

extension PolicyObjective {
  /// The usual short title of the objective.
  var title: String { Self.info.title }
}
