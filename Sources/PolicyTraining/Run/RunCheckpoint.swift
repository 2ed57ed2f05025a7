internal import ReasoningTasks
public import TinyTransformer
public import TrainingTelemetry

/// The complete state of a run between two updates. A run that starts from it goes on as if it had
/// never stopped, bit for bit; all randomness is derived from the seed and the step's number, so
/// there is no random state in it.
public struct RunCheckpoint: Sendable {
  public var position: UpdatePosition
  public var promptsDrawn: Int
  public var rolloutTokenCount: Int
  public var knobs: KnobsCheckpoint
  /// In the order of `ParameterTable`.
  public var parameters: [Float]
  public var optimizer: AdamW<Float>.State
  /// The rollout that the last updates used; `nil` before the first.
  public var rollout: RolloutCheckpoint?

  public init(
    position: UpdatePosition, promptsDrawn: Int, rolloutTokenCount: Int, knobs: KnobsCheckpoint,
    parameters: [Float], optimizer: AdamW<Float>.State, rollout: RolloutCheckpoint?
  ) {
    self.position = position
    self.promptsDrawn = promptsDrawn
    self.rolloutTokenCount = rolloutTokenCount
    self.knobs = knobs
    self.parameters = parameters
    self.optimizer = optimizer
    self.rollout = rollout
  }
}

/// A rollout in a checkpoint; what can be computed from the rest is left out.
public struct RolloutCheckpoint: Sendable {
  public var samplesPerPrompt: Int
  public var epochs: Int
  public var temperature: Double
  public var prompts: [String]
  public var tokens: RolloutTokens<Float>
  /// One per sequence.
  public var rewards: [Double]
  public var advantages: [Double]
  /// For each update of the iteration, the sequences it uses.
  public var minibatches: [[Int]]
  public var metrics: RolloutMetrics

  public init(
    samplesPerPrompt: Int, epochs: Int, temperature: Double, prompts: [String],
    tokens: RolloutTokens<Float>, rewards: [Double], advantages: [Double], minibatches: [[Int]],
    metrics: RolloutMetrics
  ) {
    self.samplesPerPrompt = samplesPerPrompt
    self.epochs = epochs
    self.temperature = temperature
    self.prompts = prompts
    self.tokens = tokens
    self.rewards = rewards
    self.advantages = advantages
    self.minibatches = minibatches
    self.metrics = metrics
  }
}

/// A checkpoint that does not fit the configuration it is to go on with.
public struct CheckpointError: Error, Hashable, CustomStringConvertible {
  public let description: String
}

extension TrainingRun {
  /// The complete state, between two updates.
  public var checkpoint: RunCheckpoint {
    RunCheckpoint(
      position: position, promptsDrawn: promptsDrawn, rolloutTokenCount: rolloutTokenCount,
      knobs: knobs.checkpoint, parameters: policy.parameters, optimizer: optimizer.state,
      rollout: experience.map { RolloutCheckpoint($0) })
  }

  /// A run that goes on from a checkpoint.
  ///
  /// - Parameter configuration: that with which the run began; changes since then are in the
  ///   checkpoint.
  /// - Throws: `CheckpointError` when the two do not fit.
  public convenience init(_ configuration: RunConfiguration, checkpoint: RunCheckpoint) throws {
    let count = ParameterTable(configuration: configuration.model).totalCount
    let moments = checkpoint.optimizer
    guard checkpoint.parameters.count == count, moments.firstMoments.count == count,
      moments.secondMoments.count == count
    else {
      throw CheckpointError(
        description: "the checkpoint has \(checkpoint.parameters.count) parameters with "
          + "\(moments.firstMoments.count) moments, the model \(count)")
    }
    try self.init(
      configuration,
      base: BasePolicy(parameters: checkpoint.parameters, average: 0, pass: 0, attempt: 0))
    optimizer.state = moments
    knobs = try RunKnobs(configuration, checkpoint: checkpoint.knobs)
    let rollout = try checkpoint.rollout.map { rollout in
      try Rollout(rollout, task: task, model: configuration.model)
    }
    let position = checkpoint.position
    guard position.iteration >= 0, position.total >= 0, checkpoint.promptsDrawn >= 0,
      (0...(rollout?.minibatches.count ?? 0)).contains(position.update)
    else {
      throw CheckpointError(description: "the checkpoint stands at an impossible place")
    }
    restore(
      position: position, promptsDrawn: checkpoint.promptsDrawn,
      rolloutTokenCount: checkpoint.rolloutTokenCount, rollout: rollout)
  }
}

extension RolloutCheckpoint {
  init(_ rollout: Rollout) {
    self.init(
      samplesPerPrompt: rollout.samplesPerPrompt, epochs: rollout.epochs,
      temperature: rollout.temperature, prompts: rollout.prompts, tokens: rollout.tokens,
      rewards: rollout.rewards, advantages: rollout.advantages, minibatches: rollout.minibatches,
      metrics: rollout.metrics)
  }
}

extension Rollout {
  /// - Throws: `CheckpointError` when the parts do not fit each other or the model.
  init(
    _ checkpoint: RolloutCheckpoint, task: any ReasoningTask, model: TransformerConfiguration
  ) throws {
    func require(_ condition: Bool, _ fault: String) throws {
      guard condition else { throw CheckpointError(description: "the rollout's \(fault)") }
    }
    let tokens = checkpoint.tokens
    let count = checkpoint.prompts.count * checkpoint.samplesPerPrompt
    try require(checkpoint.samplesPerPrompt > 0 && count > 0, "groups are empty")
    try require(
      tokens.sequenceCount == count && checkpoint.rewards.count == count
        && checkpoint.advantages.count == count, "answers are not \(count)")
    try require(
      tokens.vocabularySize == model.vocabularySize
        && tokens.tokens.allSatisfy { (0..<Int32(model.vocabularySize)).contains($0) },
      "tokens are not of the model's vocabulary")
    try require(
      tokens.logits.count == tokens.tokens.count * model.vocabularySize, "logits are incomplete")
    try require(
      checkpoint.minibatches.allSatisfy { $0.allSatisfy { (0..<count).contains($0) } },
      "minibatches name answers that do not exist")
    try require(
      checkpoint.epochs > 0 && checkpoint.temperature > 0
        && tokens.maximumResponse == task.maximumResponseLength, "settings are impossible")
    try require(
      checkpoint.minibatches.allSatisfy { !$0.isEmpty }, "minibatches are empty")
    for prompt in checkpoint.prompts { try task.validatePrompt(prompt) }
    self.init(
      iteration: checkpoint.metrics.iteration, samplesPerPrompt: checkpoint.samplesPerPrompt,
      epochs: checkpoint.epochs, temperature: checkpoint.temperature,
      vocabulary: task.vocabulary, prompts: checkpoint.prompts,
      promptTokens: checkpoint.prompts.map { task.vocabulary.encode(prompt: $0) }, tokens: tokens,
      rewards: checkpoint.rewards, advantages: checkpoint.advantages,
      minibatches: checkpoint.minibatches, metrics: checkpoint.metrics)
  }
}
