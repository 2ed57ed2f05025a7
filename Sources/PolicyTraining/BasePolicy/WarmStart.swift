import PolicyObjectives
import ReasoningTasks
import RepeatableRandom
import TinyTransformer
import TrainingTelemetry

/// A base policy: what a run starts from.
public struct BasePolicy: Sendable, Equatable {
  /// All parameters in table order.
  public var parameters: [Float]
  /// Held-out Avg@k and Pass@k after the warm start.
  public var average: Double
  public var pass: Double
  /// The initialization that worked, 1 for the first.
  public var attempt: Int

  public init(parameters: [Float], average: Double, pass: Double, attempt: Int) {
    self.parameters = parameters
    self.average = average
    self.pass = pass
    self.attempt = attempt
  }
}

/// Supervised learning on imperfect demonstrations: the policy learns the form of an answer and
/// part of the facts, and leaves the rest to reinforcement learning.
///
/// Some initializations stall; a stalled one is replaced by the next one derived from the same
/// seed, so the result depends on the seed alone.
struct WarmStart {
  let configuration: RunConfiguration
  private var task: any ReasoningTask { configuration.reasoningTask }

  /// Called after every few steps; return `false` to stop.
  typealias Observer = (_ step: Int, _ loss: Double, _ attempt: Int) -> Bool

  /// - Returns: the base policy, or `nil` if the observer asked to stop.
  /// - Throws: `WarmStartError.stalled` when every allowed initialization stalls.
  func run(observer: Observer) throws -> BasePolicy? {
    let settings = configuration.warmStart
    let evaluator = Evaluator(task: task, settings: EvaluationSettings())
    let sampler = Sampler<Float>(
      configuration: configuration.model, threads: configuration.threads)
    // A task of one's own may be a hard one, and nobody can be asked to be right much more often
    // than its teacher: groups of answers with a right one among them are enough to learn from.
    let threshold = min(
      settings.stallThreshold, task.demonstratedRightShare.map { min(0.02, $0 / 4) } ?? .infinity)
    var averages: [Double] = []
    for attempt in 1...settings.maximumAttempts {
      let seed = SeedPath(configuration.baseSeed).appending("base policy").appending(
        task.identity
      )
      .appending(attempt)
      guard
        let policy = train(steps: settings.steps, seed: seed, attempt: attempt, observer: observer)
      else { return nil }
      let score = evaluator.evaluate(
        policy, sampler: sampler, seed: seed.appending("evaluation"))
      if score.average >= threshold {
        return BasePolicy(
          parameters: policy.parameters, average: score.average, pass: score.pass,
          attempt: attempt)
      }
      averages.append(score.average)
    }
    throw WarmStartError.stalled(averages: averages, threshold: threshold)
  }

  /// A digest of a few steps: it changes with the kernels, the initialization, the optimizer and
  /// the demonstrations, and so tells whether a stored base policy is what would be made here.
  func fingerprint() -> UInt64? {
    let seed = SeedPath(configuration.baseSeed).appending("fingerprint").appending(
      task.identity)
    return train(steps: 2, seed: seed, attempt: 1, observer: { _, _, _ in true })?.weightsDigest()
  }

  private func train(
    steps: Int, seed: SeedPath, attempt: Int, observer: Observer
  ) -> TransformerPolicy<Float>? {
    let policy = TransformerPolicy<Float>(
      configuration: configuration.model, seed: seed.appending("initialization"))
    let engine = ForwardBackward<Float>(
      configuration: configuration.model, threads: configuration.threads)
    let gradients = GradientSet<Float>(configuration: configuration.model)
    var adam = configuration.optimizer.adam
    adam.weightDecay = 0
    let optimizer = AdamW<Float>(configuration: configuration.model, settings: adam)
    for step in 0..<steps {
      let batch = demonstrations(step: step, seed: seed)
      engine.forward(policy, batch)
      let statistics = engine.tokenStatistics(temperature: 1)
      let count = Double(batch.responseTokenCount)
      let coefficients = [Double](repeating: -1 / count, count: batch.responseTokenCount)
      engine.backward(policy, coefficients: coefficients, temperature: 1, into: gradients)
      optimizer.step(
        policy, gradients, learningRate: learningRate(step: step, of: steps),
        gradientScale: gradients.clipFactor(limit: 1), threads: configuration.threads)
      let loss = -statistics.logProbabilities.reduce(0, +) / count
      if step % 10 == 9 || step == steps - 1 {
        guard observer(step + 1, loss, attempt) else { return nil }
      }
    }
    return policy
  }

  private func learningRate(step: Int, of steps: Int) -> Double {
    let settings = configuration.warmStart
    let ramp = min(1, Double(step + 1) / Double(settings.rampSteps))
    let fall = 1 - (1 - settings.finalLearningRateShare) * Double(step) / Double(steps)
    return settings.learningRate * ramp * fall
  }

  private func demonstrations(step: Int, seed: SeedPath) -> SequenceBatch {
    let size = configuration.warmStart.batchSize
    var batch = SequenceBatch()
    for row in 0..<size {
      let index = step * size + row
      let prompt = task.prompt(index, split: .training, seed: seed.appending("prompts"))
      var generator = seed.appending("demonstrations").appending(index).generator
      let answer = task.demonstration(for: prompt, using: &generator)
      batch.append(
        prompt: task.vocabulary.encode(prompt: prompt),
        response: task.vocabulary.encode(response: answer))
    }
    return batch
  }
}

/// Why there is no base policy.
public enum WarmStartError: Error, Hashable, CustomStringConvertible {
  /// Every allowed initialization ended below the threshold.
  case stalled(averages: [Double], threshold: Double)

  public var description: String {
    switch self {
    case .stalled(let averages, let threshold):
      "the warm start stalled \(averages.count) times (held-out averages \(averages), "
        + "\(threshold) needed); try another --base-seed, more --warm-steps or, for a task of "
        + "your own, shorter answers or demonstrations that are right more often"
    }
  }
}
