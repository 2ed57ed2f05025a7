internal import LocalFiles
internal import PolicyObjectives
internal import ReasoningTasks
internal import RepeatableRandom
internal import TinyTransformer
public import TrainingTelemetry

/// The exact state of a run between two steps, from which several continuations begin.
///
/// A continuation with the run's own seed and without a change is the run, bit for bit. One with
/// another seed draws other prompts and other samples from its next rollout on; what is left of the
/// rollout in progress is the same for all.
public struct ForkPoint: Sendable {
  /// That with which the run began.
  public let configuration: RunConfiguration
  public let checkpoint: RunCheckpoint
  /// FNV-1a over everything that determines how the run goes on, 16 hex digits.
  public let digest: String

  public init(_ configuration: RunConfiguration, checkpoint: RunCheckpoint) {
    self.configuration = configuration
    self.checkpoint = checkpoint
    digest = Self.digest(configuration, checkpoint)
  }

  /// The last update made.
  public var position: UpdatePosition { checkpoint.position }

  /// The objective in force, or the one that is to take over at the next rollout.
  public var objectiveName: String {
    checkpoint.knobs.pendingObjective ?? checkpoint.knobs.objective.name
  }

  /// The seed of continuation `number`, from 1; the first has the run's own.
  public func seed(ofReplica number: Int) -> UInt64 {
    number == 1
      ? configuration.seed
      : SeedPath(configuration.seed).appending("fork").appending(number).value
  }

  /// Whether the run would go on differently with a change.
  ///
  /// - Throws: `ObjectiveError` or `ConfigurationError` for one that the run refuses.
  public func isChanged(by change: RunChange) throws -> Bool {
    var unchanged = try RunKnobs(configuration, checkpoint: checkpoint.knobs)
    var changed = unchanged
    try changed.request(change)
    _ = try unchanged.applyPendingObjective()
    _ = try unchanged.applyPending(at: .nextRollout)
    _ = try changed.applyPendingObjective()
    _ = try changed.applyPending(at: .nextRollout)
    return unchanged.checkpoint != changed.checkpoint
  }

  /// A run that stands here.
  ///
  /// - Parameters:
  ///   - configuration: this point's, with another seed, length, evaluation or threads if wanted.
  ///   - shift: added to the weight in the middle of the table, one of a layer's matrix, which every
  ///     token passes.
  ///   - change: asked for at once, as a person's command would be.
  /// - Throws: `CheckpointError`, or the refusal of the change.
  public func makeRun(
    in configuration: RunConfiguration, shiftedBy shift: Float = 0, change: RunChange? = nil
  ) throws -> TrainingRun {
    var checkpoint = self.checkpoint
    checkpoint.parameters[checkpoint.parameters.count / 2] += shift
    let run = try TrainingRun(configuration, checkpoint: checkpoint)
    if let change { try run.take(.change(change)) }
    return run
  }

  private static func digest(
    _ configuration: RunConfiguration, _ checkpoint: RunCheckpoint
  ) -> String {
    let position = checkpoint.position
    var hash = FNV1a()
    func add(_ text: some Sequence<UInt8>) {
      for byte in text { hash.append(byte) }
      hash.append(0)
    }
    func add(_ numbers: [Float]) {
      for number in numbers { hash.append(littleEndian: number.bitPattern) }
    }
    func add(_ numbers: [Double]) {
      for number in numbers { hash.append(littleEndian: number.bitPattern) }
    }
    let planned = configuration.scripted.filter { $0.update > position.total }.map(\.text)
    let task = configuration.reasoningTask.identity
    add("\(task) \(configuration.seed) \(planned) \(checkpoint.promptsDrawn)".utf8)
    add(JSONText.encode(configuration.model))
    add(JSONText.encode(configuration.optimizer))
    add(JSONText.encode(position))
    add(JSONText.encode(checkpoint.knobs))
    add(checkpoint.parameters)
    add("\(checkpoint.optimizer.stepCount)".utf8)
    add(checkpoint.optimizer.firstMoments)
    add(checkpoint.optimizer.secondMoments)
    if let rollout = checkpoint.rollout {
      add("\(rollout.prompts) \(rollout.minibatches) \(rollout.tokens.tokens)".utf8)
      add(rollout.tokens.logProbabilities)
      add(rollout.advantages)
    }
    return hash.digits
  }
}

extension RunChange {
  /// `objective=grpo, sigma_base=0.2`.
  public var text: String {
    let words = settings.map { "\($0.name)=\(KnobText.format($0.value))" }
    return ((objective.map { ["objective=\($0)"] } ?? []) + words).joined(separator: ", ")
  }
}
