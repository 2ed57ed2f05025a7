import RunKnowledge
import RunViews
import TrainingTelemetry

/// What an action needs, so that it can do anything. Footer, palette, help, pointer and reducer ask
/// this one table; `DashboardState.refusal(of:)` has the words.
enum Requirement: Sendable, Hashable {
  /// Something that not every run can be asked for, nor at every moment.
  case run(Capability)
  /// A change of what the run does next, which a past moment cannot show.
  case present
  /// A past moment on the screen.
  case past
  case update
  case rollout
  /// Another group to show, from the run or from the record.
  case otherGroups
  /// A prompt to pin, or one to let go of.
  case promptToPin
  /// A row of knobs that the objective in force has; `nil` is the selected one.
  case knob(KnobTarget?)
  /// A preview that is open.
  case draft
  /// Rows of the comparison of objectives that are out of sight.
  case hiddenObjectives
  /// A chart that may have a logarithmic axis.
  case logarithmicChart
  /// A fork there is, or a state to fork.
  case forkOrState
  case fork
  /// Rivals of the run, and no fork of it that would lose its run.
  case race
  /// A fork that is not being computed.
  case restingFork
}

/// Why an action can do nothing at the moment, in words for the person.
struct Refusal: Sendable, Hashable {
  var reason: String
  /// A warning where the person asked something of the run, else information.
  var level: Notice.Level
}

extension DashboardAction {
  /// In the order in which they are said to be missing.
  var requirements: [Requirement] {
    switch self {
    case .toggleRunning: [.run(.run)]
    case .stepUpdate, .stepIteration: [.run(.step)]
    case .changePace, .fullSpeed: [.run(.pace)]
    case .evaluate: [.run(.evaluate)]
    case .openRestartMenu: [.run(.restart)]
    case .openBreakpoints, .choose(.newBreakpoint), .choose(.removedBreakpoint):
      [.run(.breakpoints)]
    case .nudge(let target, _): [.run(.knobs), .present, .knob(target)]
    case .choose(.knobValue(let target)): [.run(.knobs), .present, .knob(target)]
    case .nudgeSelectedKnob: [.run(.knobs), .present, .knob(nil)]
    case .typeKnobValue, .undoKnobMove, .resetSelectedKnob, .resetAllKnobs,
      .setPublishedKnobs:
      [.run(.knobs), .present]
    case .openObjectiveMenu, .choose(.objective): [.run(.objective), .present]
    case .openDraft: [.run(.preview), .present, .update]
    case .nudgeDraft(let target, _):
      [.run(.preview), .present, .knob(target), .draft]
    case .applyDraft: [.run(.knobs), .present, .draft]
    case .forgetDraft, .toggleHoldDose: [.draft]
    case .changeGroup: [.otherGroups]
    case .findGroup: [.rollout, .run(.groups), .present]
    case .openTrial: [.run(.trial)]
    case .showLane: [.race]
    case .toggleMovesAll: [.race, .run(.knobs)]
    case .fork(.open): [.forkOrState]
    case .fork(.begin): [.run(.fork), .present]
    case .fork(.take): [.fork, .run(.knobs), .present]
    case .fork(.more): [.restingFork]
    case .fork(.forget): [.fork]
    case .togglePin: [.run(.pin), .promptToPin]
    case .moveAnswer, .moveToken, .jump, .changeAnswerFilter, .changeAnswerOrder: [.rollout]
    case .scrollObjectives: [.hiddenObjectives]
    case .toggleLogarithmicCurves: [.logarithmicChart]
    case .scrub(.live): [.past]
    case .toggleRecomputing: [.run(.recompute)]
    default: []
    }
  }
}

extension DashboardState {
  /// Why an action can do nothing at the moment; `nil` where it works. The footer leaves out keys
  /// whose actions are refused, the palette says why, and the reducer refuses them.
  func refusal(of action: DashboardAction) -> Refusal? {
    action.requirements.lazy.compactMap { refusal(of: $0) }.first
  }

