import PolicyObjectives
import RunKnowledge
import TrainingTelemetry

extension DashboardState {
  /// Applies one action.
  ///
  /// - Parameter time: seconds of a monotonic clock, for what expires.
  /// - Returns: what the caller has to do, in order.
  public mutating func reduce(_ action: DashboardAction, at time: Double) -> [DashboardEffect] {
    dropExpired(at: time)
    var effects = reduceKept(action, at: time)
    effects += observeTour(at: time)
    if draft != nil || overlay != nil || preview != nil { refreshPreview() }
    return effects
  }

  private mutating func reduceKept(
    _ action: DashboardAction, at time: Double
  ) -> [DashboardEffect] {
    switch action {
    case .snapshotArrived(let newest): take(newest, lane: 0, at: time)
    case .laneArrived(let lane, let newest): take(newest, lane: lane, at: time)
    case .resized(let newSize): size = newSize
    case .tick: break
    case .earlierEventsArrived(let events): run.prepend(events)
    case .notify(let text, let level): say(text, level, at: time)
    case .recomputation(let news): take(news, at: time)
    case .forkNews(let news): take(news, at: time)
    case .record(let news, let lane): return take(news, lane: lane, at: time)
    default:
      showsFirstHint = false
      // It spoke of the key before.
      message = nil
      return reduceIfPossible(action, at: time)
    }
    return []
  }

  /// Time at which something on the screen expires by itself; the caller sends a `tick` then.
  public var nextDeadline: Double? {
    var times = requests.knobs.values.map(\.time)
    times += [
      requests.mode?.time, requests.pace?.time, requests.group?.time, requests.objective?.time,
      requests.pin?.time,
    ].compactMap { $0 }
    let stale = times.min().map { $0 + OutstandingRequests.patience }
    return [stale, message?.expires, tour?.goesOnAt].compactMap { $0 }.min()
  }

  private mutating func dropExpired(at time: Double) {
    if let shown = message, time >= shown.expires { message = nil }
    if !requests.isEmpty { requests.settle(with: run.present.snapshot, at: time) }
  }

  /// Says what is wrong with settings: the first on the last line, all of them in the journal.
  public mutating func warn(_ warnings: [String]) {
    for warning in warnings {
      run.note(Journal.Entry(kind: .warning, updatesBefore: 0, text: warning))
    }
    if let first = warnings.first { say(first, .warning, at: 0) }
  }

  /// Shows a line for as long as it takes to read it.
  mutating func say(_ text: String, _ level: Notice.Level = .information, at time: Double) {
    message = Message(
      text: text, level: level, expires: time + max(3, Double(text.count) * 0.08))
  }

  /// Refuses what cannot be done now, with the reason.
  private mutating func reduceIfPossible(
    _ action: DashboardAction, at time: Double
  ) -> [DashboardEffect] {
    if let refusal = refusal(of: action) {
      say(refusal.reason, refusal.level, at: time)
      return []
    }
    var next = self
    let effects = next.reduceKey(action, at: time)
    if let refusal = next.refusal(of: effects) {
      say(refusal.reason, refusal.level, at: time)
      return []
    }
    self = next
    return effects.map { meantForRace($0, at: time) }
  }

  private mutating func reduceKey(
    _ action: DashboardAction, at time: Double
  ) -> [DashboardEffect] {
    switch action {
    case .scrub(let step):
      scrub(step, at: time)
      return recomputeIfWanted()
    case .advanceTour: return advanceTour(at: time)
    case .leaveTour:
      leaveTour()
      return []
    case .toggleRecomputing: return toggleRecomputing(at: time)
    case .toggleRunning, .stepUpdate, .stepIteration, .changePace, .fullSpeed, .evaluate,
      .openRestartMenu, .openObjectiveMenu, .openBreakpoints:
      return reduceRun(action, at: time)
    case .nudge, .nudgeSelectedKnob, .selectKnob, .typeKnobValue, .undoKnobMove,
      .resetSelectedKnob, .resetAllKnobs, .setPublishedKnobs:
      return reduceKnobs(action, at: time)
    case .openDraft, .nudgeDraft, .applyDraft, .forgetDraft, .toggleHoldDose:
      return reduceDraft(action, at: time)
    case .fork(let action): return reduceFork(action, at: time)
    case .showLane(let offset): return showLane(offset, at: time)
    case .toggleMovesAll:
      toggleMovesAll(at: time)
      return []
    case .togglePin: return togglePin(at: time)
    case .openTrial, .tryAgain, .moveTrial: return reduceTrial(action, at: time)
    case .scroll, .moveChoice, .type, .deleteBackward, .clearText, .confirm, .cancel:
      return reduceOverlay(action, at: time)
    case .choose(let choice): return choose(choice, at: time)
    case .savePicture: return [.savePicture]
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .quit: return [.quit]
    default: return reduceView(action, at: time)
    }
  }
}
