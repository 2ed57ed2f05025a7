import RunKnowledge
import RunViews
import TerminalCanvas
import Theming
import TrainingTelemetry

/// The last line: a message if there is one, the hint for newcomers, else the keys that hold.
enum FooterView {
  /// As much as there is room for; how to get help stays longest.
  static func firstHint(_ state: DashboardState, width: Int) -> String {
    func shown(_ action: DashboardAction) -> String { state.keys.key(for: action)?.shown ?? "" }
    let pause = "\(shown(.toggleRunning)) \(state.mode == .paused ? "starts the run" : "pauses")"
    let step = "\(shown(.stepUpdate)) makes one update"
    let gate = "\(shown(.nudge(.knob("sigma_base"), -1))) narrows the gate"
    let help = "\(shown(.openHelp)) explains all"
    let hints = [
      [pause, step, gate, help, "'maspo tour' shows around"], [pause, step, gate, help],
      [pause, step, help], [pause, help], [help],
    ].map { "New here? " + $0.joined(separator: " · ") }
    return hints.first { $0.count <= width } ?? help
  }

  static func recordedHint(_ keys: KeyBindings, besideOthers: Bool) -> String {
    guard !besideOthers else {
      return "Recorded runs: \(keys.shown("race-lane")) shows the next one · "
        + "\(keys.shown("moment")) walks updates · \(keys.shown("past-iteration")) iterations"
    }
    return "A recorded run: \(keys.shown("moment")) walks its updates · "
      + "\(keys.shown("past-iteration")) its iterations · "
      + "\(keys.shown("mark")) knob moves and warnings · "
      + "\(keys.shown("recompute")) computes tokens"
  }

  /// Whether the line is the keys, and no message and no words for newcomers.
  static func showsHints(_ state: DashboardState) -> Bool {
    state.message == nil && !(state.showsFirstHint && state.overlay == nil)
  }

  /// What a click on a cell of the line does, as the key under it would.
  static func action(x: Int, in area: Rectangle, _ state: DashboardState) -> DashboardAction? {
    guard showsHints(state) else { return nil }
    let line = area.inset(dx: 1)
    let context = DrawingContext(theme: state.theme, glyphs: state.appearance.glyphs)
    var start = line.x
    for hint in fitting(state, width: line.width, context) {
      if x >= start, x < start + hint.text.width {
        return action(of: hint.binding, column: x - start, context)
      }
      start += hint.text.width + gap
    }
    return nil
  }

  /// Of a pair of keys each does its own; the words do what the first does.
  private static func action(
    of binding: KeyBinding, column: Int, _ context: DrawingContext
  ) -> DashboardAction? {
    let actions = binding.actions
    let keys = context.glyphs.spelled(binding.shownKeys).split(separator: " ")
    guard keys.count == actions.count else { return actions.first }
    var end = -1
    for (key, action) in zip(keys, actions) {
      end += key.count + 1
      if column <= end { return action }
    }
    return actions.first
  }

  private static let gap = 2

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
        state.run.source.isUnderWay
        ? firstHint(state, width: line.width)
        : recordedHint(state.keys, besideOthers: state.race != nil)
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
    let space = text(String(repeating: " ", count: gap), .text, context)
    return fitting(state, width: width, context).reduce(StyledText()) { line, next in
      line.spans.isEmpty ? next.text : line + space + next.text
    }
  }

  /// The hints that fit, in order, `gap` columns apart.
  private static func fitting(
    _ state: DashboardState, width: Int, _ context: DrawingContext
  ) -> [(binding: KeyBinding, text: StyledText)] {
    let all = KeyBindingCatalog.hints(in: state).map { ($0, hint($0, state, context)) }
    let kept = ["help", "quit"]
    let last = all.filter { kept.contains($0.0.name) }
    var shown: [(KeyBinding, StyledText)] = []
    var room = width - last.reduce(0) { $0 + $1.1.width + gap } + gap
    for (binding, text) in all where !kept.contains(binding.name) {
      guard text.width + gap <= room else { break }
      shown.append((binding, text))
      room -= text.width + gap
    }
    return (shown + last).map { (binding: $0.0, text: $0.1) }
  }

  private static func hint(
    _ binding: KeyBinding, _ state: DashboardState, _ context: DrawingContext
  ) -> StyledText {
    text(binding.shownKeys, .key, context, .bold)
      + text(" \(binding.hintNow(state) ?? binding.hint ?? "")", .textDim, context)
  }
}
