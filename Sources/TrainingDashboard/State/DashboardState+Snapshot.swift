import TrainingTelemetry

extension DashboardState {
  /// Takes over a newer snapshot; what the person looks at stays where it was as far as it can.
  mutating func take(_ newest: TrainingSnapshot, at time: Double) {
    record(newest.events)
    snapshot = newest
    snapshot.events = []
    if !requests.isEmpty { requests.settle(with: snapshot, at: time) }
    clampSelection()
    if knobRow(selectedKnob) == nil, let first = knobRows.first { selectedKnob = first.target }
    journal.note(Verdict(of: self), updatesBefore: snapshot.status.position.total)
  }

  /// Keeps the cursor on a token that exists.
  mutating func clampSelection() {
    let answers = snapshot.rollout?.group.answers ?? []
    selection.answer = min(max(0, selection.answer), max(0, answers.count - 1))
    let tokens = answers.indices.contains(selection.answer) ? answers[selection.answer].tokens : []
    selection.token = min(max(0, selection.token), max(0, tokens.count - 1))
  }
}
