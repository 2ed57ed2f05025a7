import RunKnowledge
import RunViews
import TerminalCanvas
import TrainingTelemetry

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
    shown.snapshot.rollout.map { answerView.answers(of: $0.group) } ?? []
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
    guard let groups = run.present.snapshot.rollout?.groups, !groups.isEmpty else { return [] }
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
    requests.group = .init(next, at: time)
    return [.send(.followGroups(from: next))]
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
    requests.group = .init(index, at: time)
    return [.send(.showGroup(index))]
  }
}
