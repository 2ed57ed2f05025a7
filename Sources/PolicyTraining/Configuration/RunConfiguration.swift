public import PolicyObjectives
public import ReasoningTasks
public import TinyTransformer
internal import TrainingTelemetry

/// Everything that determines a run. Two runs with equal configurations and the same commands at
/// the same updates are identical bit for bit on one machine and build; `threads` and `pace`
/// change only the time they take.
public struct RunConfiguration: Sendable {
  /// What is to be learned: a task of `TaskCatalog` or one of the user's own.
  public private(set) var reasoningTask: any ReasoningTask = ChainTask()
  /// The preset that gave the schedule; `custom` when a setting of it was overridden.
  public var preset = Preset.reuse.name
  public var objective: any PolicyObjective = MASPOObjective()
  public var seed: UInt64 = 1
  /// Seed of the base policy: its initialization and its demonstrations.
  public var baseSeed: UInt64 = 1
  /// Threads that compute; results do not depend on it.
  public var threads = 2
  public var model = TransformerConfiguration.reference
  public var schedule = Preset.reuse.schedule
  public var optimizer = OptimizerSettings(learningRate: Preset.reuse.learningRate)
  public var evaluation = EvaluationSettings()
  public var warmStart = WarmStartSettings()
  /// Iterations after which the run ends; `nil` runs until it is stopped.
  public var iterationLimit: Int?
  /// Knob moves planned for certain updates.
  public var scripted: [ScriptedSetting] = []

  public init() {}

  /// The task's name.
  public var task: String { reasoningTask.info.name }

  /// The task, where it is out of a file.
  public var ownTask: FileTask? { reasoningTask as? FileTask }

  /// Takes a task, and gives the model its tokens and room for its longest prompt with its longest
  /// answer.
  public mutating func choose(_ task: any ReasoningTask) {
    reasoningTask = task
    model.vocabularySize = task.vocabulary.size
    model.contextLength = max(
      TransformerConfiguration.reference.contextLength,
      task.promptLength + task.maximumResponseLength)
  }

  /// Takes schedule, learning rate, knobs and name of a preset.
  public mutating func apply(_ preset: Preset) {
    self.preset = preset.name
    schedule = preset.schedule
    optimizer.learningRate = preset.learningRate
    takeKnobs(of: preset)
  }

  /// Takes the knobs that the objective has.
  public mutating func takeKnobs(of preset: Preset) {
    for knob in preset.knobs { try? set(knob.name, to: knob.value) }
  }

  /// Whether schedule, learning rate and knobs are those of the preset.
  public func isAs(_ preset: Preset) -> Bool {
    var other = self
    other.apply(preset)
    return schedule == preset.schedule && optimizer.learningRate == preset.learningRate
      && zip(knobValues, other.knobValues).allSatisfy { $0.value == $1.value }
  }

  /// Checks every number, once, before anything is computed.
  ///
  /// - Throws: `ConfigurationError` naming setting, value and what is allowed.
  public func validate() throws {
    for setting in RunSetting.all {
      try setting.specification.validate(setting.read(self), isInteger: setting.isInteger)
    }
    try ConfigurationError.check("threads", threads, in: 1...256)
    if let iterationLimit {
      try ConfigurationError.check("iterations", iterationLimit, in: 1...1_000_000)
    }
    try schedule.validate()
    try evaluation.validate()
    try warmStart.validate()
    try validateModel()
    var trial = RunKnobs(self)
    for setting in scripted.inOrder { try trial.request(setting.change) }
  }
}

/// How an iteration is made: one rollout, then minibatches × epochs updates.
public struct Schedule: Sendable, Hashable, Codable {
  /// Q: prompts of an iteration.
  public var promptsPerIteration = 16
  /// G: answers sampled for each prompt.
  public var samplesPerPrompt = 16
  /// Minibatches that one pass over the rollout is cut into.
  public var minibatches: Int
  /// Passes over the rollout.
  public var epochs: Int
  /// Applied to the logits in sampling and in the update alike.
  public var temperature = 1.0

