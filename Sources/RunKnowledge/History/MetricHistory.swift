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

  /// The same with what happened before.
  func preceded(by events: [TrainingEvent]) -> MetricHistory {
    var whole = MetricHistory()
    for event in events { whole.append(event) }
    for metrics in rollouts { whole.append(.rollout(metrics)) }
    for metrics in updates { whole.append(.update(metrics)) }
    for metrics in evaluations { whole.append(.evaluation(metrics)) }
    for change in knobChanges { whole.append(.knobChange(change)) }
    for change in objectiveChanges { whole.append(.objectiveChange(change)) }
    return whole
  }

  /// The curves right before a restart that is among `events`.
  func before(restartIn events: [TrainingEvent]) -> MetricHistory {
    var history = self
    for event in events.prefix(while: { !$0.isRestart }) { history.append(event) }
    return history
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

extension MetricHistory {
  /// How far the curves had come at a moment.
  struct Extent: Sendable, Hashable {
    var rollouts: Int
    var evaluations: Int
    var knobChanges: Int
    var objectiveChanges: Int
    /// The last update's number.
    var total: Int
  }

  var extent: Extent {
    Extent(
      rollouts: rollouts.count, evaluations: evaluations.count, knobChanges: knobChanges.count,
      objectiveChanges: objectiveChanges.count, total: updates.last?.position.total ?? 0)
  }

  /// The curves as they were, but for updates that have been thinned out since.
  func cut(to extent: Extent) -> MetricHistory {
    var past = self
    past.rollouts.removeLast(max(0, rollouts.count - extent.rollouts))
    past.evaluations.removeLast(max(0, evaluations.count - extent.evaluations))
    past.knobChanges.removeLast(max(0, knobChanges.count - extent.knobChanges))
    past.objectiveChanges.removeLast(max(0, objectiveChanges.count - extent.objectiveChanges))
    let later = updates.reversed().prefix { $0.position.total > extent.total }.count
    past.updates.removeLast(later)
    past.recentStart = min(recentStart, past.updates.count)
    return past
  }
}

extension MetricHistory {
  /// Index of the first update behind the one numbered `total`; the end where there is none.
  public func firstUpdate(after total: Int) -> Int {
    // Updates are recorded in order.
    var low = updates.startIndex
    var high = updates.endIndex
    while low < high {
      let middle = low + (high - low) / 2
      if updates[middle].position.total > total { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
