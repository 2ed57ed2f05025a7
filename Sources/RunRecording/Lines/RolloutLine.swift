public import TrainingTelemetry

/// One line of `rollouts.jsonl`: the answers to one prompt, token by token, as of one update.
///
/// The tokens' numbers stand in columns, one element per token of the answer.
public struct RolloutLine: Sendable, Hashable, Codable {
  /// The weights that the columns belong to: those before this update of the run.
  public var iteration: Int
  public var update: Int
  public var total: Int
  /// 0-based index of the group within the rollout.
  public var group: Int
  public var groupCount: Int
  public var prompt: String
  public var answers: [Answer]

  public struct Answer: Sendable, Hashable, Codable {
    public var reward: Double
    public var advantage: Double
    public var isTruncated: Bool
    public var isInMinibatch: Bool
    /// What the tokens print, one entry each.
    public var symbols: [String]
    /// log π_old and log π, natural.
    public var behaviorLogProbability: [Double]
    public var logProbability: [Double]
    /// ρ as the objective clamps it.
    public var ratio: [Double]
    /// F; absent without a gate per token.
    public var gate: [Double]?
    /// w·|A|·F·ρ·s, and what the gate took of it; the latter is absent without a gate.
    public var weightedPush: [Double]
    public var weightedRemoved: [Double]?
    /// s = ‖onehot(a) − π‖.
    public var sensitivity: [Double]
    /// Entropy of π, nats.
    public var entropy: [Double]
  }

  public init(_ record: GroupRecord) {
    iteration = record.position.iteration
    update = record.position.update
    total = record.position.total
    group = record.index
    groupCount = record.groupCount
    prompt = record.prompt
    answers = record.answers.map(Answer.init)
  }
}

extension RolloutLine: PlausibleCounts {
  public var isPlausible: Bool {
    CountBounds.inIteration.contains(iteration) && CountBounds.inIteration.contains(update)
      && CountBounds.inRun.contains(total) && CountBounds.inIteration.contains(groupCount)
      && (0...groupCount).contains(group)
  }
}

extension RolloutLine.Answer {
  init(_ record: AnswerRecord) {
    let tokens = record.tokens
    /// All values of an optional column, or none.
    func column(_ value: (TokenRecord) -> Double?) -> [Double]? {
      let values = tokens.compactMap(value)
      return values.count == tokens.count ? values : nil
    }
    reward = record.reward
    advantage = record.advantage
    isTruncated = record.isTruncated
    isInMinibatch = record.isInMinibatch
    symbols = tokens.map(\.symbol)
    behaviorLogProbability = tokens.map(\.behaviorLogProbability)
    logProbability = tokens.map(\.logProbability)
    ratio = tokens.map(\.ratio)
    gate = column(\.gate)
    weightedPush = tokens.map(\.weightedPush)
    weightedRemoved = column(\.weightedRemoved)
    sensitivity = tokens.map(\.sensitivity)
    entropy = tokens.compactMap(\.entropy)
  }
}
