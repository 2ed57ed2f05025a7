extension TrainingSnapshot {
  /// The snapshot without what a clock says: two runs alike then have equal snapshots.
  public var withoutTimings: TrainingSnapshot {
    var snapshot = self
    snapshot.status.measuredPace = 0
    snapshot.status.rolloutTokensPerSecond = nil
    snapshot.status.updateMilliseconds = nil
    snapshot.status.warmStart?.secondsLeft = 0
    snapshot.identity.threads = 0
    snapshot.events = events.map(\.withoutTimings)
    snapshot.update?.metrics.seconds = 0
    snapshot.rollout?.metrics.seconds = 0
    return snapshot
  }
}

extension TrainingEvent {
  fileprivate var withoutTimings: TrainingEvent {
    switch self {
    case .rollout(var metrics):
      metrics.seconds = 0
      return .rollout(metrics)
    case .update(var metrics):
      metrics.seconds = 0
      return .update(metrics)
    case .evaluation(var metrics):
      metrics.seconds = 0
      return .evaluation(metrics)
    case .knobChange, .objectiveChange, .notice, .restarted: return self
    }
  }
}
