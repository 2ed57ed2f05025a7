import PolicyObjectives
import TerminalCanvas
import TrainingTelemetry

/// The preview in words: what would change, and what the gate would take and leave.
enum PreviewSentence {
  static func text(_ preview: KnobPreview, _ state: DashboardState) -> String {
    let moves = preview.changes.compactMap { change -> String? in
      guard let row = state.knobRow(.knob(change.name)) else { return nil }
      return "\(row.symbol) \(KnobFormat.text(row.future)) → \(KnobFormat.text(change.value))"
    }
    return "Preview \(moves.joined(separator: ", ")): \(effect(preview))\(dose(preview))"
  }

  private static func effect(_ preview: KnobPreview) -> String {
    guard let before = preview.before?.metrics, let after = preview.after?.metrics else {
      return "no gate of the last minibatch would change."
    }
    if before.ratioMinimum == 1, before.ratioMaximum == 1 {
      return "every ρ of the last minibatch is 1, so no gate would differ yet."
    }
    let word = PanelNumbers.percentWord
    func side(_ glyph: String, _ path: KeyPath<UpdateMetrics, SignMetrics>) -> String {
      let (old, new) = (before[keyPath: path], after[keyPath: path])
      let amount = { NumberFormat.significant($0) }
      return "\(glyph) \(word(old.removedShare)) → \(word(new.removedShare)), push "
        + "\(amount(old.weightedPush)) → \(amount(new.weightedPush))"
    }
    return "the gate would take \(word(before.removedShare)) → \(word(after.removedShare)) of the "
      + "last minibatch (\(side("▲", \.positive)); \(side("▼", \.negative))), attenuating "
      + "\(word(before.attenuatedShare)) → \(word(after.attenuatedShare)) of its tokens."
  }

  private static func dose(_ preview: KnobPreview) -> String {
    switch preview.dose {
    case .solved: " Dose held by σ_base."
    case .noSolution(let reason): " The dose cannot be held: \(reason)."
    case nil: ""
    }
  }
}
