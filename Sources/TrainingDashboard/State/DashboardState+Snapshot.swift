import RunKnowledge
import RunViews
import TrainingTelemetry

extension DashboardState {
  /// Takes over a newer snapshot; what the person looks at stays where it was as far as it can.
  mutating func take(_ newest: TrainingSnapshot, at time: Double) -> [DashboardEffect] {
    let entries = run.present.journal.entries.count
    let arrival = run.take(newest)
    if arrival.isRestart { forgetThePast(at: time) }
    let present = run.present
    if !requests.isEmpty { requests.settle(with: present.snapshot, at: time) }
    if arrival.isNewGroup { pointAtStrongestToken() }
    clampSelection()
    // Who has watched a whole iteration is served better by the keys.
    if run.source.isUnderWay, present.position.iteration > 1 { showsFirstHint = false }
    keepKnobSelected()
    if let realised = arrival.realised { say(realised, at: time) }
    settleTrial()
    verdictHold.take(present.verdict, in: present.status, at: time)
    // Who reads older entries keeps them where they are.
    if views.journalScroll > 0 {
      views.journalScroll += present.journal.entries.count - entries
    }
    return arrival.isNewRollout ? lookForTeachingGroup(at: time) : []
  }

  /// A group whose answers are all right or all wrong teaches nothing and shows nothing: unless
  /// the person chose one, asks for the group nearest to half and half.
  private mutating func lookForTeachingGroup(at time: Double) -> [DashboardEffect] {
    guard !cursor.hasChosenGroup, let rollout = run.present.snapshot.rollout else { return [] }
    func imbalance(_ group: GroupSummary) -> Int {
      abs(2 * group.rightCount - group.answerCount)
    }
    let teaching = rollout.groups.indices.filter {
      imbalance(rollout.groups[$0]) < rollout.groups[$0].answerCount
    }
    guard !teaching.contains(rollout.group.index),
      let best = teaching.min(by: {
        imbalance(rollout.groups[$0]) < imbalance(rollout.groups[$1])
      })
    else { return [] }
    requests.group = .init(best, at: time)
    return [.send(.showGroup(best))]
  }

  /// Most tokens are sure of themselves and hardly move: unless the person moved the cursor, it
  /// points at the one that a new group pushes most, and stays there while its updates pass.
  mutating func pointAtStrongestToken() {
    guard !cursor.hasMoved, let group = run.present.snapshot.rollout?.group else { return }
    var strongest = 0.0
    for (answer, record) in group.answers.enumerated() {
      for (index, token) in record.tokens.enumerated() {
        let offered = token.weightedPush + (token.weightedRemoved ?? 0)
        guard offered > strongest else { continue }
        strongest = offered
        selection.answer = answer
        selection.token = index
      }
    }
  }

  /// Keeps the cursor on a token that exists, of an answer that is listed if any is.
  mutating func clampSelection() {
    let answers = shown.snapshot.rollout?.group.answers ?? []
    selection.answer = min(max(0, selection.answer), max(0, answers.count - 1))
    let listed = listedAnswers
    if let first = listed.first, !listed.contains(selection.answer) { selection.answer = first }
    let tokens = answers.indices.contains(selection.answer) ? answers[selection.answer].tokens : []
    selection.token = min(max(0, selection.token), max(0, tokens.count - 1))
  }
}
