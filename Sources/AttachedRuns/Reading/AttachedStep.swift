internal import PolicyObjectives

/// One optimizer step of an attached run.
public struct AttachedStep: Sendable {
  public let figures: StepFigures
  let tokens: StepTokens
  let answers: RolloutSummary
  /// The objective in force; `nil` where the catalog has none of its name.
  let objective: (any PolicyObjective)?
  /// What it makes of the tokens. Large: whoever keeps a step drops it.
  var evaluated: EvaluatedTokens?
  /// What each rank said of the step.
  let words: [StepWords]
  /// What became the case with this step, in words that are harmless to a terminal.
  public internal(set) var findings: [AttachedFinding] = []
  /// What is the case with it, said before or not.
  var standing: [AttachedFinding] = []
}

/// The tokens of a step as an objective takes them, and what it makes of them.
struct EvaluatedTokens: Sendable {
  let batch: TokenBatch
  let evaluation: ObjectiveEvaluation

  /// `nil` where the objective needs what is not known of the tokens.
  init?(_ batch: TokenBatch, by objective: any PolicyObjective) {
    guard batch.suffices(for: objective) else { return nil }
    self.batch = batch
    evaluation = objective.evaluate(batch)
  }
}

/// The answers that a step's rollouts hold, over all ranks.
struct RolloutSummary: Sendable {
  let parts: [RolloutAnswers]
  let stepSequences: Set<UInt64>

  /// Rewards of the answers of each group.
  var rewardsByGroup: [Int: [Double]] {
    var groups: [Int: [Double]] = [:]
    for part in parts {
      guard let rewards = part.columns.rewards else { continue }
      for (group, reward) in zip(part.columns.groups, rewards) {
        groups[group, default: []].append(reward)
      }
    }
    return groups
  }
}

extension StepFigures {
  mutating func take(_ answers: RolloutSummary) {
    let rewards = answers.parts.flatMap { $0.columns.rewards ?? [] }.filter(\.isFinite)
    if !rewards.isEmpty { reward = rewards.reduce(0, +) / Double(rewards.count) }
    let groups = answers.rewardsByGroup
    if !groups.isEmpty {
      equalGroups = groups.values.count { rewards in rewards.allSatisfy { $0 == rewards[0] } }
    }
    if !answers.parts.isEmpty {
      truncated = answers.parts.reduce(0) { $0 + $1.columns.flags.count { $0 & 1 != 0 } }
    }
  }
}
