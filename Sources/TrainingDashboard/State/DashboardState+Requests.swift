public import RunKnowledge
public import TrainingTelemetry

extension DashboardState {
  /// Running, paused or stepping, a request on its way included.
  public var mode: RunStatus.Mode { requests.mode?.value ?? run.present.status.mode }

  /// The same of the moment shown: of a past one, what the run did then.
  var shownMode: RunStatus.Mode { past?.run.status.mode ?? mode }

  /// Updates per second asked for, `nil` for full speed, a request on its way included.
  public var paceLimit: Double? {
    if let request = requests.pace { return request.value }
    return run.present.status.paceLimit
  }

  /// The group that is shown or about to be.
  public var groupIndex: Int {
    requests.group?.value ?? run.present.snapshot.rollout?.group.index ?? 0
  }

  /// The knobs as they are or are about to be.
  public var knobRows: KnobRows {
    KnobRows(run.present.snapshot.knobs, requested: requests.knobs.mapValues(\.value))
  }

  /// The same at the moment shown: of a past one, as they were.
  var shownKnobRows: KnobRows {
    past.map { KnobRows($0.run.snapshot.knobs) } ?? knobRows
  }
}
