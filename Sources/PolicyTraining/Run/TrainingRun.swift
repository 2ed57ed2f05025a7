internal import PolicyObjectives
internal import ReasoningTasks
internal import RepeatableRandom
internal import TinyTransformer
public import TrainingTelemetry

/// A run as a plain machine: rollouts and updates on demand, no queue, no clock, no pace. Only
/// `Trainer` knows about Dispatch; tests and headless programs call the steps directly.
///
/// Order of calls: `beginIteration()`, then `makeUpdate(_:)` until `isIterationFinished`, again and
/// again; `evaluate()` at any time between. Every stream of random numbers is derived from the
/// seed and the step's own number, so there is no random state to carry along.
public final class TrainingRun {
  let task: any ReasoningTask
  let policy: TransformerPolicy<Float>
  let optimizer: AdamW<Float>
  let engine: ForwardBackward<Float>
  let gradients: GradientSet<Float>
  /// A second workspace for passes that must not disturb the update's.
  let probe: ForwardBackward<Float>
  let sampler: Sampler<Float>
  private let evaluator: Evaluator
  let seed: SeedPath

  var knobs: RunKnobs
  public private(set) var rollout: RolloutOverview?
  var experience: Rollout?
  /// The last update made; update 0 right after a rollout.
  public private(set) var position: UpdatePosition
  /// Prompts drawn so far: each rollout takes the next ones.
  private(set) var promptsDrawn = 0
  /// Response tokens sampled for training so far.
  public private(set) var rolloutTokenCount = 0
  /// What happened and has not been told: by the outcome of the next step, or by an error's catcher.
  private var unreportedEvents: [TrainingEvent] = []
  /// What training has passed through the model so far.
  public internal(set) var computedRows = ComputedRows()

  /// - Precondition: `configuration` is valid and `base` has the model's parameter count.
  public init(_ configuration: RunConfiguration, base: BasePolicy) throws {
    task = configuration.reasoningTask
    let model = configuration.model
    policy = TransformerPolicy(configuration: model, seed: SeedPath(configuration.baseSeed))
    policy.parameters = base.parameters
    optimizer = AdamW(configuration: model, settings: configuration.optimizer.adam)
    engine = ForwardBackward(configuration: model, threads: configuration.threads)
    probe = ForwardBackward(configuration: model, threads: configuration.threads)
    gradients = GradientSet(configuration: model)
    sampler = Sampler(configuration: model, threads: configuration.threads)
    evaluator = Evaluator(task: task, settings: configuration.evaluation)
    seed = SeedPath(configuration.seed).appending("run")
    knobs = RunKnobs(configuration)
    position = UpdatePosition(
      iteration: 0, update: 0, updatesPerIteration: configuration.schedule.updatesPerIteration,
      total: 0)
    requestScripted()
  }

  public var configuration: RunConfiguration { knobs.configuration }
  public var parameterCount: Int { policy.table.totalCount }
  /// FNV-1a over the little-endian bytes of all parameters in table order, 16 hex digits.
  public var weightsDigest: String { policy.weightsDigest().hexadecimalDigits }

  /// Whether all updates of the rollout in force are made (or there is none yet).
  public var isIterationFinished: Bool {
    guard let experience else { return true }
    return position.update >= experience.minibatches.count
  }

  /// Samples, verifies and judges a new rollout; puts knobs that waited for it in force.
  ///
  /// - Returns: the changes that took effect and the rollout's metrics.
  public func beginIteration() throws -> [TrainingEvent] {
    let iteration = position.iteration + 1
    try applyPendingObjective(iteration: iteration)
    try applyPendingKnobs(at: .nextRollout, iteration: iteration)
    let schedule = configuration.schedule
    let collected = collectRollout(iteration: iteration, schedule: schedule)
    promptsDrawn += schedule.promptsPerIteration
    rolloutTokenCount += collected.metrics.tokenCount
    position = UpdatePosition(
      iteration: iteration, update: 0, updatesPerIteration: schedule.updatesPerIteration,
      total: position.total)
    experience = collected
    rollout = RolloutOverview(collected)
    return takeUnreportedEvents() + [.rollout(collected.metrics)]
  }

