internal import ArgumentParser
internal import Foundation
internal import PolicyObjectives
internal import PolicyTraining
internal import ReasoningTasks
internal import SettingsFiles

/// The options that say what a run is; shared by every command that makes one.
struct RunOptions: ParsableArguments {
  @Option(
    name: .customLong("config"),
    help: ArgumentHelp(
      "TOML file of run settings, named as the options are; options win over it.",
      valueName: "file"))
  var file: String?

  @Option(
    help: "Task: \(TaskCatalog.names.joined(separator: ", ")) (default: chain).",
    completion: .list(TaskCatalog.names))
  var task: String?

  @Option(
    help: ArgumentHelp(
      "Objective: \(ObjectiveCatalog.names.joined(separator: ", ")) "
        + "(default: \(MASPOObjective.info.name))."),
    completion: .list(ObjectiveCatalog.names))
  var objective: String?

  @Option(
    help: ArgumentHelp(
      "Preset: \(Preset.all.map(\.name).joined(separator: ", ")) "
        + "(default: \(Preset.standard.name))."),
    completion: .list(Preset.all.map(\.name)))
  var preset: String?

  @Option(
    parsing: .unconditional, help: "Seed of the run: prompts, samples, minibatches (default: 1).")
  var seed: UInt64?

  @Option(
    parsing: .unconditional, help: "Seed of the base policy's warm start (default: 1).")
  var baseSeed: UInt64?

  @Option(parsing: .unconditional, help: "Iterations after which the run ends.")
  var iterations: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Threads that compute; results do not depend on it (default: \(Self.standardThreads))."))
  var threads: Int?

  @Option(parsing: .unconditional, help: "MASPO's gate width σ_base.")
  var sigmaBase: Double?
  @Option(parsing: .unconditional, help: "MASPO's mass exponent α.")
  var alpha: Double?
  @Option(
    parsing: .unconditional, help: "Both risk coefficients of MASPO, β_pos and β_neg, at once.")
  var asymmetry: Double?
  @Option(parsing: .unconditional, help: "MASPO's risk coefficient β_pos, for A > 0.")
  var betaPos: Double?
  @Option(parsing: .unconditional, help: "MASPO's risk coefficient β_neg, for A < 0.")
  var betaNeg: Double?
  @Option(parsing: .unconditional, help: "MASPO's cap σ_high of the mass term.")
  var sigmaHigh: Double?
  @Option(parsing: .unconditional, help: "Step size of AdamW after the ramp.")
  var learningRate: Double?
  @Option(parsing: .unconditional, help: "Largest norm of the gradient.")
  var gradientClip: Double?
  @Option(parsing: .unconditional, help: "Divides the logits in sampling and in the update.")
  var temperature: Double?
  @Option(parsing: .unconditional, help: "G, answers sampled for each prompt.")
  var samplesPerPrompt: Int?
  @Option(parsing: .unconditional, help: "Q, prompts of one rollout.")
  var promptsPerIteration: Int?
  @Option(parsing: .unconditional, help: "Parts that one pass over the rollout is cut into.")
  var minibatches: Int?
  @Option(parsing: .unconditional, help: "Passes over each rollout.")
  var epochs: Int?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Any knob of the run or of its objective, such as --set dual_clip=none. Repeatable.",
      valueName: "name=value"))
  var settings: [String] = []

  @Option(
    name: .customLong("at"),
    help: ArgumentHelp(
      "A knob move at an update, such as --at 200:sigma_base=0.2. Repeatable.",
      valueName: "update:name=value"))
  var scripted: [String] = []

  @Option(
    parsing: .unconditional,
    help: "Iterations between held-out evaluations; 0 evaluates only at the end.")
  var evalEvery: Int?
  @Option(parsing: .unconditional, help: "Held-out prompts of an evaluation.")
  var evalPrompts: Int?
  @Option(parsing: .unconditional, help: "k of Avg@k and Pass@k: samples for each held-out prompt.")
  var evalSamples: Int?

  @Option(parsing: .unconditional, help: "Width of the transformer.")
  var width: Int?
  @Option(parsing: .unconditional, help: "Layers of the transformer.")
  var layers: Int?
  @Option(parsing: .unconditional, help: "Attention heads of the transformer.")
  var heads: Int?
  @Option(parsing: .unconditional, help: "Hidden width of the transformer's SwiGLU.")
  var hidden: Int?
  @Option(parsing: .unconditional, help: "Steps of the supervised warm start.")
  var warmSteps: Int?

  private static let standardThreads = min(
    4, max(1, ProcessInfo.processInfo.activeProcessorCount))

  /// The validated run that these options describe, over the file that they name.
  ///
  /// - Parameter defaults: a person's own, below both.
  /// - Throws: the named error of the first thing that is wrong.
  func resolve(over defaults: RunLayer = RunLayer()) throws -> RunResolution {
    var layers = [defaults]
    if let file { layers.append(try RunLayer(file: file)) }
    layers.append(try makeLayer())
    return try RunResolution(layers, threads: Self.standardThreads)
  }

  func validate() throws {
    for (name, value) in [("beta-pos", betaPos), ("beta-neg", betaNeg)]
    where asymmetry != nil && value != nil {
      throw ValidationError(
        "--asymmetry and --\(name) exclude each other: the first sets both betas")
    }
  }

  private func makeLayer() throws -> RunLayer {
    var layer = RunLayer()
    layer.add("task", task.map { .text($0) })
    layer.add("preset", preset.map { .text($0) })
    layer.add("objective", objective.map { .text($0) })
    layer.add("seed", seed.map { .seed($0) })
    layer.add("base-seed", baseSeed.map { .seed($0) })
    let counts: [(String, Int?)] = [
      ("iterations", iterations), ("threads", threads), ("eval-every", evalEvery),
      ("eval-prompts", evalPrompts), ("eval-samples", evalSamples), ("width", width),
      ("layers", layers), ("heads", heads), ("hidden", hidden), ("warm-steps", warmSteps),
    ]
    for (name, count) in counts { layer.add(name, count.map { SettingValue.whole($0) }) }
    layer.add("at", scripted.isEmpty ? nil : .list(scripted))
    let knobs: [(String, Double?)] = [
      ("sigma_base", sigmaBase), ("alpha", alpha), ("asymmetry", asymmetry),
      ("beta_pos", betaPos), ("beta_neg", betaNeg), ("sigma_high", sigmaHigh),
      ("learning_rate", learningRate), ("gradient_clip", gradientClip),
      ("temperature", temperature), ("samples_per_prompt", samplesPerPrompt.map(Double.init)),
      ("prompts_per_iteration", promptsPerIteration.map(Double.init)),
      ("minibatches", minibatches.map(Double.init)), ("epochs", epochs.map(Double.init)),
    ]
    for (name, value) in knobs { layer.add(name, value.map { SettingValue.number($0) }) }
    for text in settings {
      let (name, value) = try Self.parseSetting(text)
      layer.addKnob(name, value)
    }
    return layer
  }

  /// `name=value`, where the value is a number or `none`.
  static func parseSetting(_ text: String) throws -> (String, Double?) {
    guard let setting = KnobText.parse(text) else {
      throw ValidationError("--set \(text): expected name=number or name=none")
    }
    return setting
  }
}
