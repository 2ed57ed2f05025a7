import PolicyObjectives
import RunKnowledge
import Theming
import TrainingTelemetry

extension DashboardState {
  mutating func reduceKnobs(_ action: DashboardAction, at time: Double) -> [DashboardEffect] {
    switch action {
    case .nudge(let target, let offset): return nudge(target, by: offset, at: time)
    case .nudgeSelectedKnob(let offset): return nudge(selectedKnob, by: offset, at: time)
    case .selectKnob(let offset): selectKnob(by: offset)
    case .typeKnobValue:
      guard knobRows[selectedKnob] != nil else { return [] }
      overlay = .prompt(Prompt(.knob(selectedKnob)))
    case .undoKnobMove: return undo(at: time)
    case .resetSelectedKnob:
      return set(
        initialValues(of: knobRows[selectedKnob].map { [$0] } ?? []), "at the value of the start",
        time)
    case .resetAllKnobs:
      let rows = knobRows.all.filter { $0.target != .asymmetry && $0.isChanged }
      return set(initialValues(of: rows), "at the value of the start", time)
    case .setPublishedKnobs: return set(publishedValues, "as published", time)
    default: break
    }
    return []
  }

  /// Keeps the cursor on a knob that the objective in force has.
  mutating func keepKnobSelected() {
    let rows = knobRows
    if rows[selectedKnob] == nil, let first = rows.all.first { selectedKnob = first.target }
  }

  private mutating func selectKnob(by offset: Int) {
    // In a draft the rows may be out of sight, but the cursor must not be.
    if draft != nil { select(panel: PanelIdentity(KnobsPanel.self)) }
    let rows = knobRows.all
    let index = rows.firstIndex { $0.target == selectedKnob } ?? 0
    guard !rows.isEmpty else { return }
    selectedKnob = rows[min(max(0, index + offset), rows.count - 1)].target
  }

  private mutating func nudge(
    _ target: KnobTarget, by offset: Int, at time: Double
  ) -> [DashboardEffect] {
    guard let row = knobRows[target] else { return [] }
    selectedKnob = target
    guard let value = row.step(by: offset) else {
      say(
        "\(row.symbol) is at the end of its steps; \(keys.shown("knob-value")) on its row takes any value in range",
        at: time)
      return []
    }
    if case .failure(let error) = set(row, to: value.value, at: time) {
      say(error.description, .warning, at: time)
      return []
    }
    return [.send(.setKnobs(row.names.map { KnobSetting(name: $0, value: value.value) }))]
  }

  /// Accepts a value for all knobs of a row, as pending, if every one allows it.
  private mutating func set(
    _ row: KnobRow, to value: Double?, at time: Double
  ) -> Result<Void, ObjectiveError> {
    for name in row.names {
      guard let knob = run.present.snapshot.knob(named: name) else { continue }
      if let error = knob.refusal(of: value) { return .failure(error) }
    }
    apply(row.names.map { KnobSetting(name: $0, value: value) }, remembering: true, at: time)
    return .success(())
  }

  mutating func apply(
    _ settings: [KnobSetting], remembering isRemembered: Bool, at time: Double
  ) {
    if isRemembered {
      let rows = knobRows
      let before = settings.map {
        KnobSetting(name: $0.name, value: rows[.knob($0.name)]?.future)
      }
      if before != settings {
        let rivals = race.flatMap { $0.movesAll ? $0.values(of: settings.map(\.name)) : nil }
        knobMoves.append(
          KnobMove(before: before, after: settings, beforeInRivals: rivals ?? [:]))
      }
    }
    for setting in settings {
      requests.knobs[setting.name] = .init(PendingValue(value: setting.value), at: time)
    }
  }

  private mutating func undo(at time: Double) -> [DashboardEffect] {
    while let move = knobMoves.popLast() {
      // A move of knobs that the present objective does not have cannot be undone.
      guard move.before.allSatisfy({ run.present.snapshot.knob(named: $0.name) != nil }) else {
        continue
      }
      apply(move.before, remembering: false, at: time)
      let words = move.before.map { setting in
        "\(run.present.snapshot.knob(named: setting.name)?.specification.symbol ?? setting.name) = "
          + KnobFormat.text(setting.value)
      }
      say("back to \(words.joined(separator: ", "))", at: time)
      return commands(undoing: move)
    }
    say("no knob move to undo", at: time)
    return []
  }

  private func initialValues(of rows: [KnobRow]) -> [KnobSetting] {
    rows.flatMap(\.names).compactMap { name in
      run.present.snapshot.knob(named: name).map { KnobSetting(name: name, value: $0.initialValue) }
    }
  }

  /// The knobs of the objective in force, at the catalog's defaults, which are those of its paper.
  private var publishedValues: [KnobSetting] {
    guard let plain = try? ObjectiveCatalog.objective(named: run.present.status.objective) else {
      return []
    }
    return type(of: plain).specifications.compactMap { specification in
      guard run.present.snapshot.knob(named: specification.name) != nil,
        let value = try? plain.value(of: specification.name)
      else { return nil }
      return KnobSetting(name: specification.name, value: value)
    }
  }

  private mutating func set(
    _ wanted: [KnobSetting], _ which: String, _ time: Double
  ) -> [DashboardEffect] {
    let settings = wanted.filter { knobRows[.knob($0.name)]?.future != $0.value }
    guard !settings.isEmpty else {
      say("already \(which)", at: time)
      return []
    }
    apply(settings, remembering: true, at: time)
    return [.send(.setKnobs(settings))]
  }

  /// Takes what was typed for a row, or keeps the prompt open with the reason against it.
  mutating func submit(_ prompt: Prompt, at time: Double) -> [DashboardEffect] {
    if prompt.purpose == .breakpoint { return submitBreakpoint(prompt, at: time) }
    if prompt.purpose == .trial { return submitTrial(prompt) }
    guard case .knob(let target) = prompt.purpose, let row = knobRows[target] else {
      overlay = nil
      return []
    }
    var refused = prompt
    guard let typed = KnobFormat.value(prompt.text) else {
      refused.refusal = "'\(prompt.text)' is not a number"
      overlay = .prompt(refused)
      return []
    }
    switch set(row, to: typed.value, at: time) {
    case .failure(let error):
      refused.refusal = error.description
      overlay = .prompt(refused)
      return []
    case .success:
      overlay = nil
      return [.send(.setKnobs(row.names.map { KnobSetting(name: $0, value: typed.value) }))]
    }
  }
}
