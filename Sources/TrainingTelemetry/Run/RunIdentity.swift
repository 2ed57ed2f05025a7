/// What a run is: fixed from its start to its end.
public struct RunIdentity: Sendable, Hashable, Codable {
  /// Task name, such as `chain`.
  public var task: String
  /// Preset name, such as `reuse`; `custom` when an option overrides one of its settings.
  public var preset: String
  /// `nil` for a run of another trainer, as the next three.
  public var seed: UInt64?
  /// Seed of the supervised warm start.
  public var baseSeed: UInt64?
  public var threads: Int?
  /// Trainable parameters of the policy.
  public var parameterCount: Int?
  /// Vocabulary size, for the entropy's upper bound ln V.
  public var vocabularySize: Int?
  /// Iterations after which the run ends by itself, if any.
  public var iterationLimit: Int?
  /// How the task's prompts look; `nil` where nobody can type one.
  public var promptForm: PromptForm?

  public init(
    task: String, preset: String, seed: UInt64?, baseSeed: UInt64?, threads: Int?,
    parameterCount: Int?, vocabularySize: Int?, iterationLimit: Int?
  ) {
    self.task = task
    self.preset = preset
    self.seed = seed
    self.baseSeed = baseSeed
    self.threads = threads
    self.parameterCount = parameterCount
    self.vocabularySize = vocabularySize
    self.iterationLimit = iterationLimit
  }
}

/// Where in the run an update stands. Counts start at 1; 0 means "none yet".
public struct UpdatePosition: Sendable, Hashable, Codable {
  /// Iteration: one rollout and the updates made from it.
  public var iteration: Int
  /// Update within the iteration, 1 … `updatesPerIteration`; 0 right after the rollout.
  public var update: Int
  public var updatesPerIteration: Int
  /// Optimizer updates since the start of the run, over all iterations.
  public var total: Int

  public init(iteration: Int, update: Int, updatesPerIteration: Int, total: Int) {
    self.iteration = iteration
    self.update = update
    self.updatesPerIteration = updatesPerIteration
    self.total = total
  }
}
