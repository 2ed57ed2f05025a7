import TrainingTelemetry

extension DashboardState {
  /// Seconds for which a verdict stays while updates pass faster than a person reads.
  static let verdictHold = 1.5
  /// Updates per second up to which every update gets its own verdict.
  static let readablePace = 2.5

  /// Takes over a newer snapshot; what the person looks at stays where it was as far as it can.
  mutating func take(_ newest: TrainingSnapshot, at time: Double) -> [DashboardEffect] {
    let isNewRollout = newest.rollout?.metrics.iteration != snapshot.rollout?.metrics.iteration
    let isNewGroup = isNewRollout || newest.rollout?.group.index != snapshot.rollout?.group.index
    if newest.events.contains(where: \.isRestart) { forgetThePast(at: time) }
    let entries = journal.entries.count
    record(newest.events)
    snapshot = newest
    snapshot.events = []
    rememberObjective()
    if !requests.isEmpty { requests.settle(with: snapshot, at: time) }
    if isNewGroup { pointAtStrongestToken() }
    clampSelection()
    // Who has watched a whole iteration is served better by the keys.
    if recording == nil, snapshot.status.position.iteration > 1 { showsFirstHint = false }
    if knobRow(selectedKnob) == nil, let first = knobRows.first { selectedKnob = first.target }
    settlePrediction(at: time)
    settleTrial()
    keepMoment(judge(at: time))
    // Who reads older entries keeps them where they are.
    if journalScroll > 0 { journalScroll += journal.entries.count - entries }
    return isNewRollout ? lookForTeachingGroup(at: time) : []
  }

  private mutating func judge(at time: Double) -> Verdict {
    let fresh = Verdict(of: self)
    journal.note(fresh, updatesBefore: snapshot.status.position.total)
    let status = snapshot.status
    let isReadable = status.mode != .running || status.measuredPace <= Self.readablePace
    guard
      isReadable || time - verdictTime >= Self.verdictHold
        || fresh.level.gravity > verdict.level.gravity
    else { return fresh }
    verdict = fresh
    verdictTime = time
    return fresh
  }

  /// A group whose answers are all right or all wrong teaches nothing and shows nothing: unless
  /// the person chose one, asks for the group nearest to half and half.
  private mutating func lookForTeachingGroup(at time: Double) -> [DashboardEffect] {
    guard !hasChosenGroup, let rollout = snapshot.rollout else { return [] }
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
    guard !hasMovedCursor, let group = snapshot.rollout?.group else { return }
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

  /// What panels show: the past moment's snapshot where one is shown, else the newest.
  var shownSnapshot: TrainingSnapshot { past?.moment.snapshot ?? snapshot }

  /// Keeps the cursor on a token that exists, of an answer that is listed if any is.
  mutating func clampSelection() {
    let answers = shownSnapshot.rollout?.group.answers ?? []
    selection.answer = min(max(0, selection.answer), max(0, answers.count - 1))
    let listed = listedAnswers
    if let first = listed.first, !listed.contains(selection.answer) { selection.answer = first }
    let tokens = answers.indices.contains(selection.answer) ? answers[selection.answer].tokens : []
    selection.token = min(max(0, selection.token), max(0, tokens.count - 1))
  }
}