  /// Puts the run where a checkpoint left it.
  func restore(
    position: UpdatePosition, promptsDrawn: Int, rolloutTokenCount: Int, rollout: Rollout?
  ) {
    self.position = position
    self.promptsDrawn = promptsDrawn
    self.rolloutTokenCount = rolloutTokenCount
    experience = rollout
    self.rollout = rollout.map { RolloutOverview($0) }
    // What the beginning planned is in the checkpoint.
    unreportedEvents = []
  }

  /// Notes that an update was made, and asks for what is planned for the one after it.
  func advancePosition(to next: UpdatePosition) {
    position = next
    requestScripted()
  }

  /// What happened since the last step was told; after an error, what led up to it.
  func takeUnreportedEvents() -> [TrainingEvent] {
    defer { unreportedEvents = [] }
    return unreportedEvents
  }

  /// Held-out evaluation with the present weights.
  public func evaluate() -> EvaluationMetrics {
    let started = ContinuousClock.now
    let settings = configuration.evaluation
    let score = evaluator.evaluate(
      policy, sampler: sampler,
      seed: seed.appending("evaluation").appending(position.total))
    return EvaluationMetrics(
      iteration: finishedIterationCount,
      updatesBefore: position.total, promptCount: settings.promptCount,
      samplesPerPrompt: settings.samplesPerPrompt, average: score.average, pass: score.pass,
      seconds: started.secondsToNow)
  }

  /// Iterations whose updates are all made.
  public var finishedIterationCount: Int {
    isIterationFinished ? position.iteration : position.iteration - 1
  }

  // MARK: Knobs

  /// Carries out a command that changes knobs or the objective; others do nothing.
  ///
  /// - Throws: when the command is refused; nothing has changed then.
  public func take(_ command: TrainerCommand) throws {
    switch command {
    case .setKnobs(let settings): try knobs.request(settings)
    case .setObjective(let name): try knobs.requestObjective(name)
    case .change(let change): try knobs.request(change)
    default: break
    }
  }

  /// Asks for what is planned for the next update, once. What cannot be is told, as a person's
  /// command would be, and does not end the run.
  private func requestScripted() {
    let due = configuration.scripted.filter { $0.update == position.total + 1 }
    for setting in due.inOrder {
      do {
        try knobs.request(setting.change)
      } catch {
        unreportedEvents.append(
          .notice(
            Notice(
              level: .warning, text: "refused: \(setting.text), as planned: \(error)",
              updatesBefore: position.total)))
      }
    }
  }

  /// Puts knobs that wait for `moment` in force.
  func applyPendingKnobs(at moment: KnobState.Effect, iteration: Int) throws {
    unreportedEvents += try knobs.applyPending(at: moment).map { change in
      .knobChange(
        KnobChange(
          name: change.state.name, symbol: change.state.specification.symbol,
          oldValue: change.old, newValue: change.new, updatesBefore: position.total,
          iteration: iteration))
    }
  }

  private func applyPendingObjective(iteration: Int) throws {
    guard let change = try knobs.applyPendingObjective() else { return }
    unreportedEvents.append(
      .objectiveChange(
        ObjectiveChange(
          oldObjective: change.old, newObjective: change.new, updatesBefore: position.total,
          iteration: iteration)))
  }

  // MARK: Rollout

