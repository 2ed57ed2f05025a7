import RunKnowledge
import TerminalCanvas
public import TrainingTelemetry

/// Which answers of the shown group the tokens panel lists.
public enum AnswerFilter: String, Sendable, Hashable, CaseIterable {
  case all
  case right
  case wrong
  /// Those that were part of the minibatch of the update shown.
  case minibatch

  func holds(for answer: AnswerRecord) -> Bool {
    switch self {
    case .all: true
    case .right: answer.reward > 0
    case .wrong: answer.reward <= 0
    case .minibatch: answer.isInMinibatch
    }
  }

  /// So many answers of this kind: `7 wrong`.
  func words(for count: Int) -> String {
    switch self {
    case .all: counted(count, "answer")
    case .right: "\(count) right"
    case .wrong: "\(count) wrong"
    case .minibatch: "\(count) in minibatch"
    }
  }

  public var words: String {
    switch self {
    case .all: "all answers"
    case .right: "right answers only"
    case .wrong: "wrong answers only"
    case .minibatch: "answers in the minibatch only"
    }
  }
}

/// In which order the tokens panel lists them.
public enum AnswerOrder: String, Sendable, Hashable, CaseIterable {
  case sampled
  /// Σ w|A|Fρs, the largest first.
  case largestUpdate
  /// Σ w|A|ρ(1 − F)s, the largest first.
  case attenuation

  /// What is compared; the larger comes first.
  func key(of answer: AnswerRecord) -> Double {
    switch self {
    case .sampled: 0
    case .largestUpdate: answer.tokens.reduce(0) { $0 + $1.weightedPush }
    case .attenuation: answer.tokens.reduce(0) { $0 + ($1.weightedRemoved ?? 0) }
    }
  }

  public var words: String {
    switch self {
    case .sampled: "as sampled"
    case .largestUpdate: "by update"
    case .attenuation: "by removed"
    }
  }
}

/// What the person lets through of a group, and how it is sorted.
public struct AnswerView: Sendable, Hashable {
  public var filter = AnswerFilter.all
  public var order = AnswerOrder.sampled

  public init() {}

  /// The answers that are listed, by their numbers in the group, in the order of the list. Of equal
  /// ones the first sampled comes first.
  public func answers(of group: GroupRecord) -> [Int] {
    let listed = group.answers.indices.filter { filter.holds(for: group.answers[$0]) }
    guard order != .sampled else { return listed }
    let keys = group.answers.map(order.key)
    return listed.sorted { (-keys[$0], $0) < (-keys[$1], $1) }
  }

  /// What the caption says; `nil` where everything is shown as it was sampled.
  public func caption(of group: GroupRecord) -> String? {
    guard self != AnswerView() else { return nil }
    let count = filter.words(for: answers(of: group).count)
    return order == .sampled ? count : "\(count), \(order.words)"
  }
}
