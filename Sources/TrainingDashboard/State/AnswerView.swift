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

  var words: String {
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

  var words: String {
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
  func caption(of group: GroupRecord) -> String? {
    guard self != AnswerView() else { return nil }
    let count = filter.words(for: answers(of: group).count)
    return order == .sampled ? count : "\(count), \(order.words)"
  }
}

/// Which group of the rollout a key looks for.
public enum GroupSearch: Sendable, Hashable {
  /// The next one with both right and wrong answers: the others teach nothing.
  case mixed
  /// The one from which the gate took most in the minibatch of the update shown, then the second …
  case removed
}

extension DashboardState {
  /// The answers that the tokens panel lists, in its order.
  var listedAnswers: [Int] {
    shownSnapshot.rollout.map { answerView.answers(of: $0.group) } ?? []
  }

  mutating func moveAnswer(by offset: Int) {
    let listed = listedAnswers
    if let place = listed.firstIndex(of: selection.answer) {
      selection.answer = listed[min(max(0, place + offset), listed.count - 1)]
    }
    clampSelection()
  }

  mutating func changeAnswers(_ change: (inout AnswerView) -> Void, at time: Double) {
    change(&answerView)
    clampSelection()
    let words = "\(answerView.filter.words), \(answerView.order.words)"
    say(listedAnswers.isEmpty ? "\(words): there are none" : words, at: time)
  }

  mutating func findGroup(_ search: GroupSearch, at time: Double) -> [DashboardEffect] {
    guard let groups = snapshot.rollout?.groups, !groups.isEmpty else { return [] }
    switch search {
    case .mixed: return findMixedGroup(groups, at: time)
    case .removed: return findRemovedGroup(groups, at: time)
    }
  }

  private mutating func findMixedGroup(
    _ groups: [GroupSummary], at time: Double
  ) -> [DashboardEffect] {
    let others = (1..<groups.count).map { (groupIndex + $0) % groups.count }
    guard let next = others.first(where: { groups[$0].isMixed }) else {
      say("no other group has both right and wrong answers", at: time)
      return []
    }
    return show(group: next, at: time)
  }

  private mutating func findRemovedGroup(
    _ groups: [GroupSummary], at time: Double
  ) -> [DashboardEffect] {
    func removed(_ group: Int) -> Double { groups[group].weightedRemoved ?? 0 }
    let ranked = groups.indices.filter { removed($0) > 0 }
      .sorted { (-removed($0), $0) < (-removed($1), $1) }
    guard !ranked.isEmpty else {
      let isKnown = groups.contains { $0.weightedRemoved != nil }
      say(
        isKnown
          ? "the gate took nothing from any group of this minibatch"
          : "what the gate takes from each group is known after an update of a gated objective",
        at: time)
      return []
    }
    let rank = ranked.firstIndex(of: groupIndex).map { ($0 + 1) % ranked.count } ?? 0
    let group = ranked[rank]
    let place = rank == 0 ? "most" : "number \(rank + 1) of \(ranked.count)"
    say(
      "group \(group + 1): the gate took \(NumberFormat.significant(removed(group))) of its push "
        + "in the minibatch, \(place)", at: time)
    return show(group: group, at: time)
  }

  /// Asks for a group of the rollout in force.
  mutating func show(group index: Int, at time: Double) -> [DashboardEffect] {
    hasChosenGroup = true
    requests.group = .init(index, at: time)
    return [.send(.showGroup(index))]
  }
}

extension GroupSummary {
  /// Both right and wrong answers: only then there are advantages.
  var isMixed: Bool { rightCount > 0 && rightCount < answerCount }
}
