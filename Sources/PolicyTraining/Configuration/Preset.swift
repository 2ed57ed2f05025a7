public import TrainingTelemetry

/// A named training regime: how often a rollout is reused, how fast, and how wide the gate is.
public struct Preset: Sendable, Hashable {
  public let name: String
  public let summary: String
  public let schedule: Schedule
  public let learningRate: Double
  /// Knobs of an objective, taken by runs whose objective has them; all others keep their defaults.
  public let knobs: [KnobSetting]
  /// Iterations that show what the regime does.
  public let iterations: Int

  /// All presets, from calm to unstable.
  public static let all = [
    Preset(
      name: "steady",
      summary: "4 updates per rollout, lr 3e-4: ratios hardly leave 1; shows learning",
      schedule: Schedule(minibatches: 4, epochs: 1), learningRate: 3e-4, iterations: 120),
    reuse,
    Preset(
      name: "heavy-reuse",
      summary: "32 updates per rollout, lr 2e-4: the objectives part ways",
      schedule: Schedule(minibatches: 8, epochs: 4), learningRate: 2e-4, iterations: 50),
    standard,
    Preset(
      name: "edge",
      summary: "32 updates per rollout, lr 3e-4: on the edge of collapse",
      schedule: Schedule(minibatches: 8, epochs: 4), learningRate: 3e-4, iterations: 40),
  ]

  /// Ratios leave 1, and the policy learns. Comparisons are made here where no other is named.
  public static let reuse = Preset(
    name: "reuse", summary: "32 updates per rollout, lr 1e-4: ratios leave 1, learning is quick",
    schedule: Schedule(minibatches: 8, epochs: 4), learningRate: 1e-4, iterations: 50)

  /// The preset of a run that names none: MASPO's gate bites from the first rollout on, and the
  /// policy learns. The paper's σ_base of 1 would leave the gates of these small tasks idle.
  public static let standard = Preset(
    name: "narrow-gate",
    summary: "heavy-reuse with MASPO's σ_base at 0.2: the gate bites, and learning is quick",
    schedule: Schedule(minibatches: 8, epochs: 4), learningRate: 2e-4, iterations: 50,
    knobs: [KnobSetting(name: "sigma_base", value: 0.2)])

  init(
    name: String, summary: String, schedule: Schedule, learningRate: Double, iterations: Int,
    knobs: [KnobSetting] = []
  ) {
    self.name = name
    self.summary = summary
    self.schedule = schedule
    self.learningRate = learningRate
    self.iterations = iterations
    self.knobs = knobs
  }

  /// - Throws: `ConfigurationError.unknownPreset`, which lists what exists.
  public static func named(_ name: String) throws -> Preset {
    guard let preset = all.first(where: { $0.name == name }) else {
      throw ConfigurationError.unknownPreset(name, known: all.map(\.name))
    }
    return preset
  }
}
