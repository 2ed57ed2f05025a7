public import TrainingTelemetry

/// The scalars of the whole run, for curves and the journal.
public struct MetricHistory: Sendable, Equatable {
  public private(set) var rollouts: [RolloutMetrics] = []
  public private(set) var updates: [UpdateMetrics] = []
  public private(set) var evaluations: [EvaluationMetrics] = []
  public private(set) var knobChanges: [KnobChange] = []
  public private(set) var objectiveChanges: [ObjectiveChange] = []

  public init() {}

  public mutating func append(_ event: TrainingEvent) {
    switch event {
    case .rollout(let metrics): rollouts.append(metrics)
    case .update(let metrics): updates.append(metrics)
    case .evaluation(let metrics): evaluations.append(metrics)
    case .knobChange(let change): knobChanges.append(change)
    case .objectiveChange(let change): objectiveChanges.append(change)
    case .notice: break
    case .restarted: self = MetricHistory()
    }
  }
}
