public import PolicyObjectives
public import TrainingTelemetry

extension DashboardState {
  mutating func reduceKnobs(_ action: DashboardAction, at time: Double) -> [DashboardEffect] {
    switch action {
    case .nudge(let target, let offset): return nudge(target, by: offset, at: time)
    case .nudgeSelectedKnob(let offset): return nudge(selectedKnob, by: offset, at: time)
    case .selectKnob(let offset): selectKnob(by: offset)
    case .typeKnobValue:
      guard knobRow(selectedKnob) != nil else { return [] }
      overlay = .prompt(Prompt(.knob(selectedKnob)))
    case .undoKnobMove: return undo(at: time)
    case .resetSelectedKnob: return reset(knobRow(selectedKnob).map { [$0] } ?? [], at: time)
    case .resetAllKnobs:
      return reset(
        knobRows.filter { $0.target != .asymmetry && $0.isChanged }, at: time)
    default: break
    }
    return []
  }

  private mutating func selectKnob(by offset: Int) {
    // In a draft the rows may be out of sight, but the cursor must not be.
    if draft != nil { select(panel: KnobsPanel.descriptor.name) }
    let rows = knobRows
    let index = rows.firstIndex { $0.target == selectedKnob } ?? 0
    guard !rows.isEmpty else { return }
    selectedKnob = rows[min(max(0, index + offset), rows.count - 1)].target
  }

  private mutating func nudge(
    _ target: KnobTarget, by offset: Int, at time: Double
  ) -> [DashboardEffect] {
    guard let row = knobRow(target) else { return [] }
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
      guard let knob = snapshot.knob(named: name) else { continue }
      if let error = knob.refusal(of: value) { return .failure(error) }
    }
    apply(row.names.map { KnobSetting(name: $0, value: value) }, remembering: true, at: time)
    return .success(())
  }

  mutating func apply(
    _ settings: [KnobSetting], remembering isRemembered: Bool, at time: Double
  ) {
    if isRemembered {
      let before = settings.map {
        KnobSetting(name: $0.name, value: knobRow(.knob($0.name))?.future)
      }
      if before != settings { knobMoves.append(KnobMove(before: before, after: settings)) }
    }
    for setting in settings {
      requests.knobs[setting.name] = .init(PendingValue(value: setting.value), at: time)
    }
  }

  private mutating func undo(at time: Double) -> [DashboardEffect] {
    while let move = knobMoves.popLast() {
      // A move of knobs that the present objective does not have cannot be undone.
      guard move.before.allSatisfy({ snapshot.knob(named: $0.name) != nil }) else { continue }
      apply(move.before, remembering: false, at: time)
      let words = move.before.map { setting in
        "\(snapshot.knob(named: setting.name)?.specification.symbol ?? setting.name) = "
          + KnobFormat.text(setting.value)
      }
      say("back to \(words.joined(separator: ", "))", at: time)
      return [.send(.setKnobs(move.before))]
    }
    say("no knob move to undo", at: time)
    return []
  }

  private mutating func reset(_ rows: [KnobRow], at time: Double) -> [DashboardEffect] {
    let settings = rows.flatMap(\.names).compactMap { name in
      snapshot.knob(named: name).map { KnobSetting(name: name, value: $0.initialValue) }
    }.filter { setting in
      knobRow(.knob(setting.name))?.future != setting.value
    }
    guard !settings.isEmpty else {
      say("already at the value of the start", at: time)
      return []
    }
    apply(settings, remembering: true, at: time)
    return [.send(.setKnobs(settings))]
  }

  /// Takes what was typed for a row, or keeps the prompt open with the reason against it.
  mutating func submit(_ prompt: Prompt, at time: Double) -> [DashboardEffect] {
    if prompt.purpose == .breakpoint { return submitBreakpoint(prompt, at: time) }
    if prompt.purpose == .trial { return submitTrial(prompt) }
    guard case .knob(let target) = prompt.purpose, let row = knobRow(target) else {
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

extension KnobState {
  /// Why the knob cannot take `value`; `nil` if it can.
  public func refusal(of value: Double?) -> ObjectiveError? {
    do {
      try specification.validate(value)
    } catch {
      return error
    }
    guard isInteger, let value, value != value.rounded() else { return nil }
    return .outOfRange(
      parameter: name, value: KnobFormat.text(value),
      allowed: "a whole number, \(specification.allowedRange)")
  }
}

extension KnobRow {
  /// The value `offset` steps from the present one, or `nil` at the end of the steps. No limit
  /// counts as the step after the last, where a knob allows it.
  public func step(by offset: Int) -> PendingValue? {
    guard offset != 0, let value = future ?? (isMixed ? steps.first : nil) else {
      guard offset < 0, let last = steps.last else { return nil }
      return PendingValue(value: last)
    }
    guard !steps.isEmpty else { return tenth(from: value, by: offset) }
    let tolerance = 1e-9 * max(1, abs(value))
    let next =
      offset > 0
      ? steps.filter { $0 > value + tolerance }.dropFirst(offset - 1).first
      : steps.filter { $0 < value - tolerance }.dropLast(-offset - 1).last
    if let next { return PendingValue(value: next) }
    return offset > 0 && allowsNone ? PendingValue(value: nil) : nil
  }

  /// For knobs without steps: a tenth, or one for whole numbers, within the range.
  private func tenth(from value: Double, by offset: Int) -> PendingValue? {
    let unit = isInteger ? 1 : 0.1
    let next = min(maximum, max(minimum, ((value / unit).rounded() + Double(offset)) * unit))
    return next == value ? nil : PendingValue(value: next)
  }
}
