import RunKnowledge

@testable import TrainingDashboard

extension Verdict {
  /// The advice with the keys of the catalog.
  var adviceText: String? { advice?.text(naming: KeyBindings.standard.shown(for:)) }
}
