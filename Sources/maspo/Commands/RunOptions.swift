internal import ArgumentParser
internal import Foundation
internal import PolicyObjectives
internal import PolicyTraining
internal import ReasoningTasks
internal import TinyTransformer

/// The options that say what a run is; shared by every command that makes one.
struct RunOptions: ParsableArguments {
  @Option(help: "Task: \(TaskCatalog.names.joined(separator: ", ")).")
  var task = "chain"

  @Option(help: "Objective: \(ObjectiveCatalog.names.joined(separator: ", ")).")
  var objective = MASPOObjective.info.name

  @Option(help: "Preset: \(Preset.all.map(\.name).joined(separator: ", ")).")
  var preset = Preset.standard.name

  @Option(help: "Seed of the run: prompts, samples, minibatches.")
  var seed: UInt64 = 1

  @Option(help: "Seed of the base policy's warm start.")
  var baseSeed: UInt64 = 1

  @Option(parsing: .unconditional, help: "Iterations after which the run ends.")
  var iterations: Int?

  @Option(parsing: .unconditional, help: "Threads that compute; results do not depend on it.")
  var threads = min(4, max(1, ProcessInfo.processInfo.activeProcessorCount))

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

  /// The validated configuration that these options describe.
  ///
  /// - Throws: the named error of the first thing that is wrong.
  func makeConfiguration() throws -> RunConfiguration {
    var configuration = RunConfiguration()
    _ = try TaskCatalog.task(named: task)
    configuration.task = task
    let preset = try Preset.named(preset)
    configuration.apply(preset)
    configuration.objective = try ObjectiveCatalog.objective(named: objective)
    configuration.seed = seed
    configuration.baseSeed = baseSeed
    configuration.iterationLimit = iterations
    configuration.threads = threads
    try applyModel(to: &configuration)
    for (name, value) in try knobValues() { try configuration.set(name, to: value) }
    if configuration.schedule != preset.schedule
      || configuration.optimizer.learningRate != preset.learningRate
    {
      configuration.preset = "custom"
    }
    configuration.scripted = try scripted.map { try ScriptedSetting(parsing: $0) }
    try configuration.validate()
    return configuration
  }

  private func applyModel(to configuration: inout RunConfiguration) throws {
    if let evalEvery { configuration.evaluation.interval = evalEvery }
    if let evalPrompts { configuration.evaluation.promptCount = evalPrompts }
    if let evalSamples { configuration.evaluation.samplesPerPrompt = evalSamples }
    if let width { configuration.model.width = width }
    if let layers { configuration.model.layerCount = layers }
    if let heads { configuration.model.headCount = heads }
    if let hidden { configuration.model.hiddenWidth = hidden }
    if let warmSteps { configuration.warmStart.steps = warmSteps }
  }

  /// Every knob given by an option of its own or by `--set`, in order.
  private func knobValues() throws -> [(String, Double?)] {
    let named: [(String, Double?)] = [
      ("sigma_base", sigmaBase), ("alpha", alpha), ("beta_pos", betaPos ?? asymmetry),
      ("beta_neg", betaNeg ?? asymmetry), ("sigma_high", sigmaHigh),
      ("learning_rate", learningRate), ("gradient_clip", gradientClip),
      ("temperature", temperature), ("samples_per_prompt", samplesPerPrompt.map(Double.init)),
      ("prompts_per_iteration", promptsPerIteration.map(Double.init)),
      ("minibatches", minibatches.map(Double.init)), ("epochs", epochs.map(Double.init)),
    ]
    return try named.filter { $0.1 != nil } + settings.map { try Self.parseSetting($0) }
  }

  /// `name=value`, where the value is a number or `none`.
  static func parseSetting(_ text: String) throws -> (String, Double?) {
    guard let setting = KnobText.parse(text) else {
      throw ValidationError("--set \(text): expected name=number or name=none")
    }
    return setting
  }
}
