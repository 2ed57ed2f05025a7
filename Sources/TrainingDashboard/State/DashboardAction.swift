public import RunKnowledge
public import TrainingTelemetry

/// Whatever may change the dashboard: news of the run, the terminal, the person's keys.
public enum DashboardAction: Sendable, Hashable {
  // The world.
  case snapshotArrived(TrainingSnapshot)
  case resized(ScreenSize)
  /// Time went by; what expires is dropped.
  case tick
  /// What happened before the first snapshot, of a run that was looked at from its end.
  case earlierEventsArrived([TrainingEvent])
  /// Of the tokens of recorded updates, which are computed anew.
  case recomputation(RecomputationNews)
  /// Of a run of the race, by its place.
  case laneArrived(Int, TrainingSnapshot)
  /// Of the fork that was asked for.
  case forkNews(ForkNews)
  /// Of a long recorded run that is being read, by its place among several.
  case record(RecordNews, lane: Int = 0)
  /// Something to tell the person, from outside the run (a picture was saved, say).
  case notify(String, Notice.Level)

  // The run.
  case toggleRunning
  case stepUpdate
  case stepIteration
  /// Along the pace steps: -1 slower, +1 faster.
  case changePace(Int)
  case fullSpeed
  case evaluate
  case openRestartMenu
  /// The conditions at which the run pauses; the prompt for one where none is set.
  case openBreakpoints

  // Knobs.
  /// Along the steps of a row: -1 down, +1 up.
  case nudge(KnobTarget, Int)
  case nudgeSelectedKnob(Int)
  case selectKnob(Int)
  case typeKnobValue
  case undoKnobMove
  case resetSelectedKnob
  case resetAllKnobs
  /// The objective's knobs to the values of its paper.
  case setPublishedKnobs
  case openObjectiveMenu
  /// From here on knob moves are tried on the last minibatch first.
  case openDraft
  /// Along the steps of a row, the selected one without a target.
  case nudgeDraft(KnobTarget?, Int)
  case applyDraft
  case forgetDraft
  case toggleHoldDose

  // Looking around.
  case moveAnswer(Int)
  case moveToken(Int)
  /// To the next of the group's landmarks.
  case jump(Int)
  case changeGroup(Int)
  case findGroup(GroupSearch)
  /// Which answers are listed, and in which order.
  case changeAnswerFilter(Int)
  case changeAnswerOrder(Int)
  case changePanel(Int)
  /// 1-based, as the digits of the keyboard.
  case choosePanel(Int)
  case toggleZoom
  case changeLens(Int)
  case openComparedObjectiveMenu
  case changeLedgerView(Int)
  case changeLimiterView(Int)
  /// To another chart of the learning panel, or all of them.
  case changeLearningView(Int)
  /// Zooms along x: +1 to fewer of the last iterations, -1 to more.
  case changeLearningSpan(Int)
  case toggleLogarithmicCurves
  case changeTheme(Int)
  case openThemeMenu
  case changeGlyphs(Int)
  /// Towards later objectives of the comparison, in rows.
  case scrollObjectives(Int)
  /// Towards older entries of the journal, in lines.
  case scrollJournal(Int)
  case openHelp
  case openPalette
  /// One thing by name, as the palette and the mouse choose it.
  case choose(DashboardChoice)

  // The past.
  case scrub(ScrubStep)
  /// Whether recorded updates without tokens are computed anew.
  case toggleRecomputing

  // Beside the run.
  /// Type a prompt to try; within a trial, beginning with its prompt.
  case openTrial
  case tryAgain
  /// The next run of a race, or the one before.
  case showLane(Int)
  /// Whether knobs move on the run shown or on all runs of the race.
  case toggleMovesAll
  /// Of paired continuations, with a change and without.
  case fork(ForkAction)
  /// Pins the prompt of the trial or of the group shown, or lets go of the pinned one.
  case togglePin
  /// Moves the trial's cursor.
  case moveTrial(answer: Int, token: Int)

  // Inside an overlay.
  case scroll(Int)
  case moveChoice(Int)
  case type(String)
  case deleteBackward
  case clearText
  case confirm
  case cancel

  // A tour.
  case advanceTour
  case leaveTour

  // The program.
  case savePicture
  case redraw
  case suspend
  case quit
}

/// What the reducer asks of the world around it.
public enum DashboardEffect: Sendable, Hashable {
  case send(TrainerCommand)
  /// One to each run of the race, by its place; `nil` is none.
  case sendToAll([TrainerCommand?])
  /// Compute the updates of a recorded iteration anew, with the tokens of a group.
  case recompute(iteration: Int, group: Int?)
  /// Make as many pairs of the present fork as are asked for now.
  case moreOfFork(ForkRequest)
  case forgetFork
  /// What is asked of the run from here on is meant for this run of the race.
  case showLane(Int)
  /// Write the present screen as text and as SVG.
  case savePicture
  /// Paint every cell anew.
  case redraw
  case suspend
  case quit
}

extension DashboardEffect {
  /// The same effects with what later ones make pointless left out: of knob settings, pace and
  /// group requests that follow each other only the last values count. So a held key costs the
  /// trainer one command a batch.
  public static func coalesced(_ effects: [DashboardEffect]) -> [DashboardEffect] {
    var result: [DashboardEffect] = []
    for effect in effects {
      if let last = result.last, let merged = merged(last, effect) {
        result[result.count - 1] = merged
      } else {
        result.append(effect)
      }
    }
    return result
  }

  private static func merged(
    _ first: DashboardEffect, _ second: DashboardEffect
  ) -> DashboardEffect? {
    switch (first, second) {
    case (.send(let earlier), .send(let later)):
      return TrainerCommand.mergedKnobs(earlier, later).map { .send($0) } ?? newest(first, second)
    case (.sendToAll(let earlier), .sendToAll(let later)):
      return TrainerCommand.mergedKnobs(earlier, later).map { .sendToAll($0) }
    case (.redraw, .redraw): return second
    default: return nil
    }
  }

  /// The second one of two that ask for the same.
  private static func newest(
    _ first: DashboardEffect, _ second: DashboardEffect
  ) -> DashboardEffect? {
    switch (first, second) {
    case (.send(.setPace), .send(.setPace)), (.send(.showGroup), .send(.showGroup)),
      (.send(.followGroups), .send(.followGroups)):
      return second
    default: return nil
    }
  }
}
