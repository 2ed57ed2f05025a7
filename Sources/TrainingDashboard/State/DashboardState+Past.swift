public import RunKnowledge
import TrainingTelemetry

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

/// The past moment that is looked at. It stays even when the history has dropped it since.
public struct PastView: Sendable, Equatable {
  /// Of the moment, in `MomentHistory`.
  public var number: Int
  public var run: KnownRun
}

extension DashboardState {
  /// What the screen says of the run at the moment shown.
  public var verdict: Verdict { past?.run.verdict ?? verdictHold.verdict }

  /// What the draft would do; nothing on a past moment, which cannot be changed.
  var shownPreview: KnobPreview? { past == nil ? preview : nil }

  /// Another run begins: nothing of the one before is asked of it.
  mutating func forgetThePast(at time: Double) {
    draft = nil
    if overlay == .fork { overlay = nil }
    race?.lookedAt = nil
    guard past != nil else { return }
    past = nil
    say("the run started over; this is the new one", at: time)
  }

  mutating func scrub(_ step: ScrubStep, at time: Double) {
    defer {
      clampSelection()
      race?.lookedAt = past?.run.position.total
    }
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

  /// The number shown; while live, the one after the last.
  private var place: Int { past?.number ?? run.pastNumbers.upperBound }

  private func neighbor(by offset: Int) -> Int? {
    let numbers = run.pastNumbers
    let target = place + offset
    // A moment that was dropped meanwhile stands before the oldest.
    if offset > 0 { return max(target, numbers.lowerBound) }
    return numbers.contains(target) ? target : nil
  }

  private func iterationEnd(by offset: Int) -> Int? {
    let now = shown.position.iteration
    let numbers = run.pastNumbers
    if offset < 0 { return numbers.last { run.moments[$0].position.iteration < now } }
    guard let next = numbers.first(where: { run.moments[$0].position.iteration > now }) else {
      return numbers.upperBound
    }
    let iteration = run.moments[next].position.iteration
    // The end of the run's own iteration is where the run is.
    guard iteration < run.present.position.iteration else { return numbers.upperBound }
    return numbers.last { run.moments[$0].position.iteration == iteration }
  }

  /// Shows a moment; one beyond the last is the run itself.
  private mutating func show(
    _ number: Int?, by offset: Int, of what: String, at time: Double
  ) {
    guard let number else {
      say("no earlier \(what): \(extentOfThePast)", at: time)
      return
    }
    if number >= run.pastNumbers.upperBound {
      if past == nil { say("this is the newest \(what)", at: time) }
      past = nil
      return
    }
    past = PastView(number: number, run: run.past(number))
  }

  /// `the last 37 updates seen are kept, 1 to 41`.
  private var extentOfThePast: String {
    let numbers = run.pastNumbers
    guard !numbers.isEmpty else { return "nothing else was seen yet" }
    let first = run.moments[numbers.lowerBound].position.total
    let last = run.moments[numbers.upperBound - 1].position.total
    return "\(numbers.count) moments are kept, from update \(first) to \(last)"
  }

  // MARK: Marks

  private mutating func jump(by offset: Int, at time: Double) {
    let marks = run.marks
    let place = self.place
    let target =
      offset < 0
      ? marks.last { $0.number < place } : marks.first { $0.number > place }
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