  public init(minibatches: Int, epochs: Int) {
    self.minibatches = minibatches
    self.epochs = epochs
  }

  public var sequencesPerIteration: Int { promptsPerIteration * samplesPerPrompt }
  public var updatesPerIteration: Int { minibatches * epochs }

  func validate() throws {
    guard minibatches <= sequencesPerIteration else {
      throw ConfigurationError.outOfRange(
        name: "minibatches", value: "\(minibatches)",
        allowed: "1 … \(sequencesPerIteration), the number of answers in an iteration")
    }
  }
}

/// AdamW with a linear ramp of the learning rate over the first iterations.
public struct OptimizerSettings: Sendable, Hashable, Codable {
  public var learningRate: Double
  /// Iterations over which the learning rate rises linearly to its value.
  public var rampIterations = 10
  public var beta1 = 0.9
  public var beta2 = 0.99
  public var epsilon = 1e-8
  public var weightDecay = 0.0
  /// Largest norm of the gradient; a longer one is scaled down to it.
  public var gradientClip = 1.0

  public init(learningRate: Double) {
    self.learningRate = learningRate
  }

  var adam: AdamW<Float>.Settings {
    AdamW.Settings(
      firstDecay: beta1, secondDecay: beta2, epsilon: epsilon, weightDecay: weightDecay)
  }

  /// The learning rate in force in `iteration` (from 1).
  func learningRate(inIteration iteration: Int) -> Double {
    guard rampIterations > 0 else { return learningRate }
    return learningRate * min(1, Double(iteration) / Double(rampIterations))
  }
}

/// Held-out evaluation, with a generator of its own so that it never changes training.
public struct EvaluationSettings: Sendable, Hashable, Codable {
  /// Iterations between evaluations; 0 evaluates only at the end.
  public var interval = 10
  public var promptCount = 100
  /// k of Avg@k and Pass@k.
  public var samplesPerPrompt = 32

  public init() {}

  func validate() throws {
    try ConfigurationError.check("eval-every", interval, in: 0...1_000_000)
    try ConfigurationError.check("eval-prompts", promptCount, in: 1...10_000)
    try ConfigurationError.check("eval-samples", samplesPerPrompt, in: 1...1024)
  }
}

/// Supervised warm start of the base policy on imperfect demonstrations.
public struct WarmStartSettings: Sendable, Hashable, Codable {
  public var steps = 1200
  public var batchSize = 64
  public var learningRate = 3e-3
  public var rampSteps = 20
  /// The learning rate falls linearly to this share of its value.
  public var finalLearningRateShare = 0.1
  /// Held-out Avg@k below which the initialization counts as stalled.
  public var stallThreshold = 0.10
  /// Initializations tried before giving up.
  public var maximumAttempts = 8

  public init() {}

  func validate() throws {
    try ConfigurationError.check("warm-steps", steps, in: 1...1_000_000)
  }
}

/// What can be wrong with a configuration.
public enum ConfigurationError: Error, Hashable {
  case outOfRange(name: String, value: String, allowed: String)
  case unknownPreset(String, known: [String])
  /// - Parameter objective: in force, whose parameters are among the `known`.
  case unknownSetting(String, objective: String, known: [String])
  /// Text that does not have the form of the option `name`.
  case malformed(name: String, text: String, form: String)

  static func check(_ name: String, _ value: Int, in range: ClosedRange<Int>) throws {
    guard range.contains(value) else {
      throw ConfigurationError.outOfRange(
        name: name, value: "\(value)", allowed: "\(range.lowerBound) … \(range.upperBound)")
    }
  }
}

extension ConfigurationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .outOfRange(let name, let value, let allowed):
      "\(name) = \(value) is out of range; allowed is \(allowed)"
    case .unknownPreset(let name, let known):
      "there is no preset '\(name)'; there are: \(known.joined(separator: ", "))"
    case .unknownSetting(let name, let objective, let known):
      "unknown setting '\(name)'; with the objective \(objective) there are: "
        + known.joined(separator: ", ")
    case .malformed(let name, let text, let form):
      "\(name) = '\(text)' cannot be read; it has the form \(form)"
    }
  }
}
