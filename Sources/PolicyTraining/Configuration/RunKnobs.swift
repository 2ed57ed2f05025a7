import PolicyObjectives
import TrainingTelemetry

/// The numbers that may change while a run goes on: what is in force, what waits for its moment,
/// and what each was at the start.
struct RunKnobs: Sendable {
  /// What is in force now.
  private(set) var configuration: RunConfiguration
  private var pending: [String: PendingValue] = [:]
  private var pendingObjective: String?
  /// Values planned for the parameters of the objective that waits.
  private var pendingOfNext: [String: PendingValue] = [:]
  /// Objectives that were in force before, with the knobs they had then.
  private var shelved: [String: any PolicyObjective] = [:]
  private var initialSettings: RunConfiguration
  private var initialObjectives: [String: any PolicyObjective]

  init(_ configuration: RunConfiguration) {
    self.configuration = configuration
    initialSettings = configuration
    initialObjectives = [configuration.objectiveName: configuration.objective]
  }

  /// Accepts new values, all or none.
  ///
  /// - Throws: `ObjectiveError` or `ConfigurationError`; nothing has changed then.
  mutating func request(_ settings: [KnobSetting]) throws {
    var trial = self
    for setting in settings {
      trial.pending[setting.name] = PendingValue(value: setting.value)
    }
    var future = trial.configuration
    for (name, value) in trial.pending { try future.set(name, to: value.value) }
    try future.schedule.validate()
    self = trial
  }

  /// Accepts a switch to another objective at the next rollout.
  ///
  /// - Throws: `ObjectiveError.unknownObjective`.
  mutating func requestObjective(_ name: String) throws {
    _ = try ObjectiveCatalog.objective(named: name)
    if name != pendingObjective { pendingOfNext = [:] }
    pendingObjective = name == configuration.objectiveName ? nil : name
  }

  /// Accepts a planned change. A knob that the waiting objective has is meant for that one.
  ///
  /// - Throws: `ObjectiveError` or `ConfigurationError`; nothing has changed then.
  mutating func request(_ change: ScriptedSetting.Change) throws {
    switch change {
    case .objective(let name): try requestObjective(name)
    case .knob(let setting):
      guard let name = pendingObjective else { return try request([setting]) }
      var next = try shelved[name] ?? ObjectiveCatalog.objective(named: name)
      guard type(of: next).specifications.contains(where: { $0.name == setting.name }) else {
        return try request([setting])
      }
      try next.set(setting.name, to: setting.value)
      pendingOfNext[setting.name] = PendingValue(value: setting.value)
    }
  }

  /// Accepts knob moves with a switch of the objective, all or none.
  ///
  /// - Throws: `ObjectiveError` or `ConfigurationError`; nothing has changed then.
  mutating func request(_ change: RunChange) throws {
    var trial = self
    if let objective = change.objective { try trial.requestObjective(objective) }
    let next = try trial.pendingObjective.map { try ObjectiveCatalog.objective(named: $0) }
    let namesOfNext = next.map { Set(type(of: $0).specifications.map(\.name)) } ?? []
    // Together, since moves that fit each other need not fit one by one.
    try trial.request(change.settings.filter { !namesOfNext.contains($0.name) })
    for setting in change.settings where namesOfNext.contains(setting.name) {
      try trial.request(.knob(setting))
    }
    self = trial
  }

  var nextObjective: String? { pendingObjective }

  /// Puts in force what waits for this moment; a rollout is also the moment before an update.
  ///
  /// - Returns: name, old and new value of each knob that really changed.
  mutating func applyPending(
    at moment: KnobState.Effect
  ) throws -> [(state: KnobState, old: Double?, new: Double?)] {
    guard !pending.isEmpty else { return [] }
    var changes: [(KnobState, Double?, Double?)] = []
    for state in states() {
      guard let waiting = state.pending, state.effect == .nextUpdate || moment == .nextRollout
      else { continue }
      pending[state.name] = nil
      guard waiting.value != state.value else { continue }
      try configuration.set(state.name, to: waiting.value)
      changes.append((state, state.value, waiting.value))
    }
    return changes
  }

  /// Puts a waiting objective in force, with the knobs it had when it was last used.
  ///
  /// - Returns: the names of the old and the new objective, or `nil` if none waits.
  mutating func applyPendingObjective() throws -> (old: String, new: String)? {
    guard let name = pendingObjective else { return nil }
    let old = configuration.objectiveName
    for specification in configuration.objectiveSpecifications {
      pending[specification.name] = nil
    }
    shelved[old] = configuration.objective
    let fresh = try ObjectiveCatalog.objective(named: name)
    configuration.objective = shelved[name] ?? fresh
    if initialObjectives[name] == nil { initialObjectives[name] = fresh }
    pendingObjective = nil
    pending.merge(pendingOfNext) { $1 }
    pendingOfNext = [:]
    return (old, name)
  }

