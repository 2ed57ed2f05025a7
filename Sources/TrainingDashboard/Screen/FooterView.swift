import TerminalCanvas
import TrainingTelemetry

/// The last line: a message if there is one, the hint for newcomers, else the keys that hold.
enum FooterView {
  /// Names the tour where there is room for it.
  static func firstHint(_ state: DashboardState, width: Int) -> String {
    let hint = firstHint(state)
    let longer = hint + " · 'maspo tour' shows around"
    return longer.count <= width ? longer : hint
  }

  static func firstHint(_ state: DashboardState) -> String {
    func shown(_ action: DashboardAction) -> String { state.keys.key(for: action)?.shown ?? "" }
    let first = state.mode == .paused ? "starts the run" : "pauses"
    return "New here? \(shown(.toggleRunning)) \(first) · \(shown(.stepUpdate)) makes one update · "
      + "\(shown(.nudge(.knob("sigma_base"), -1))) narrows the gate · "
      + "\(shown(.openHelp)) explains all"
  }

  static func recordedHint(_ keys: KeyBindings) -> String {
    "A recorded run: \(keys.shown("moment")) walks its updates · "
      + "\(keys.shown("past-iteration")) its iterations · "
      + "\(keys.shown("mark")) knob moves and warnings · "
      + "\(keys.shown("recompute")) computes tokens"
  }

  static func draw(
    _ state: DashboardState, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    let line = area.inset(dx: 1)
    if let message = state.message {
      let role: ThemeRole =
        switch message.level {
        case .information: .accent
        case .warning: .warning
        case .error: .error
        }
      buffer.draw(
        text(message.text, role, context, .bold), in: line, glyphs: context.glyphs)
    } else if state.showsFirstHint, state.overlay == nil {
      let hint =
        state.recording == nil ? firstHint(state, width: line.width) : recordedHint(state.keys)
      buffer.draw(text(hint, .accent, context), in: line, glyphs: context.glyphs)
    } else {
      buffer.draw(hints(state, width: line.width, context), in: line, glyphs: context.glyphs)
    }
  }

  private static func text(
    _ string: String, _ role: ThemeRole, _ context: DrawingContext,
    _ attributes: CellAttributes = []
  ) -> StyledText {
    StyledText(
      context.glyphs.spelled(string),
      style: context.theme.style(role, on: .background, attributes))
  }

  /// As many hints as fit; help and quit always, as far as there is room at all.
  static func hints(
    _ state: DashboardState, width: Int, _ context: DrawingContext
  ) -> StyledText {
    let bindings = KeyBindingCatalog.hints(in: state)
    let kept = ["help", "quit"]
    let last = bindings.filter { kept.contains($0.name) }.map { hint($0, context) }
    var shown: [StyledText] = []
    let gap = text("  ", .text, context)
    var room = width - last.reduce(0) { $0 + $1.width + gap.width } + gap.width
    for binding in bindings where !kept.contains(binding.name) {
      let text = hint(binding, context)
      guard text.width + gap.width <= room else { break }
      shown.append(text)
      room -= text.width + gap.width
    }
    return (shown + last).reduce(StyledText()) { line, next in
      line.spans.isEmpty ? next : line + gap + next
    }
  }

  private static func hint(_ binding: KeyBinding, _ context: DrawingContext) -> StyledText {
    text(binding.shownKeys, .key, context, .bold)
      + text(" \(binding.hint ?? "")", .textDim, context)
  }
}
