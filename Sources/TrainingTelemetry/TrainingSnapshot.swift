public import PolicyObjectives

/// All that a screen, a reporter or a recorder learns of a run: immutable, complete in itself but
/// for the events, which are those since the snapshot before.
public struct TrainingSnapshot: Sendable, Hashable, Codable {
  public var identity: RunIdentity
  public var status: RunStatus
  /// Knobs of the run and of the objective in force, in display order.
  public var knobs: [KnobState]
  /// What happened since the snapshot that was taken before this one, oldest first.
  public var events: [TrainingEvent]
  /// The last update in detail; `nil` until there is one.
  public var update: UpdateDetail?
  /// The rollout in force; `nil` until there is one.
  public var rollout: RolloutDetail?
  /// The last prompt that a person tried, if any.
  public var trial: PromptTrial?
  /// The prompt that is sampled after every rollout, if any.
  public var pinned: PinnedPrompt?

  public init(
    identity: RunIdentity, status: RunStatus, knobs: [KnobState], events: [TrainingEvent],
    update: UpdateDetail?, rollout: RolloutDetail?
  ) {
    self.identity = identity
    self.status = status
    self.knobs = knobs
    self.events = events
    self.update = update
    self.rollout = rollout
  }

  public func knob(named name: String) -> KnobState? {
    knobs.first { $0.name == name }
  }
}

/// The heavy part of an update's telemetry; made only for snapshots that somebody takes.
public struct UpdateDetail: Sendable, Hashable, Codable {
  public var metrics: UpdateMetrics
  /// The tokens; `nil` where nothing but the scalars is known, as of most recorded updates.
  public var minibatch: MinibatchRecord?
  /// Name and parameters of the objective that made the update.
  public var objective: ObjectiveState
  /// What the objective derived from the whole minibatch.
  public var context: BatchContext
  /// Of the minibatch's tokens; empty without them.
  public var buckets: [BucketStatistics]

  public init(
    metrics: UpdateMetrics, minibatch: MinibatchRecord? = nil, objective: ObjectiveState,
    context: BatchContext = BatchContext(), buckets: [BucketStatistics] = []
  ) {
    self.metrics = metrics
    self.minibatch = minibatch
    self.objective = objective
    self.context = context
    self.buckets = buckets
  }

  /// Whether the minibatch and its buckets are known, beside the scalars.
  public var hasTokens: Bool { minibatch != nil }
}

/// The rollout in force: all groups in brief (none where they were not recorded), one of them
/// token by token.
public struct RolloutDetail: Sendable, Hashable, Codable {
  public var metrics: RolloutMetrics
  public var groups: [GroupSummary]
  public var group: GroupRecord

  public init(metrics: RolloutMetrics, groups: [GroupSummary], group: GroupRecord) {
    self.metrics = metrics
    self.groups = groups
    self.group = group
  }

  /// Whether the group's answers are known; of most recorded updates they are not.
  public var hasTokens: Bool { !group.answers.isEmpty }
}

/// An objective as data: its name and all its parameter values.
public struct ObjectiveState: Sendable, Hashable, Codable {
  public var name: String
  public var values: [KnobSetting]

  public init(_ objective: any PolicyObjective) {
    func settings<Objective: PolicyObjective>(_ objective: Objective) -> [KnobSetting] {
      Objective.parameters.map { parameter in
        KnobSetting(name: parameter.specification.name, value: parameter.value(in: objective))
      }
    }
    name = type(of: objective).info.name
    values = settings(objective)
  }

  /// The objective with these values.
  ///
  /// - Throws: `ObjectiveError` when name or values do not fit the catalog.
  public func makeObjective() throws(ObjectiveError) -> any PolicyObjective {
    var objective = try ObjectiveCatalog.objective(named: name)
    for setting in values {
      try objective.set(setting.name, to: setting.value)
    }
    return objective
  }
}