  private func collectRollout(iteration: Int, schedule: Schedule) -> Rollout {
    let started = ContinuousClock.now
    let prompts = (0..<schedule.promptsPerIteration).map {
      task.prompt(promptsDrawn + $0, split: .training, seed: seed.appending("prompts"))
    }
    let promptTokens = prompts.map { task.vocabulary.encode(prompt: $0) }
    let streams = seed.appending("rollout").appending(iteration)
    let tokens = sampler.sample(
      policy, prompts: promptTokens,
      Sampler<Float>.Request(
        samplesPerPrompt: schedule.samplesPerPrompt,
        maximumResponse: task.maximumResponseLength, temperature: schedule.temperature,
        endToken: Vocabulary.end),
      stream: { streams.appending($0).generator })
    computedRows.sampled += sampler.computedRowCount
    let samples = schedule.samplesPerPrompt
    let rewards = (0..<schedule.sequencesPerIteration).map {
      task.reward(responseTokens: Array(tokens.response($0)), to: prompts[$0 / samples])
    }
    let groupAdvantage = configuration.objective.groupAdvantage
    let advantages = prompts.indices.flatMap { group in
      groupAdvantage.advantages(
        ofRewards: Array(rewards[group * samples..<(group + 1) * samples]))
    }
    return Rollout(
      iteration: iteration, samplesPerPrompt: samples, epochs: schedule.epochs,
      temperature: schedule.temperature,
      vocabulary: task.vocabulary, prompts: prompts, promptTokens: promptTokens, tokens: tokens,
      rewards: rewards,
      advantages: advantages,
      minibatches: minibatches(of: rewards.count, iteration: iteration, schedule: schedule),
      metrics: rolloutMetrics(
        iteration: iteration, rewards: rewards, samples: samples, tokens: tokens,
        seconds: started.secondsToNow))
  }

  /// Random permutations of all sequences, one for each epoch, cut into nearly equal parts.
  private func minibatches(of count: Int, iteration: Int, schedule: Schedule) -> [[Int]] {
    (0..<schedule.epochs).flatMap { epoch in
      var generator = seed.appending("minibatches").appending(iteration).appending(epoch)
        .generator
      let order = generator.permutation(of: count)
      return (0..<schedule.minibatches).map { part in
        let start = part * count / schedule.minibatches
        let end = (part + 1) * count / schedule.minibatches
        return Array(order[start..<end])
      }
    }
  }

  private func rolloutMetrics(
    iteration: Int, rewards: [Double], samples: Int, tokens: RolloutTokens<Float>,
    seconds: Double
  ) -> RolloutMetrics {
    let groups = stride(from: 0, to: rewards.count, by: samples).map { start in
      rewards[start..<start + samples].count { $0 > 0 }
    }
    let tokenCount = tokens.tokenCount
    return RolloutMetrics(
      iteration: iteration, updatesBefore: position.total,
      reward: rewards.reduce(0, +) / Double(rewards.count), groupCount: groups.count,
      zeroVarianceGroups: groups.count { $0 == 0 || $0 == samples },
      allRightGroups: groups.count { $0 == samples }, allWrongGroups: groups.count { $0 == 0 },
      truncatedAnswers: tokens.isTruncated.count { $0 },
      answerCount: rewards.count, tokenCount: tokenCount,
      entropy: tokens.entropies.reduce(0, +) / Double(max(1, tokenCount)), seconds: seconds)
  }
}

/// Rows of the model that were computed, which are fewer than tokens and positions: what begins
/// alike is computed once, and what no gradient is asked of is not differentiated.
public struct ComputedRows: Sendable, Hashable {
  /// One forward step each.
  public var sampled = 0
  /// Forward passes of updates, probes not counted.
  public var forward = 0
  public var differentiated = 0
}

/// The rollout in force, in brief.
public struct RolloutOverview: Sendable {
  public let metrics: RolloutMetrics
  public let groups: [GroupSummary]

  init(_ rollout: Rollout) {
    metrics = rollout.metrics
    groups = rollout.prompts.enumerated().map { group, prompt in
      GroupSummary(
        prompt: prompt,
        rightCount: rollout.sequences(ofGroup: group).count { rollout.rewards[$0] > 0 },
        answerCount: rollout.samplesPerPrompt)
    }
  }
}

extension ContinuousClock.Instant {
  /// Wall seconds from this instant to now.
  var secondsToNow: Double {
    let elapsed = duration(to: .now).components
    return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
  }
}
