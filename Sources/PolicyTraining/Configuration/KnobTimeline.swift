public import PolicyObjectives
public import TrainingTelemetry

/// The knobs of a run at each moment, followed from its configuration and the changes that came
/// into force.
public struct KnobTimeline: Sendable {
  private var knobs: RunKnobs

  /// - Parameter configuration: that with which the run began.
  public init(_ configuration: RunConfiguration) {
    knobs = RunKnobs(configuration)
  }

  /// Takes a change over; other events, and changes that do not fit the run, do nothing.
  public mutating func apply(_ event: TrainingEvent) {
    var next = knobs
    do {
      switch event {
      case .knobChange(let change):
        try next.request([KnobSetting(name: change.name, value: change.newValue)])
        _ = try next.applyPending(at: .nextRollout)
      case .objectiveChange(let change):
        try next.requestObjective(change.newObjective)
        _ = try next.applyPendingObjective()
      case .rollout, .update, .evaluation, .notice, .restarted: return
      }
    } catch {
      return
    }
    knobs = next
  }

  /// All knobs, in display order.
  public var states: [KnobState] { knobs.states() }

  /// The objective in force, with its parameters.
  public var objective: any PolicyObjective { knobs.configuration.objective }

  public var objectiveName: String { knobs.configuration.objectiveName }
}
