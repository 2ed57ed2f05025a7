internal import PolicyObjectives
internal import PolicyTraining
internal import TrainingTelemetry

/// One column of an experiment: an objective with settings, trained under every preset, task and
/// seed of the plan.
public struct ComparisonArm: Sendable, Hashable, Codable {
  /// The objective's name in the catalog.
  public var objective: String
  /// Knobs of the objective or of the run that differ from the defaults, in order.
  public var settings: [Setting]
  /// Whether one weight of the base policy is moved by `placeboShift` before the first rollout:
  /// such an arm shows how far two runs drift apart by chance alone.
  public var isPlacebo: Bool

  /// A knob and its value; `nil` means "no limit".
  public struct Setting: Sendable, Hashable, Codable {
    public var name: String
    public var value: Double?

    public init(name: String, value: Double?) {
      self.name = name
      self.value = value
    }

    /// Reads `epochs=2` or `dual_clip=none`.
    ///
    /// - Throws: `ComparisonError.malformedSetting`.
    public init(parsing text: String) throws(ComparisonError) {
      guard let (name, value) = KnobText.parse(text) else { throw .malformedSetting(text) }
      self.init(name: name, value: value)
    }

    func apply(to configuration: inout RunConfiguration) throws {
      for name in MASPOObjective.parameters(meantBy: name) {
        try configuration.set(name, to: value)
      }
    }
  }

  /// What the placebo adds to one weight.
  public static let placeboShift: Float = 1e-6

  public init(objective: String, settings: [Setting] = [], isPlacebo: Bool = false) {
    self.objective = objective
    self.settings = settings
    self.isPlacebo = isPlacebo
  }

  /// Reads `maspo` or `maspo:sigma_base=0.2:alpha=0`.
  ///
  /// - Throws: `ComparisonError.malformedSetting`, `ObjectiveError` or `ConfigurationError` naming
  ///   what is wrong.
  public init(parsing text: String) throws {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let settings = try parts.dropFirst().map { try Setting(parsing: $0) }
    self.init(objective: parts[0], settings: settings)
    var trial = RunConfiguration()
    try apply(to: &trial)
  }

  /// The name in tables: what `init(parsing:)` reads, or `placebo of …`.
  public var label: String {
    let words = settings.isEmpty ? objective : "\(objective):\(settingsText)"
    return (isPlacebo ? "placebo of " : "") + words
  }

  /// The settings alone, as `sigma_base=0.2:alpha=0`.
  var settingsText: String {
    settings.map { "\($0.name)=\(KnobText.format($0.value))" }.joined(separator: ":")
  }

  /// This arm with one more setting; a setting of the same name is replaced.
  public func setting(_ name: String, to value: Double?) -> ComparisonArm {
    var arm = self
    arm.settings.removeAll { $0.name == name }
    arm.settings.append(Setting(name: name, value: value))
    return arm
  }

  /// This arm as the placebo.
  public var placebo: ComparisonArm {
    var arm = self
    arm.isPlacebo = true
    return arm
  }

  /// Puts objective and settings into a configuration.
  ///
  /// - Throws: `ObjectiveError` or `ConfigurationError` naming what is wrong.
  func apply(to configuration: inout RunConfiguration) throws {
    if configuration.objectiveName != objective {
      configuration.objective = try ObjectiveCatalog.objective(named: objective)
    }
    for setting in settings { try setting.apply(to: &configuration) }
  }

  /// Whether the arm's objective, or the run, has a knob of this name.
  func hasKnob(_ name: String) -> Bool {
    guard let objective = try? ObjectiveCatalog.objective(named: objective) else { return false }
    var configuration = RunConfiguration()
    configuration.objective = objective
    let names = configuration.knobValues.map(\.name)
    return MASPOObjective.parameters(meantBy: name).allSatisfy(names.contains)
  }
}
