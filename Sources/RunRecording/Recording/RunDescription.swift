public import PolicyTraining
public import ReasoningTasks
public import TinyTransformer
public import TrainingTelemetry

/// `run.json`: everything that determines a run, written once at its start.
public struct RunDescription: Sendable, Hashable, Codable {
  public static let formatName = "maspo-run"
  public static let currentVersion = 1

  public var format = formatName
  public var version = currentVersion
  /// The program that began the run, with its version.
  public var program: String
  /// Seconds since 1970, UTC.
  public var created: Double
  /// The instruction set of the kernels: another one rounds differently in the last bits.
  public var instructionSet: String
  public var parameterCount: Int

  public var task: String
  /// The task of the user's own that `task.jsonl` holds; `nil` for one of the catalog.
  public var taskFile: TaskFile?
  public var preset: String
  public var objective: ObjectiveState
  public var seed: UInt64
  public var baseSeed: UInt64
  /// Threads that computed; results do not depend on it.
  public var threads: Int
  public var model: TransformerConfiguration
  public var schedule: Schedule
  public var optimizer: OptimizerSettings
  public var evaluation: EvaluationSettings
  public var warmStart: WarmStartSettings
  public var iterationLimit: Int?
  /// Knob moves planned for certain updates, as `200:sigma_base=0.2`.
  public var scripted: [String]
  /// The run of which this one is a fork; `nil` for a run of its own.
  public var parent: Parent?

  /// What `task.jsonl` must be.
  public struct TaskFile: Sendable, Hashable, Codable {
    /// FNV-1a of its bytes, 16 hex digits.
    public var digest: String
    public var prompts: Int
  }

  /// Where a fork begins. The run up to there is in the fork's own folder.
  public struct Parent: Sendable, Hashable, Codable {
    /// The name of the parent's folder.
    public var folder: String
    /// The last update that both have, and its iteration.
    public var update: Int
    public var iteration: Int
    /// What was changed, as `objective=grpo, sigma_base=0.2`.
    public var change: String
    /// Digest of the state, 16 hex digits.
    public var state: String
  }

  public init(
    _ configuration: RunConfiguration, program: String, created: Double, parameterCount: Int
  ) {
    self.program = program
    self.created = created
    self.parameterCount = parameterCount
    instructionSet = "\(KernelLevel.best)"
    task = configuration.task
    taskFile = configuration.ownTask.map {
      TaskFile(digest: $0.digest, prompts: $0.promptCount)
    }
    preset = configuration.preset
    objective = ObjectiveState(configuration.objective)
    seed = configuration.seed
    baseSeed = configuration.baseSeed
    threads = configuration.threads
    model = configuration.model
    schedule = configuration.schedule
    optimizer = configuration.optimizer
    evaluation = configuration.evaluation
    warmStart = configuration.warmStart
    iterationLimit = configuration.iterationLimit
    scripted = configuration.scripted.map(\.text)
  }

  /// Whether runs of both would be the same from the same base policy.
  public func hasSameSettings(as other: RunDescription) -> Bool {
    var other = other
    other.program = program
    other.created = created
    other.threads = threads
    other.iterationLimit = iterationLimit
    return other == self
  }

  /// A model that nobody could hold, or that does not fit the tasks.
  private struct ImpossibleModel: Error, CustomStringConvertible {
    let description: String
  }

  /// The largest extent of a model that is taken for one: beyond it, sizes would overflow.
  private static let largestExtent = 1 << 16

  /// The configuration with which the run began, checked.
  ///
  /// - Parameter ownTask: what `task.jsonl` holds, where the run has one.
  /// - Throws: whatever is wrong with it, by name and value.
  public func makeConfiguration(_ ownTask: FileTask?) throws -> RunConfiguration {
    for extent in [
      model.vocabularySize, model.width, model.layerCount, model.hiddenWidth, model.contextLength,
    ] where extent > Self.largestExtent {
      throw ImpossibleModel(description: "its model would have an extent of \(extent)")
    }
    var configuration = RunConfiguration()
    configuration.choose(try ownTask ?? TaskCatalog.task(named: task))
    // What tokens mean, and how long prompt and answer can be together, are not up to the run.
    let needed = configuration.model
    guard model.vocabularySize == needed.vocabularySize else {
      throw ImpossibleModel(
        description: "vocabulary_size is \(model.vocabularySize); its task needs "
          + "\(needed.vocabularySize)")
    }
    guard model.contextLength >= needed.contextLength else {
      throw ImpossibleModel(
        description: "context_length is \(model.contextLength); its task needs "
          + "\(needed.contextLength) or more")
    }
    configuration.preset = preset
    configuration.objective = try objective.makeObjective()
    configuration.seed = seed
    configuration.baseSeed = baseSeed
    configuration.threads = threads
    configuration.model = model
    configuration.schedule = schedule
    configuration.optimizer = optimizer
    configuration.evaluation = evaluation
    configuration.warmStart = warmStart
    configuration.iterationLimit = iterationLimit
    configuration.scripted = try scripted.map { try ScriptedSetting(parsing: $0) }
    try configuration.validate()
    return configuration
  }
}

/// `summary.json`: how far the run has come, as of the last checkpoint.
public struct RunProgress: Sendable, Hashable, Codable {
  /// Iterations finished.
  public var iterations: Int
  /// Iterations after which the run is to end, if it is to: those of its beginning, or of the last
  /// resumption.
  public var iterationLimit: Int?
  public var updates: Int
  /// Held-out Avg@k and Pass@k of the last evaluation, and k.
  public var avgAtK: Double?
  public var passAtK: Double?
  public var k: Int?
  /// Seconds for which the run was under way, pauses included, over all resumptions.
  public var wallSeconds: Double
  /// Response tokens sampled for training.
  public var rolloutTokens: Int
  /// FNV-1a over the little-endian bytes of all parameters in table order, 16 hex digits.
  public var weightsDigest: String
  /// Seconds since 1970, UTC, of this summary.
  public var time: Double
  /// Why the run ended: `iteration_limit`, `requested`, `breakpoint …` or what went wrong. Absent
  /// while it goes on, and after a crash.
  public var reason: String?
}

extension RunStatus.StopReason {
  /// The reason in the words of the files.
  var recorded: String {
    switch self {
    case .iterationLimit: "iteration_limit"
    case .requested: "requested"
    case .breakpoint(let text): Self.breakpointPrefix + text
    case .nonFinite(let text), .failed(let text), .ended(let text): text
    }
  }

  private static let breakpointPrefix = "breakpoint "

  /// What a recorded reason says of the breakpoint that ended the run; `nil` for other reasons.
  static func breakpointText(inRecorded reason: String) -> String? {
    reason.hasPrefix(breakpointPrefix) ? String(reason.dropFirst(breakpointPrefix.count)) : nil
  }
}
