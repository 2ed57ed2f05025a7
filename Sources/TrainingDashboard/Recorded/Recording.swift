public import TrainingTelemetry

/// A recorded run that is looked back at: its moments stand still, and no trainer is there to go
/// on with it.
public struct Recording: Sendable, Equatable {
  /// As `maspo resume` takes it.
  public var name: String
  /// How it ended, such as `finished`, or that it is `under way`.
  public var ending: String
  /// Whether updates without recorded tokens are computed anew where the screen shows them.
  public internal(set) var recomputes = false
  /// The iteration that was asked for last, with the group.
  var requested: Request?
  /// The iteration that is being computed on the way to it.
  var reached: Int?

  struct Request: Sendable, Equatable {
    var iteration: Int
    var group: Int
  }

  public init(name: String, ending: String) {
    self.name = name
    self.ending = ending
  }

  var refusal: String {
    "this run is recorded and no trainer runs; maspo resume \(name) goes on with it"
  }
}

extension DashboardState {
  /// The moments of a recorded run that are kept at most; of a longer one the newest.
  static let recordedCapacity = 65_536
  /// Bytes of them at most.
  static let recordedByteCapacity = 512 << 20

  /// A state that looks back at a recorded run, from its last update.
  ///
  /// - Parameter snapshots: of its updates, oldest first, each with the events since the one
  ///   before.
  /// - Precondition: there is at least one.
  public init(recorded snapshots: [TrainingSnapshot], as recording: Recording) {
    precondition(!snapshots.isEmpty, "a recorded run has at least one snapshot")
    self.init(snapshot: snapshots[0])
    moments = MomentHistory(
      capacity: Self.recordedCapacity, byteCapacity: Self.recordedByteCapacity)
    // Nobody looks for a group: there is one or none.
    hasChosenGroup = true
    let unseen = max(1, snapshots.count - Self.recordedCapacity)
    if unseen == 1 { keepMoment(verdict) }
    for (index, snapshot) in snapshots.enumerated().dropFirst() {
      if index < unseen { record(snapshot.events) } else { _ = take(snapshot, at: 0) }
    }
    self.recording = recording
    showsFirstHint = true
  }

  /// Why a key waits for a trainer; `nil` where it needs none.
  func recordedRefusal(of action: DashboardAction) -> String? {
    guard let recording else { return nil }
    switch action {
    case .toggleRunning, .stepUpdate, .stepIteration, .changePace, .fullSpeed, .evaluate,
      .openRestartMenu, .openObjectiveMenu, .openBreakpoints, .nudge, .nudgeSelectedKnob,
      .typeKnobValue, .undoKnobMove, .resetSelectedKnob, .resetAllKnobs, .openDraft, .nudgeDraft,
      .applyDraft:
      return recording.refusal
    case .changeGroup where shownSnapshot.rollout?.groups.isEmpty ?? true:
      return "the record has no other group of this update; "
        + "\(keys.shown("recompute")) computes them anew"
    default: return nil
    }
  }

  // MARK: Computing anew

  mutating func toggleRecomputing(at time: Double) -> [DashboardEffect] {
    guard recording != nil else { return [] }
    recording?.recomputes.toggle()
    recording?.requested = nil
    guard recording?.recomputes == true else {
      say("updates without tokens stay so", at: time)
      return []
    }
    let effects = recomputeIfWanted()
    say(
      effects.isEmpty
        ? "updates without tokens are computed anew from now on"
        : "computing iteration \(shownSnapshot.status.position.iteration) anew …", at: time)
    return effects
  }

  /// Asks for the tokens of the iteration shown, where the record has none.
  mutating func recomputeIfWanted() -> [DashboardEffect] {
    guard let recording, recording.recomputes, let update = shownSnapshot.update, !update.hasTokens
    else { return [] }
    return recompute(group: recording.requested?.group ?? shownSnapshot.rollout?.group.index ?? 0)
  }

  mutating func recompute(group: Int) -> [DashboardEffect] {
    let iteration = shownSnapshot.update?.metrics.position.iteration ?? 0
    let request = Recording.Request(iteration: iteration, group: group)
    guard iteration > 0, recording?.requested != request else { return [] }
    recording?.requested = request
    return [.recompute(iteration: iteration, group: group)]
  }

  mutating func take(_ news: RecomputationNews, at time: Double) {
    switch news {
    case .reached(let iteration): recording?.reached = iteration
    case .done(let details):
      recording?.reached = nil
      take(details, at: time)
    case .failed(let reason):
      recording?.reached = nil
      recording?.requested = nil
      recording?.recomputes = false
      say("no tokens: \(reason)", .warning, at: time)
    }
  }

  /// Puts computed tokens where the record had none.
  private mutating func take(_ details: [RecomputedDetail], at time: Double) {
    for detail in details {
      if snapshot.update?.metrics.position == detail.position {
        snapshot.add(detail)
        verdict = Verdict(of: self)
      }
      guard let number = moments.firstNumber(atOrAfter: detail.position.total),
        moments[number].snapshot.update?.metrics.position == detail.position
      else { continue }
      var moment = moments[number]
      moment.snapshot.add(detail)
      var view = PastView(
        number: number, moment: moment, history: history.cut(to: moment.curves),
        live: snapshot.status)
      var state = self
      state.past = view
      moment.verdict = Verdict(of: state.shown)
      moments.replace(number, with: moment)
      view.moment = moment
      if past?.number == number { past = view }
    }
    clampSelection()
    if let first = details.first, let last = details.last {
      say(
        "iteration \(first.position.iteration) computed anew: updates "
          + "\(first.position.total) to \(last.position.total) have their tokens", at: time)
    }
  }
}

extension TrainingSnapshot {
  fileprivate mutating func add(_ detail: RecomputedDetail) {
    // The recorded scalars are what was shown; they have the seconds of then.
    let metrics = update?.metrics
    update = detail.update
    if let metrics { update?.metrics = metrics }
    // A rollout behind the update is another one.
    if rollout?.metrics.iteration == detail.position.iteration {
      let metrics = rollout?.metrics
      rollout = detail.rollout
      if let metrics { rollout?.metrics = metrics }
    }
  }
}
