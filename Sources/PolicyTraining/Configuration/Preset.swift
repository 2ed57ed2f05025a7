/// A named training regime: how often a rollout is reused, and how fast.
public struct Preset: Sendable, Hashable {
  public let name: String
  public let summary: String
  public let schedule: Schedule
  public let learningRate: Double
  /// Iterations that show what the regime does.
  public let iterations: Int

  /// All presets, from calm to unstable.
  public static let all = [
    Preset(
      name: "steady",
      summary: "4 updates per rollout, lr 3e-4: ratios hardly leave 1; shows learning",
      schedule: Schedule(minibatches: 4, epochs: 1), learningRate: 3e-4, iterations: 120),
    standard,
    Preset(
      name: "heavy-reuse",
      summary: "32 updates per rollout, lr 2e-4: the objectives part ways",
      schedule: Schedule(minibatches: 8, epochs: 4), learningRate: 2e-4, iterations: 50),
    Preset(
      name: "edge",
      summary: "32 updates per rollout, lr 3e-4: on the edge of collapse",
      schedule: Schedule(minibatches: 8, epochs: 4), learningRate: 3e-4, iterations: 40),
  ]

  /// The preset of a run that names none: ratios really leave 1, and the policy learns.
  public static let standard = Preset(
    name: "reuse", summary: "32 updates per rollout, lr 1e-4: ratios leave 1, learning is quick",
    schedule: Schedule(minibatches: 8, epochs: 4), learningRate: 1e-4, iterations: 50)

  /// - Throws: `ConfigurationError.unknownPreset`, which lists what exists.
  public static func named(_ name: String) throws -> Preset {
    guard let preset = all.first(where: { $0.name == name }) else {
      throw ConfigurationError.unknownPreset(name, known: all.map(\.name))
    }
    return preset
  }
}
