import PolicyObjectives
public import TrainingTelemetry

/// A step through the updates that were seen.
public enum ScrubStep: Sendable, Hashable {
  /// -1 the one before, +1 the one after.
  case moments(Int)
  /// To the last moment of the iteration before or after.
  case iterations(Int)
  /// To the knob move, switch of objective or warning before or after.
  case marks(Int)
  /// Back to the newest.
  case live
}

/// The past moment that is shown in place of the newest snapshot. It stays even when the history
/// has dropped it since.
public struct PastView: Sendable, Equatable {
  /// Of the moment, in `MomentHistory`.
  public var number: Int
  public var moment: Moment
  /// The curves up to the moment.
  var history: MetricHistory
  /// The run itself, while its past is shown.
  public internal(set) var live: RunStatus
}

extension DashboardState {
  /// The state to draw: this one, or the past one that the person looks at.
  var shown: DashboardState {
    guard var past else { return self }
    past.live = snapshot.status
    past.live.mode = mode
    var shown = self
    shown.past = past
    shown.snapshot = past.moment.snapshot
    shown.history = past.history
    shown.journal = Journal(entries: past.moment.journal)
    shown.verdict = past.moment.verdict
    shown.objectiveMemory = past.moment.objectiveMemory
    shown.requests = OutstandingRequests()
    shown.preview = nil
    return shown
  }

  /// Keeps what is shown now for later; `verdict` is that of the newest snapshot.
  mutating func keepMoment(_ verdict: Verdict) {
    moments.keep(
      Moment(
        snapshot: snapshot, curves: history.extent, journal: journal.entries, verdict: verdict,
        objectiveMemory: objectiveMemory))
  }

  /// Another run begins: what was seen of the one before is no past of it.
  mutating func forgetThePast(at time: Double) {
    moments = MomentHistory()
    objectiveMemory = [:]
    prediction = nil
    draft = nil
    guard past != nil else { return }
    past = nil
    say("the run started over; this is the new one", at: time)
  }

  /// Why an action waits for the person to be back; `nil` where it works in the past as well.
  func pastRefusal(of action: DashboardAction) -> String? {
    guard let past, recording == nil else { return nil }
    switch action {
    case .nudge, .nudgeSelectedKnob, .typeKnobValue, .undoKnobMove, .resetSelectedKnob,
      .resetAllKnobs, .openObjectiveMenu, .changeGroup, .findGroup, .openDraft, .nudgeDraft,
      .applyDraft, .choose(.objective), .choose(.knobValue):
      let place = "update \(past.moment.position.total) is past and cannot be changed"
      return "\(place); \(keys.shown("live")) goes back to the run"
    default: return nil
    }
  }

  mutating func scrub(_ step: ScrubStep, at time: Double) {
    defer { clampSelection() }
    switch step {
    case .live:
      past = nil
      message = nil
    case .moments(let offset): show(neighbor(by: offset), by: offset, of: "update", at: time)
    case .iterations(let offset):
      show(iterationEnd(by: offset), by: offset, of: "iteration", at: time)
    case .marks(let offset): jump(by: offset, at: time)
    }
  }

  /// Moments that differ from what the run itself shows.
  private var pastNumbers: Range<Int> {
    let numbers = moments.numbers
    guard let newest = moments.newest, newest.position == snapshot.status.position else {
      return numbers
    }
    return numbers.lowerBound..<numbers.upperBound - 1
  }

  /// The number shown; while live, the one after the last.
  private var cursor: Int { past?.number ?? pastNumbers.upperBound }

  private func neighbor(by offset: Int) -> Int? {
    let numbers = pastNumbers
    let target = cursor + offset
    // A moment that was dropped meanwhile stands before the oldest.
    if offset > 0 { return max(target, numbers.lowerBound) }
    return numbers.contains(target) ? target : nil
  }

  private func iterationEnd(by offset: Int) -> Int? {
    let now = (past?.moment.position ?? snapshot.status.position).iteration
    let numbers = pastNumbers
    if offset < 0 { return numbers.last { moments[$0].position.iteration < now } }
    guard let next = numbers.first(where: { moments[$0].position.iteration > now }) else {
      return numbers.upperBound
    }
    let iteration = moments[next].position.iteration
    // The end of the run's own iteration is where the run is.
    guard iteration < snapshot.status.position.iteration else { return numbers.upperBound }
    return numbers.last { moments[$0].position.iteration == iteration }
  }

  /// Shows a moment; one beyond the last is the run itself.
  private mutating func show(
    _ number: Int?, by offset: Int, of what: String, at time: Double
  ) {
    guard let number else {
      say("no earlier \(what): \(extentOfThePast)", at: time)
      return
    }
    if number >= pastNumbers.upperBound {
      if past == nil { say("this is the newest \(what)", at: time) }
      past = nil
      return
    }
    let moment = moments[number]
    past = PastView(
      number: number, moment: moment, history: history.cut(to: moment.curves),
      live: snapshot.status)
  }

  /// `the last 37 updates seen are kept, 1 to 41`.
  private var extentOfThePast: String {
    let numbers = pastNumbers
    guard !numbers.isEmpty else { return "nothing else was seen yet" }
    let first = moments[numbers.lowerBound].position.total
    let last = moments[numbers.upperBound - 1].position.total
    return "\(numbers.count) moments are kept, from update \(first) to \(last)"
  }

  // MARK: Marks

  /// Where the moments are that a mark concerns: for a change the first update it acted on.
  private var marks: [(number: Int, entry: Journal.Entry)] {
    let numbers = pastNumbers
    guard !numbers.isEmpty else { return [] }
    let oldest = moments[numbers.lowerBound].position.total
    return journal.entriesOfThisRun.compactMap { entry in
      let first: Int
      switch entry.kind {
      case .knob, .objective: first = entry.updatesBefore + 1
      case .warning, .error: first = entry.updatesBefore
      case .evaluation, .restart, .information: return nil
      }
      guard first >= oldest,
        let number = moments.firstNumber(atOrAfter: first), numbers.contains(number)
      else { return nil }
      return (number, entry)
    }
  }

  private mutating func jump(by offset: Int, at time: Double) {
    let marks = self.marks
    let cursor = self.cursor
    let target =
      offset < 0
      ? marks.last { $0.number < cursor } : marks.first { $0.number > cursor }
    guard let target else {
      say(
        offset < 0
          ? "no earlier knob move or warning: \(extentOfThePast)"
          : "no later knob move or warning; \(keys.shown("live")) goes back to the run", at: time)
      return
    }
    show(target.number, by: offset, of: "mark", at: time)
    let isWarning = target.entry.kind == .warning || target.entry.kind == .error
    let update = target.entry.updatesBefore + (isWarning ? 0 : 1)
    say("\(isWarning ? "!" : "◆") update \(update): \(target.entry.text)", at: time)
  }
}

extension TrainingEvent {
  /// Whether another run begins with it.
  var isRestart: Bool {
    if case .restarted = self { return true }
    return false
  }
}
