public import PolicyObjectives

/// One group of the rollout in force: a prompt and its G answers, token by token.
public struct GroupRecord: Sendable, Hashable, Codable {
  /// 0-based index within the rollout.
  public var index: Int
  public var groupCount: Int
  public var prompt: String
  public var answers: [AnswerRecord]
  /// The weights that π, ρ and F belong to: those before the update at this position (update 0:
  /// the ones that sampled, so every ratio is 1).
  public var position: UpdatePosition
  /// Whether they are those after that update instead: a group that was asked for between two
  /// updates.
  public var isAfterUpdate: Bool

  public init(
    index: Int, groupCount: Int, prompt: String, answers: [AnswerRecord],
    position: UpdatePosition, isAfterUpdate: Bool = false
  ) {
    self.index = index
    self.groupCount = groupCount
    self.prompt = prompt
    self.answers = answers
    self.position = position
    self.isAfterUpdate = isAfterUpdate
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    index = try container.decode(Int.self, forKey: .index)
    groupCount = try container.decode(Int.self, forKey: .groupCount)
    prompt = try container.decode(String.self, forKey: .prompt)
    answers = try container.decode([AnswerRecord].self, forKey: .answers)
    position = try container.decode(UpdatePosition.self, forKey: .position)
    // Earlier versions wrote it only where it is true.
    isAfterUpdate = try container.decodeIfPresent(Bool.self, forKey: .isAfterUpdate) ?? false
  }

  public var rightCount: Int { answers.count { $0.reward > 0 } }
}

/// One answer of a group.
public struct AnswerRecord: Sendable, Hashable, Codable {
  public var reward: Double
  public var advantage: Double
  /// Cut off at the maximum length.
  public var isTruncated: Bool
  /// Whether the answer was part of the minibatch of the update shown.
  public var isInMinibatch: Bool
  public var tokens: [TokenRecord]
  /// What each reward function gave, where the trainer has several.
  public var rewardParts: [RewardPart]?

  public struct RewardPart: Sendable, Hashable, Codable {
    public var name: String
    public var value: Double

    public init(name: String, value: Double) {
      self.name = name
      self.value = value
    }
  }

  public init(
    reward: Double, advantage: Double, isTruncated: Bool, isInMinibatch: Bool,
    tokens: [TokenRecord]
  ) {
    self.reward = reward
    self.advantage = advantage
    self.isTruncated = isTruncated
    self.isInMinibatch = isInMinibatch
    self.tokens = tokens
  }
}

/// Everything known of one response token.
public struct TokenRecord: Sendable, Hashable, Codable {
  /// What is printed: one character; `⏎` for the end token.
  public var symbol: String
  /// log π_old, the policy that the ratios refer to, as the sampler computed it.
  public var behaviorLogProbability: Double
  public var logProbability: Double
  /// A, as the objective uses it.
  public var advantage: Double
  /// ρ, clamped as the objective does.
  public var ratio: Double
  /// Mass and risk term of σ; `nil` for objectives without a soft gate of this kind.
  public var width: GateWidth?
  /// F; `nil` without a gate per token.
  public var gate: Double?
  /// w·|A|·F·ρ and the same times s. The weight is the one that the token has, or would have, in
  /// a minibatch of the update shown.
  public var push: Double
  public var weightedPush: Double
  /// w·|A|·ρ(1 − F)·s; `nil` without a gate.
  public var weightedRemoved: Double?
  /// s = ‖onehot(a) − π‖.
  public var sensitivity: Double
  /// Entropy of π, nats.
  public var entropy: Double?
  /// sign(A)·Δ log π over the update shown; `nil` when the update is not finished or A = 0.
  public var realisedMove: Double?
  /// Whether GRPO at its defaults would have discarded the token's gradient.
  public var isClippedByGRPO: Bool
  /// log π of the sampler − log π_old, nats; `nil` where the sampler's own is not known.
  public var samplerGap: Double?
  /// Why the token does not enter the loss; `nil` where it does.
  public var exclusion: Exclusion?

  public enum Exclusion: String, Sendable, Hashable, Codable {
    /// The trainer's mask.
    case masked
    /// A number of it is not finite.
    case nonFinite
  }

  public init(
    symbol: String, behaviorLogProbability: Double,
    logProbability: Double, advantage: Double, ratio: Double, width: GateWidth?, gate: Double?,
    push: Double, weightedPush: Double, weightedRemoved: Double?, sensitivity: Double,
    entropy: Double?, realisedMove: Double?, isClippedByGRPO: Bool
  ) {
    self.symbol = symbol
    self.behaviorLogProbability = behaviorLogProbability
    self.logProbability = logProbability
    self.advantage = advantage
    self.ratio = ratio
    self.width = width
    self.gate = gate
    self.push = push
    self.weightedPush = weightedPush
    self.weightedRemoved = weightedRemoved
    self.sensitivity = sensitivity
    self.entropy = entropy
    self.realisedMove = realisedMove
    self.isClippedByGRPO = isClippedByGRPO
  }
}

/// A group in the overview of a rollout.
public struct GroupSummary: Sendable, Hashable, Codable {
  public var prompt: String
  public var rightCount: Int
  public var answerCount: Int
  /// Σ w|A|ρ(1 − F)s over its tokens in the minibatch of the last update made in detail; `nil` before
  /// the first of the rollout, and for objectives without a gate per token.
  public var weightedRemoved: Double?
  /// Whether the rewards differ; `nil` where an answer is right or wrong and nothing between.
  public var rewardsDiffer: Bool?

  public init(prompt: String, rightCount: Int, answerCount: Int, rewardsDiffer: Bool? = nil) {
    self.prompt = prompt
    self.rightCount = rightCount
    self.answerCount = answerCount
    self.rewardsDiffer = rewardsDiffer
  }

  /// Both right and wrong answers: only then there are advantages.
  public var isMixed: Bool { rewardsDiffer ?? (rightCount > 0 && rightCount < answerCount) }
}

extension [GroupSummary] {
  /// Index of the group nearest to half of its answers right; 0 where none teaches anything.
  public var mostBalanced: Int {
    func imbalance(_ group: Int) -> Int {
      abs(2 * self[group].rightCount - self[group].answerCount)
    }
    return indices.filter { self[$0].isMixed }.min { imbalance($0) < imbalance($1) } ?? 0
  }
}
