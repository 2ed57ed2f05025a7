import RunKnowledge
import RunViews
import TrainingTelemetry

extension DashboardState {
  /// Takes a snapshot of the run that is shown, or of another one of its race.
  mutating func take(_ newest: TrainingSnapshot, lane: Int, at time: Double) {
    if let shown = race?.shown, shown != lane {
      race?.take(newest, lane: lane)
    } else {
      take(newest, at: time)
    }
  }

  /// Takes over a newer snapshot; what the person looks at stays where it was as far as it can.
  mutating func take(_ newest: TrainingSnapshot, at time: Double) {
    let entries = run.present.journal.entries.count
    let arrival = run.take(newest)
    if arrival.isRestart { forgetThePast(at: time) }
    let present = run.present
    if !requests.isEmpty { requests.settle(with: present.snapshot, at: time) }
    // Right after a rollout no gate takes anything; the first update in which one does is worth a
    // look.
    if arrival.isNewGroup || !cursor.pointsAtRemoval { pointAtStrongestToken() }
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
  }

  /// Most tokens are sure of themselves and hardly move: unless the person moved the cursor, it
  /// points at the one of a new group from which the gate takes most, or which is pushed most where
  /// it takes nothing, and stays there while updates pass.
  mutating func pointAtStrongestToken() {
    guard !cursor.hasMoved, let group = run.present.snapshot.rollout?.group else { return }
    var strongest = (removed: 0.0, offered: 0.0)
    cursor.pointsAtRemoval = false
    for (answer, record) in group.answers.enumerated() {
      for (index, token) in record.tokens.enumerated() {
        let removed = token.weightedRemoved ?? 0
        let force = (removed: removed, offered: token.weightedPush + removed)
        guard force > strongest else { continue }
        strongest = force
        cursor.pointsAtRemoval = removed > 0
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
