import PolicyObjectives
public import PolicyTraining
import ReasoningTasks
import StrictTOML
import TinyTransformer
import TrainingTelemetry

/// The run that layers of settings describe, and where each setting comes from.
///
/// Later layers win. A layer's preset resets the schedule and the learning rate that layers below
/// it gave; its objective resets the knobs of another objective. A knob of an objective that only
/// a later layer chooses waits for it.
public struct RunResolution: Sendable {
  /// The validated configuration.
  public private(set) var configuration = RunConfiguration()
  /// The preset that the schedule started from; `configuration.preset` is `custom` where it was
  /// changed.
  public private(set) var preset = Preset.standard
  private var origins: [String: SettingOrigin] = [:]
  private var waiting: [RunLayer.Entry] = []

  /// - Parameter threads: how many compute where nobody says.
  /// - Throws: `SettingsError` for what a file is to blame for; for options, the error of what
  ///   refuses them.
  public init(_ layers: [RunLayer], threads: Int) throws {
    configuration.threads = threads
    configuration.apply(preset)
    for (index, layer) in layers.enumerated() {
      let objectiveFollows = layers[(index + 1)...].contains { $0.has("objective") }
      for entry in layer.entries { try apply(entry, objectiveFollows: objectiveFollows) }
    }
    if !configuration.isAs(preset) { configuration.preset = "custom" }
    try validate(layers)
  }

  /// Gives a run without a limit of its own the one of its preset.
  public mutating func limitIterations() {
    guard configuration.iterationLimit == nil else { return }
    configuration.iterationLimit = preset.iterations
    origins["iterations"] = .preset(preset.name)
  }

  private mutating func apply(_ entry: RunLayer.Entry, objectiveFollows: Bool) throws {
    do {
      if let field = RunField.all.first(where: { $0.name == entry.name }) {
        try apply(field, entry)
      } else {
        try applyKnob(entry)
      }
    } catch ConfigurationError.unknownSetting
      where objectiveFollows && RunField.knobNames.contains(entry.name)
    {
      waiting.append(entry)
    } catch {
      throw Self.blaming(entry, for: error)
    }
  }

  private mutating func apply(_ field: RunField, _ entry: RunLayer.Entry) throws {
    let oldObjective = configuration.objectiveName
    try field.write(&configuration, entry.value)
    origins[field.name] = entry.origin
    if field.name == "preset" {
      takeBackKnobs()
      preset = try Preset.named(configuration.preset)
      for name in Self.presetKnobs { origins[name] = .preset(preset.name) }
    }
    guard configuration.objectiveName != oldObjective else { return }
    let runKnobs = Set(Self.runKnobs)
    origins = origins.filter { name, _ in
      runKnobs.contains(name) || !RunField.knobNames.contains(name)
    }
    configuration.takeKnobs(of: preset)
    let entries = waiting
    waiting = []
    for entry in entries { try apply(entry, objectiveFollows: true) }
  }

  /// Sets the knobs that the preset before gave, and nobody else, back to their defaults; then those
  /// of the preset in force.
  private mutating func takeBackKnobs() {
    guard let plain = try? ObjectiveCatalog.objective(named: configuration.objectiveName) else {
      return
    }
    for knob in preset.knobs where origins[knob.name] == nil {
      try? configuration.objective.set(knob.name, to: plain.value(of: knob.name))
    }
  }

  private mutating func applyKnob(_ entry: RunLayer.Entry) throws {
    guard case .number(let value) = entry.value else { return }
    for name in MASPOObjective.parameters(meantBy: entry.name) {
      do {
        try configuration.set(name, to: value)
      } catch ObjectiveError.outOfRange(_, let text, let allowed) {
        // A name that stands for several knobs is the one that the person knows.
        throw ObjectiveError.outOfRange(
          parameter: entry.name, value: text, allowed: allowed.replacing(name, with: entry.name))
      }
      origins[name] = entry.origin
    }
  }

  /// Checks what only all layers together decide.
  private func validate(_ layers: [RunLayer]) throws {
    var unscripted = configuration
    unscripted.scripted = []
    do {
      try unscripted.validate()
    } catch {
      throw blaming(Self.subject(of: error), in: layers, for: error)
    }
    do {
      try configuration.validate()
    } catch {
      throw blaming(RunField.scriptName, in: layers, for: error)
    }
  }

