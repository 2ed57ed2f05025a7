/// Something that happened, once, in order. Events reach the other side without loss.
public enum TrainingEvent: Sendable, Hashable, Codable {
  case rollout(RolloutMetrics)
  case update(UpdateMetrics)
  case evaluation(EvaluationMetrics)
  case knobChange(KnobChange)
  case objectiveChange(ObjectiveChange)
  case notice(Notice)
  /// The run started over; curves begin anew.
  case restarted(seed: UInt64?)
}

/// One rollout: G answers to each of Q prompts.
public struct RolloutMetrics: Sendable, Hashable, Codable {
  public var iteration: Int
  /// Updates made before this rollout.
  public var updatesBefore: Int
  /// Mean reward over all answers, in [0, 1].
  public var reward: Double?
  public var groupCount: Int
  /// Groups whose rewards are all equal: they teach nothing.
  public var zeroVarianceGroups: Int
  public var allRightGroups: Int
  public var allWrongGroups: Int
  /// Answers cut off at the maximum length; their reward is 0.
  public var truncatedAnswers: Int
  public var answerCount: Int
  /// Response tokens, end tokens included.
  public var tokenCount: Int
  /// Entropy of the sampling distribution, nats per token, mean over response tokens.
  public var entropy: Double?
  /// Wall seconds of the rollout; the only field that differs between identical runs.
  public var seconds: Double

  public init(
    iteration: Int, updatesBefore: Int, reward: Double?, groupCount: Int, zeroVarianceGroups: Int,
    allRightGroups: Int, allWrongGroups: Int, truncatedAnswers: Int, answerCount: Int,
    tokenCount: Int, entropy: Double?, seconds: Double
  ) {
    self.iteration = iteration
    self.updatesBefore = updatesBefore
    self.reward = reward
    self.groupCount = groupCount
    self.zeroVarianceGroups = zeroVarianceGroups
    self.allRightGroups = allRightGroups
    self.allWrongGroups = allWrongGroups
    self.truncatedAnswers = truncatedAnswers
    self.answerCount = answerCount
    self.tokenCount = tokenCount
    self.entropy = entropy
    self.seconds = seconds
  }

  enum CodingKeys: String, CodingKey {
    case iteration, updatesBefore, reward, groupCount
    // The name in files and on the wire.
    case zeroVarianceGroups = "equalGroups"
    case allRightGroups, allWrongGroups, truncatedAnswers, answerCount, tokenCount, entropy, seconds
  }
}

/// Held-out evaluation.
public struct EvaluationMetrics: Sendable, Hashable, Codable {
  /// Iterations finished before it; 0 is the base policy.
  public var iteration: Int
  public var updatesBefore: Int
  public var promptCount: Int
  /// k, samples per prompt.
  public var samplesPerPrompt: Int
  /// Avg@k: share of right samples.
  public var average: Double
  /// Pass@k: share of prompts with at least one right sample.
  public var pass: Double
  public var seconds: Double

  public init(
    iteration: Int, updatesBefore: Int, promptCount: Int, samplesPerPrompt: Int,
    average: Double, pass: Double, seconds: Double
  ) {
    self.iteration = iteration
    self.updatesBefore = updatesBefore
    self.promptCount = promptCount
    self.samplesPerPrompt = samplesPerPrompt
    self.average = average
    self.pass = pass
    self.seconds = seconds
  }
}

/// A knob whose new value is now in force.
public struct KnobChange: Sendable, Hashable, Codable {
  public var name: String
  public var symbol: String
  public var oldValue: Double?
  public var newValue: Double?
  /// Updates made before the change: it acts from update `updatesBefore + 1` on.
  public var updatesBefore: Int
  public var iteration: Int

  public init(
    name: String, symbol: String, oldValue: Double?, newValue: Double?, updatesBefore: Int,
    iteration: Int
  ) {
    self.name = name
    self.symbol = symbol
    self.oldValue = oldValue
    self.newValue = newValue
    self.updatesBefore = updatesBefore
    self.iteration = iteration
  }
}

/// A switch to another objective, now in force.
public struct ObjectiveChange: Sendable, Hashable, Codable {
  public var oldObjective: String
  public var newObjective: String
  public var updatesBefore: Int
  public var iteration: Int

  public init(oldObjective: String, newObjective: String, updatesBefore: Int, iteration: Int) {
    self.oldObjective = oldObjective
    self.newObjective = newObjective
    self.updatesBefore = updatesBefore
    self.iteration = iteration
  }
}

/// A line for the journal that is neither a metric nor a knob move.
public struct Notice: Sendable, Hashable, Codable {
  public enum Level: String, Sendable, Hashable, Codable {
    case information
    case warning
    case error
  }

  public var level: Level
  public var text: String
  public var updatesBefore: Int

  public init(level: Level, text: String, updatesBefore: Int) {
    self.level = level
    self.text = text
    self.updatesBefore = updatesBefore
  }
}
