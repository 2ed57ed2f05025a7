public import PolicyObjectives
public import TrainingTelemetry

/// What is known of a run at one moment, be it the present or a past one: the snapshot, the curves
/// and the journal up to it, and what is said of it.
///
/// A value without clock, screen or file. `WatchedRun` keeps the present one and finds past ones.
public struct KnownRun: Sendable, Equatable {
  /// Its events are already in `history` and `journal`.
  public internal(set) var snapshot: TrainingSnapshot
  public internal(set) var history: MetricHistory
  public internal(set) var journal: Journal
  /// What is to be said of the snapshot.
  public internal(set) var verdict: Verdict
  /// Parameters that objectives had in this run.
  var memory: ObjectiveMemory

  /// A run of which one snapshot has come.
  public init(_ snapshot: TrainingSnapshot) {
    self.snapshot = snapshot
    history = MetricHistory()
    journal = Journal()
    memory = ObjectiveMemory()
    verdict = Verdict([])
    record(snapshot.events)
    self.snapshot.events = []
    memory.remember(objectiveInForce)
    verdict = Verdict(of: self)
  }

  /// The run as it was at a moment.
  ///
  /// - Parameter history: the curves up to the moment.
  init(_ moment: Moment, history: MetricHistory) {
    snapshot = moment.snapshot
    self.history = history
    journal = Journal(entries: moment.journal)
    verdict = moment.verdict
    memory = moment.memory
  }

  public var status: RunStatus { snapshot.status }
  public var position: UpdatePosition { snapshot.status.position }

  /// Takes over a newer snapshot. What is said of it follows by `judge()`.
  mutating func take(_ newest: TrainingSnapshot) {
    if newest.events.contains(where: \.isRestart) { memory = ObjectiveMemory() }
    record(newest.events)
    snapshot = newest
    snapshot.events = []
    memory.remember(objectiveInForce)
  }

  /// Writes down events that no screen waits for.
  mutating func record(_ events: [TrainingEvent]) {
    for event in events {
      history.append(event)
      journal.append(event)
    }
  }

  /// Finds what is to be said of the snapshot; warnings go to the journal.
  ///
  /// - Parameter hasUpdates: whether its source knows updates one by one.
  mutating func judge(hasUpdates: Bool) {
    verdict = hasUpdates ? Verdict(of: self) : Verdict(ofScores: self)
    journal.note(verdict, updatesBefore: position.total)
  }
}

extension KnownRun {
  /// The objective at the parameters it last had in this run, else at its defaults.
  public func objective(named name: String) -> (any PolicyObjective)? {
    memory.objective(named: name) ?? (try? ObjectiveCatalog.objective(named: name))
  }

  /// The objective in force with the knob values in force.
  public var objectiveInForce: (any PolicyObjective)? {
    guard var objective = try? ObjectiveCatalog.objective(named: status.objective) else {
      return nil
    }
    for knob in snapshot.knobs {
      // Knobs of the run (learning rate, temperature) are no parameters of the objective.
      try? objective.set(knob.name, to: knob.value)
    }
    return objective
  }

  /// The objective whose gates the token records hold: that of the update they belong to, or the
  /// one in force where no update has touched them yet.
  public var objectiveOfTokens: (any PolicyObjective)? {
    // Right after a rollout the last update belongs to the rollout before, and so might its
    // objective: totals are equal then, positions are not.
    if let update = snapshot.update, update.metrics.position == snapshot.rollout?.group.position,
      let objective = try? update.objective.makeObjective()
    {
      return objective
    }
    return objectiveInForce
  }

  /// What the last minibatch fixed for all tokens.
  public var context: BatchContext { snapshot.update?.context ?? BatchContext() }

  /// `update 21`, with its iteration where that is no longer the present one; `step 21` of a run
  /// that another trainer makes.
  public func place(of position: UpdatePosition) -> String {
    if status.attachment != nil { return "step \(position.total)" }
    return position.iteration == self.position.iteration
      ? "update \(position.update)" : "update \(position.update) of iteration \(position.iteration)"
  }

  /// The conditions at which the run pauses, as it last reported them.
  public var breakpoints: [Breakpoint] { status.breakpoints?.all ?? [] }
}

extension TrainingEvent {
  /// Whether another run begins with it.
  var isRestart: Bool {
    if case .restarted = self { return true }
    return false
  }
}

extension KnownRun {
  /// The change that brings a run from its start to the objective and the knobs that this one has or
  /// is about to have; `nil` where nothing was moved.
  ///
  /// - Parameter rows: its knobs, with what was asked for.
  public func change(to rows: KnobRows) -> RunChange? {
    let objective = status.nextObjective ?? status.objective
    let first = history.objectiveChanges.first?.oldObjective ?? status.objective
    let settings = rows.all.filter { $0.target != .asymmetry && $0.isChanged }.flatMap { row in
      row.names.map { KnobSetting(name: $0, value: row.future) }
    }
    let change = RunChange(objective: objective == first ? nil : objective, settings: settings)
    return change.isEmpty ? nil : change
  }
}