  /// All knobs: the objective's first, then the run's.
  func states() -> [KnobState] {
    let initialObjective = initialObjectives[configuration.objectiveName]
    let objectiveKnobs = configuration.objectiveSpecifications.map { specification in
      KnobState(
        specification: specification, effect: .nextUpdate,
        initialValue: (try? initialObjective?.value(of: specification.name)) ?? nil,
        value: (try? configuration.objective.value(of: specification.name)) ?? nil,
        pending: pending[specification.name])
    }
    return objectiveKnobs
      + RunSetting.all.map { setting in
        KnobState(
          specification: setting.specification, effect: setting.effect,
          isInteger: setting.isInteger, initialValue: setting.read(initialSettings),
          value: setting.read(configuration), pending: pending[setting.specification.name])
      }
  }
}

/// All knobs in a checkpoint: what is in force, and what waits for its moment.
public struct KnobsCheckpoint: Sendable, Hashable, Codable {
  /// The run's own knobs in force.
  var settings: [KnobSetting]
  var objective: ObjectiveState
  /// Objectives that were in force before.
  var shelved: [ObjectiveState]
  var pending: [KnobSetting]
  var pendingObjective: String?
  /// Planned for the parameters of the objective that waits.
  var pendingOfNext: [KnobSetting]?
}

extension RunKnobs {
  var checkpoint: KnobsCheckpoint {
    KnobsCheckpoint(
      settings: RunSetting.all.map { setting in
        KnobSetting(name: setting.specification.name, value: setting.read(configuration))
      },
      objective: ObjectiveState(configuration.objective),
      shelved: shelved.sorted { $0.key < $1.key }.map { ObjectiveState($0.value) },
      pending: Self.settings(pending), pendingObjective: pendingObjective,
      pendingOfNext: pendingOfNext.isEmpty ? nil : Self.settings(pendingOfNext))
  }

  private static func settings(_ pending: [String: PendingValue]) -> [KnobSetting] {
    pending.sorted { $0.key < $1.key }.map { KnobSetting(name: $0, value: $1.value) }
  }

  /// The knobs of a run that began with `configuration` and stands at `checkpoint`.
  ///
  /// - Throws: `ObjectiveError` or `ConfigurationError` for names and values that do not exist.
  init(_ configuration: RunConfiguration, checkpoint: KnobsCheckpoint) throws {
    self.init(configuration)
    let objectives = try (checkpoint.shelved + [checkpoint.objective]).map { state in
      try state.makeObjective()
    }
    for objective in objectives {
      let name = type(of: objective).info.name
      if initialObjectives[name] == nil {
        initialObjectives[name] = try ObjectiveCatalog.objective(named: name)
      }
    }
    for objective in objectives.dropLast() { shelved[type(of: objective).info.name] = objective }
    if let last = objectives.last { self.configuration.objective = last }
    for setting in checkpoint.settings {
      try self.configuration.set(setting.name, to: setting.value)
    }
    try request(checkpoint.pending)
    if let name = checkpoint.pendingObjective { try requestObjective(name) }
    for setting in checkpoint.pendingOfNext ?? [] { try request(.knob(setting)) }
  }
}

extension RunConfiguration {
  public var objectiveName: String { type(of: objective).info.name }

  var objectiveSpecifications: [ParameterSpecification] { type(of: objective).specifications }

  /// Sets a knob of the run or of its objective.
  ///
  /// - Throws: `ObjectiveError` for a value out of range, `ConfigurationError.unknownSetting` for
  ///   a name that is neither.
  public mutating func set(_ name: String, to value: Double?) throws {
    if let setting = RunSetting.all.first(where: { $0.specification.name == name }) {
      try setting.specification.validate(value, isInteger: setting.isInteger)
      if let value { setting.write(&self, value) }
    } else if objectiveSpecifications.contains(where: { $0.name == name }) {
      try objective.set(name, to: value)
    } else {
      throw ConfigurationError.unknownSetting(
        name, objective: objectiveName,
        known: objectiveSpecifications.map(\.name) + RunSetting.all.map(\.specification.name))
    }
  }
}

extension RunConfiguration {
  /// Every knob with its value: the objective's, then the run's.
  public var knobValues: [(name: String, value: Double?)] {
    RunKnobs(self).states().map { ($0.name, $0.value) }
  }
}
