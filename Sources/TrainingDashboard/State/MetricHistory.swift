public import TrainingTelemetry

/// The scalars of the whole run, for curves and the journal.
///
/// Memory is bounded: the last `recentCapacity` updates or more are kept one by one; of older ones
/// every second, then every fourth, and so on, evenly over the run. Everything else is rare and
/// kept whole.
public struct MetricHistory: Sendable, Equatable {
  public static let recentCapacity = 4096
  public static let olderCapacity = 8192

  public private(set) var rollouts: [RolloutMetrics] = []
  /// Oldest first; see the type for which of them are left out.
  public private(set) var updates: [UpdateMetrics] = []
  public private(set) var evaluations: [EvaluationMetrics] = []
  public private(set) var knobChanges: [KnobChange] = []
  public private(set) var objectiveChanges: [ObjectiveChange] = []
  /// `updates` before this index are thinned out to every `stride`-th of the run.
  private var recentStart = 0
  private var stride = 1

  public init() {}

  public mutating func append(_ event: TrainingEvent) {
    switch event {
    case .rollout(let metrics): rollouts.append(metrics)
    case .update(let metrics):
      updates.append(metrics)
      if updates.count - recentStart >= 2 * Self.recentCapacity { thin() }
    case .evaluation(let metrics): evaluations.append(metrics)
    case .knobChange(let change): knobChanges.append(change)
    case .objectiveChange(let change): objectiveChanges.append(change)
    case .notice: break
    case .restarted: self = MetricHistory()
    }
  }

  /// Every `n`-th update of the older part stays; `n` doubles when that is still too many.
  private mutating func thin() {
    let recent = updates.suffix(Self.recentCapacity)
    var older = updates.dropLast(Self.recentCapacity)
      .filter { $0.position.total.isMultiple(of: stride) }
    while older.count > Self.olderCapacity {
      stride *= 2
      older.removeAll { !$0.position.total.isMultiple(of: stride) }
    }
    recentStart = older.count
    updates = older + recent
  }
}
