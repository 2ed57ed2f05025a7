internal import PolicyTraining
internal import RunKnowledge
public import TrainingTelemetry

/// What is kept of a finished run.
public struct RunResult: Sendable, Hashable, Codable {
  public var arm: ComparisonArm
  public var task: String
  public var preset: String
  public var seed: UInt64
  public var baseSeed: UInt64
  /// k of Avg@k and Pass@k.
  public var samplesPerPrompt: Int
  /// The base policy first (iteration 0), then every evaluation in order.
  public var evaluations: [Evaluation]
  /// Entropy of the sampling distribution, nats per token, in the first and the last rollout.
  public var firstEntropy: Double
  public var lastEntropy: Double
  /// KL(π_old‖π), nats per token, before each update: mean over all updates, and the largest of
  /// any token.
  public var klMean: Double
  public var klMaximum: Double
  /// Mean over the updates of the share of active tokens with F < 0.99; `nil` without a gate per
  /// token.
  public var attenuatedShare: Double?
  /// Largest importance ratio of any token with A ≠ 0.
  public var ratioMaximum: Double?
  /// Mean over the updates of the share of the weighted push that the gate removed, for both signs
  /// and for each; `nil` without a gate per token.
  public var removedShare: Double?
  public var removedSharePositive: Double?
  public var removedShareNegative: Double?
  public var updates: Int
  /// Why the run stopped before its last iteration: a number that was not finite.
  public var failure: String?
  /// FNV-1a of the parameters at the start and at the end, 16 hex digits.
  public var startDigest: String
  public var weightsDigest: String
  /// Wall seconds; the only field that differs between identical runs.
  public var seconds: Double
  /// The rollouts in order, with the updates made from each; absent in results of older programs.
  public var course: [Iteration]?

  /// One rollout, and the updates made from it.
  public struct Iteration: Sendable, Hashable, Codable {
    public var iteration: Int
    /// Mean over the answers.
    public var reward: Double
    /// Of the sampling distribution, nats per token.
    public var entropy: Double
    /// KL(π_old‖π), nats per token, mean over the updates; `nil` without one.
    public var kl: Double?
  }

  /// Held-out evaluation after `iteration` iterations.
  public struct Evaluation: Sendable, Hashable, Codable {
    public var iteration: Int
    /// Updates made before it, since the run's very beginning; absent in results of older programs.
    public var updates: Int?
    /// Avg@k and Pass@k.
    public var average: Double
    public var pass: Double

    public init(iteration: Int, updates: Int? = nil, average: Double, pass: Double) {
      self.iteration = iteration
      self.updates = updates
      self.average = average
      self.pass = pass
    }
  }
}

extension RunResult: PlausibleCounts {
  public var isPlausible: Bool {
    let iterations = evaluations.map(\.iteration) + (course ?? []).map(\.iteration)
    return iterations.allSatisfy(CountBounds.inIteration.contains)
      && CountBounds.inIteration.contains(samplesPerPrompt)
      && ([updates] + evaluations.compactMap(\.updates)).allSatisfy(CountBounds.inRun.contains)
  }
}

extension RunResult {
  public var finalAverage: Double { evaluations.last?.average ?? 0 }
  public var finalPass: Double { evaluations.last?.pass ?? 0 }

  /// Area under the learning curve: mean Avg@k over the run. Each evaluation stands for the
  /// iterations since the one before it; the base policy's own, equal for all arms, is left out.
  public var meanAverage: Double {
    guard let first = evaluations.first, let last = evaluations.last,
      last.iteration > first.iteration
    else { return finalAverage }
    let sum = zip(evaluations, evaluations.dropFirst()).reduce(0.0) { sum, pair in
      sum + pair.1.average * Double(pair.1.iteration - pair.0.iteration)
    }
    return sum / Double(last.iteration - first.iteration)
  }

  /// Mean reward of the rollouts; `nil` where none was made or the result does not tell.
  public var meanReward: Double? { MeanEstimate((course ?? []).map(\.reward))?.mean }

  /// Mean entropy of the rollouts.
  public var meanEntropy: Double? { MeanEstimate((course ?? []).map(\.entropy))?.mean }

  /// Whether learning was lost: the final Avg@k is below half of the best, or below the base
  /// policy's by more than sampling noise, or a number stopped being finite.
  ///
  /// The noise is two standard errors of the difference of two evaluations on the same prompts:
  /// √(2p(1 − p)/n) at most, where p is the base policy's Avg@k.
  ///
  /// - Parameter answers: n, those of one evaluation: k for each held-out prompt.
  public func isCollapsed(answers: Int) -> Bool {
    guard failure == nil else { return true }
    let best = evaluations.map(\.average).max() ?? 0
    let base = evaluations.first?.average ?? 0
    let noise = 2 * (2 * base * (1 - base) / Double(answers)).squareRoot()
    return finalAverage < best / 2 || finalAverage < base - noise
  }
}