  /// What is missing; `nil` where the requirement is met.
  func refusal(of requirement: Requirement) -> Refusal? {
    switch requirement {
    case .run(let capability): refusalByRun(of: capability)
    case .present:
      past.map { past in
        Refusal(
          reason: "update \(past.run.position.total) is past and cannot be changed; "
            + "\(keys.shown("live")) goes back to the run", level: .warning)
      }
    case .past: unless(past != nil, "the screen shows the newest update already")
    case .update:
      unless(run.present.snapshot.update != nil, "there is no minibatch yet to try knob moves on")
    case .rollout: unless(run.present.snapshot.rollout != nil, "there are no answers yet")
    case .otherGroups: refusalOfOtherGroups
    case .promptToPin: pinnedPrompt != nil || isTrying ? nil : refusal(of: .rollout)
    case .knob(let target):
      knobRows[target ?? selectedKnob] == nil
        ? Refusal(reason: "\(run.present.status.objective) has no such knob", level: .warning) : nil
    case .draft: unless(draft != nil, "only in a preview, which \(keys.shown("preview")) opens")
    case .hiddenObjectives: unless(!objectivesFit, "all objectives are in sight")
    case .logarithmicChart:
      unless(
        LearningModel.Chart.all(of: views.learning).contains(where: \.allowsLogarithm),
        "shares from 0 to 1 have a linear axis")
    case .forkOrState:
      run.fork != nil ? nil : refusal(of: .run(.fork)) ?? refusal(of: .present)
    case .fork: unless(run.fork != nil, "only over a fork, which \(keys.shown("fork")) opens")
    case .race:
      unless(
        race != nil,
        run.source.isUnderWay
          ? "the run has no rivals; maspo watch --against starts with them"
          : "no run is beside it; maspo open RUN --beside RUN2 opens several")
        ?? unless(
          run.fork == nil,
          "the fork belongs to this run; \(keys.shown("fork")) opens it to forget it")
    case .restingFork:
      refusal(of: .fork)
        ?? unless(run.fork?.stage == .done, "more pairs can be asked for once these are made")
    }
  }

  private var isTrying: Bool {
    if case .trial = overlay { true } else { false }
  }

  private func unless(_ isMet: Bool, _ reason: String) -> Refusal? {
    isMet ? nil : Refusal(reason: reason, level: .information)
  }

  private func refusalByRun(of capability: Capability) -> Refusal? {
    run.refusal(of: capability).map { refusal in
      switch refusal {
      case .words(let reason): Refusal(reason: reason, level: .warning)
      case .over:
        Refusal(
          reason: "the run is over; \(keys.shown("restart")) starts another", level: .warning)
      }
    }
  }

  /// A run shows another group at once; a record has those that it holds or that are computed.
  private var refusalOfOtherGroups: Refusal? {
    if let missing = refusal(of: .rollout) { return missing }
    if run.refusal(of: .groups) == nil { return refusal(of: .present) }
    guard run.refusal(of: .recompute) == nil else { return refusal(of: .run(.groups)) }
    guard shown.snapshot.rollout?.groups.isEmpty ?? true else { return nil }
    return Refusal(
      reason: "the record has no other group of this update; "
        + "\(keys.shown("recompute")) computes them anew", level: .warning)
  }

  /// Why one of these effects cannot be had: what is asked of the run passes here, from whatever
  /// menu or prompt it comes and whatever has happened since that was opened.
  func refusal(of effects: [DashboardEffect]) -> Refusal? {
    effects.lazy.compactMap { effect -> Refusal? in
      let commands: [TrainerCommand?] =
        switch effect {
        case .send(let command): [command]
        case .sendToAll(let commands): commands
        default: []
        }
      return commands.lazy.compactMap { $0?.capability.flatMap { refusalByRun(of: $0) } }.first
    }.first
  }
}
