import RunKnowledge
import TrainingTelemetry

extension DashboardState {
  /// What is being edited: the draft, with the number that is being typed in place of its own.
  private var editedSettings: [KnobSetting] {
    var edited = draft ?? KnobDraft()
    if case .prompt(let prompt) = overlay, case .knob(let target) = prompt.purpose,
      let row = knobRows[target], let typed = KnobFormat.value(prompt.text)
    {
      edited.set(row.names.map { KnobSetting(name: $0, value: typed.value) })
    }
    return edited.settings.filter { setting in
      run.present.snapshot.knob(named: setting.name).map { $0.refusal(of: setting.value) == nil }
        ?? false
    }
  }

  /// Brings the preview up to date with draft, prompt and snapshot.
  mutating func refreshPreview() {
    let edited = editedSettings
    preview =
      edited.isEmpty
      ? nil
      : KnobPreview(
        of: edited, over: knobRows.futureSettings, holdingDose: holdsDose, in: run.present)
  }

  mutating func reduceDraft(_ action: DashboardAction, at time: Double) -> [DashboardEffect] {
    switch action {
    case .openDraft: draft = KnobDraft()
    case .forgetDraft: draft = nil
    case .nudgeDraft(let target, let offset):
      moveDraft(target ?? selectedKnob, by: offset, at: time)
    case .toggleHoldDose:
      holdsDose.toggle()
      say(
        holdsDose
          ? "hold dose: σ_base is solved anew, so that a drafted change takes as much as before"
          : "hold dose off: a drafted change leaves σ_base alone", at: time)
    case .applyDraft: return applyDraft(at: time)
    default: break
    }
    return []
  }

  /// Moves the drafted value of a row along its steps.
  private mutating func moveDraft(_ target: KnobTarget, by offset: Int, at time: Double) {
    guard var row = knobRows[target] else { return }
    selectedKnob = target
    if holdsDose, target == .knob("sigma_base") {
      say("hold dose solves σ_base itself: it holds while another knob is moved", at: time)
    }
    if let drafted = row.names.compactMap({ draft?.value(of: $0) }).first {
      row.waiting = drafted
    }
    guard let next = row.step(by: offset) else {
      say("\(row.symbol) is at the end of its steps", at: time)
      return
    }
    draft?.set(row.names.map { KnobSetting(name: $0, value: next.value) })
  }

  private mutating func applyDraft(at time: Double) -> [DashboardEffect] {
    refreshPreview()
    draft = nil
    guard let preview else {
      say("nothing was drafted", at: time)
      return []
    }
    if case .noSolution(let reason) = preview.dose {
      say("applied without holding the dose: \(reason)", .warning, at: time)
    }
    apply(preview.changes, remembering: true, at: time)
    run.expect(preview)
    return [.send(.setKnobs(preview.changes))]
  }
}
