import TrainingTelemetry

extension DashboardState {
  /// Why an action can do nothing at the moment, in words for the person; `nil` where it works.
  /// The footer leaves out keys whose actions are refused, and the palette says why.
  func refusal(of action: DashboardAction) -> String? {
    recordedRefusal(of: action) ?? pastRefusal(of: action) ?? finishedRefusal(of: action)
      ?? knobRefusal(of: action)
  }

  private func finishedRefusal(of action: DashboardAction) -> String? {
    guard recording == nil, snapshot.status.phase == .finished else { return nil }
    switch action {
    case .toggleRunning, .stepUpdate, .stepIteration, .evaluate, .openBreakpoints,
      .openObjectiveMenu, .choose(.objective), .nudge, .nudgeSelectedKnob, .typeKnobValue,
      .choose(.knobValue), .undoKnobMove, .resetSelectedKnob, .resetAllKnobs, .applyDraft:
      return "the run is over; \(keys.shown("restart")) starts another"
    default: return nil
    }
  }

  /// The objective in force may lack the knob that a key moves.
  private func knobRefusal(of action: DashboardAction) -> String? {
    let target: KnobTarget
    switch action {
    case .nudge(let moved, _): target = moved
    case .nudgeDraft(let moved, _): target = moved ?? selectedKnob
    case .nudgeSelectedKnob: target = selectedKnob
    default: return nil
    }
    return knobRow(target) == nil ? "\(snapshot.status.objective) has no such knob" : nil
  }
}
