internal import ArgumentParser
internal import FoundationEssentials
internal import PolicyObjectives
internal import PolicyTraining
internal import SettingsFiles

/// The options that say what a run is; shared by every command that makes one.
struct RunOptions: ParsableArguments {
  @Option(
    name: .customLong("config"),
    help: ArgumentHelp(
      "TOML file of run settings, named as the options are; options win over it.",
      valueName: "file"))
  var file: String?

  @Option(help: .of("task")) var task: TaskName?
  @Option(help: .of("task-file"), completion: .file()) var taskFile: String?
  @Option(help: .of("objective")) var objective: ObjectiveName?
  @Option(help: .of("preset")) var preset: PresetName?
  @Option(parsing: .unconditional, help: .of("seed")) var seed: UInt64?
  @Option(parsing: .unconditional, help: .of("base-seed")) var baseSeed: UInt64?
  @Option(parsing: .unconditional, help: .of("iterations")) var iterations: Int?
  @Option(parsing: .unconditional, help: .of("threads", standard: "\(Self.standardThreads)"))
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

  @Option(parsing: .unconditional, help: .of("eval-every")) var evalEvery: Int?
  @Option(parsing: .unconditional, help: .of("eval-prompts")) var evalPrompts: Int?
  @Option(parsing: .unconditional, help: .of("eval-samples")) var evalSamples: Int?
  @Option(parsing: .unconditional, help: .of("width")) var width: Int?
  @Option(parsing: .unconditional, help: .of("layers")) var layers: Int?
  @Option(parsing: .unconditional, help: .of("heads")) var heads: Int?
  @Option(parsing: .unconditional, help: .of("hidden")) var hidden: Int?
  @Option(parsing: .unconditional, help: .of("warm-steps")) var warmSteps: Int?

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
    if task != nil, taskFile != nil {
      throw ValidationError("--task and --task-file exclude each other: a run has one task")
    }
    for (name, value) in [("beta-pos", betaPos), ("beta-neg", betaNeg)]
    where asymmetry != nil && value != nil {
      throw ValidationError(
        "--asymmetry and --\(name) exclude each other: the first sets both betas")
    }
  }

  private func makeLayer() throws -> RunLayer {
    var layer = RunLayer()
    let given: [(name: String, value: SettingValue?)] = [
      ("task", task.map { .text($0.name) }), ("task-file", taskFile.map { .text($0) }),
      ("preset", preset.map { .text($0.name) }),
      ("objective", objective.map { .text($0.name) }), ("seed", seed.map { .seed($0) }),
      ("base-seed", baseSeed.map { .seed($0) }), ("iterations", iterations.map { .whole($0) }),
      ("threads", threads.map { .whole($0) }), ("eval-every", evalEvery.map { .whole($0) }),
      ("eval-prompts", evalPrompts.map { .whole($0) }),
      ("eval-samples", evalSamples.map { .whole($0) }), ("width", width.map { .whole($0) }),
      ("layers", layers.map { .whole($0) }), ("heads", heads.map { .whole($0) }),
      ("hidden", hidden.map { .whole($0) }), ("warm-steps", warmSteps.map { .whole($0) }),
      ("at", scripted.isEmpty ? nil : .list(scripted)),
      ("sigma_base", sigmaBase.map { .number($0) }), ("alpha", alpha.map { .number($0) }),
      (MASPOObjective.asymmetry, asymmetry.map { .number($0) }),
      ("beta_pos", betaPos.map { .number($0) }), ("beta_neg", betaNeg.map { .number($0) }),
      ("sigma_high", sigmaHigh.map { .number($0) }),
      ("learning_rate", learningRate.map { .number($0) }),
      ("gradient_clip", gradientClip.map { .number($0) }),
      ("temperature", temperature.map { .number($0) }),
      ("samples_per_prompt", samplesPerPrompt.map { .number(Double($0)) }),
      ("prompts_per_iteration", promptsPerIteration.map { .number(Double($0)) }),
      ("minibatches", minibatches.map { .number(Double($0)) }),
      ("epochs", epochs.map { .number(Double($0)) }),
    ]
    for (name, value) in given { layer.add(name, value) }
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
