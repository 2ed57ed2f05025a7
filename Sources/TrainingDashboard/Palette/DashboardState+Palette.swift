import TrainingTelemetry

extension DashboardState {
  mutating func reducePalette(
    _ palette: Palette, _ action: DashboardAction, at time: Double
  ) -> [DashboardEffect] {
    var changed = palette
    switch action {
    case .moveChoice(let offset):
      let last = paletteEntries(matching: palette.query).count - 1
      changed.selected = min(max(0, palette.selected + offset), max(0, last))
    case .type(let text):
      changed.query = String((palette.query + text.filter { !$0.isNewline }).prefix(40))
      changed.selected = 0
    case .deleteBackward:
      changed.query = String(palette.query.dropLast())
      changed.selected = 0
    case .clearText:
      changed = Palette()
    case .confirm: return carryOut(palette, at: time)
    default: return []
    }
    overlay = .palette(changed)
    return []
  }

  /// Does what is chosen as its key would; what cannot be done now says why and leaves the palette
  /// open.
  private mutating func carryOut(_ palette: Palette, at time: Double) -> [DashboardEffect] {
    let entries = paletteEntries(matching: palette.query)
    guard entries.indices.contains(palette.selected) else {
      say("nothing is called '\(palette.query)'", at: time)
      return []
    }
    let entry = entries[palette.selected]
    if let refusal = entry.refusal {
      say(refusal, .warning, at: time)
      return []
    }
    overlay = nil
    return reduce(entry.action, at: time)
  }
}