  /// The error, with the file and line that set the named setting, if one did.
  private func blaming(_ name: String?, in layers: [RunLayer], for error: any Error) -> any Error {
    let entry = layers.joined(by: name).last { $0.origin == name.flatMap { origins[$0] } }
    return entry.map { Self.blaming($0, for: error) } ?? error
  }

  private static func blaming(_ entry: RunLayer.Entry, for error: any Error) -> any Error {
    guard case .file(let path, let line) = entry.origin, !(error is SettingsError) else {
      return error
    }
    return SettingsError.badValue(
      file: path, line: line, key: entry.key, value: entry.value.toml, allowed: allowed(by: error))
  }

  /// The setting that an error of validation is about.
  private static func subject(of error: any Error) -> String? {
    switch error {
    case ConfigurationError.outOfRange(let name, _, _): name
    case ObjectiveError.outOfRange(let name, _, _): name
    default: nil
    }
  }

  /// What is allowed in place of the value that an error refuses.
  private static func allowed(by error: any Error) -> String {
    switch error {
    case ConfigurationError.outOfRange(_, _, let allowed),
      ObjectiveError.outOfRange(_, _, let allowed):
      allowed
    case ConfigurationError.unknownPreset(_, let known),
      ObjectiveError.unknownObjective(_, let known), TaskError.unknownTask(_, let known):
      "one of \(known.joined(separator: ", "))"
    case ConfigurationError.unknownSetting(_, let objective, let known):
      "a knob of a run with \(objective): \(known.joined(separator: ", "))"
    case ConfigurationError.malformed(_, _, let form): form
    case let error as TaskFileError: "a file with a task; this one: \(error.reason)"
    default: "\(error)"
    }
  }

  static let runKnobs: [String] = {
    let objective = Set(type(of: RunConfiguration().objective).specifications.map(\.name))
    return RunConfiguration().knobValues.map(\.name).filter { !objective.contains($0) }
  }()

  /// The knobs that a preset gives: those that it takes back when they were halved.
  static let presetKnobs: [String] = {
    let standard = RunConfiguration()
    var changed = standard
    for case (let name, let value?) in standard.knobValues where runKnobs.contains(name) {
      try? changed.set(name, to: value / 2)
    }
    changed.apply(.reuse)
    return zip(standard.knobValues, changed.knobValues).filter { before, after in
      runKnobs.contains(before.name) && before.value == after.value
    }.map(\.0.name)
  }()
}

extension [RunLayer] {
  /// All entries that set `name`, of the lowest layer first.
  fileprivate func joined(by name: String?) -> [RunLayer.Entry] {
    flatMap(\.entries).filter { entry in
      entry.name == name || MASPOObjective.parameters(meantBy: entry.name).contains { $0 == name }
    }
  }
}

extension RunResolution {
  /// A setting with its value in force.
  public struct Effective: Sendable, Hashable {
    public let name: String
    /// `nil` where nothing is set and nothing follows from it.
    public let value: SettingValue?
    public let origin: SettingOrigin
  }

  /// Every setting: the fields, then the knobs of the run and of its objective.
  public var effective: [Effective] {
    let fields = RunField.all.map { field in
      // The name of the preset that the rest is relative to, not `custom`.
      let value = field.name == "preset" ? .text(preset.name) : field.read(configuration)
      return Effective(name: field.name, value: value, origin: origins[field.name] ?? .standard)
    }
    let presetOrigin: SettingOrigin =
      origins["preset"] == nil ? .standard : .preset(preset.name)
    let givenKnobs = Self.presetKnobs + preset.knobs.map(\.name)
    let knobs = configuration.knobValues.map { name, value in
      Effective(
        name: name, value: .number(value),
        origin: origins[name]
          ?? (givenKnobs.contains(name) ? presetOrigin : .standard))
    }
    return fields + knobs
  }

  /// The whole configuration as a settings file; reading it back gives the same run.
  public var toml: String {
    let lines = effective.compactMap { setting in
      setting.value.map { "\(setting.name) = \($0.toml)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
