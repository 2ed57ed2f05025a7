import RunKnowledge
public import TerminalCanvas
import TrainingTelemetry

extension KeyBindingCatalog {
  /// The binding that holds for a key where the person is.
  public static func binding(
    for key: Key, in state: DashboardState
  ) -> (binding: KeyBinding, action: DashboardAction)? {
    for scope in scopes(of: state) {
      if let stroke = state.keys.stroke(key, in: scope) { return stroke }
    }
    return nil
  }

  /// What a key does where the person is; `nil` where it does nothing.
  public static func action(for key: Key, in state: DashboardState) -> DashboardAction? {
    guard let (_, action) = binding(for: key, in: state) else {
      if case .character(let character) = key, state.isTyping { return .type(String(character)) }
      // Ctrl-C leaves from everywhere.
      if key == .ctrl("c") { return .quit }
      guard state.isOnTour, state.overlay == nil else { return nil }
      return .notify(
        "the tour has the keys; \(state.keys.shown("tour-leave")) gives them to you", .information)
    }
    return action
  }

  /// What any input does; `nil` where it does nothing.
  public static func action(for input: TerminalInput, in state: DashboardState) -> DashboardAction?
  {
    switch input {
    case .key(let key): return action(for: key, in: state)
    case .resize(let width, let height): return .resized(ScreenSize(width: width, height: height))
    case .paste(let text):
      return state.isTyping ? .type(text) : nil
    case .signal, .hangup: return .quit
    case .mouse(let x, let y, let mouse, _):
      return PointerDispatch.action(x: x, y: y, mouse, in: state)
    }
  }

  /// Scopes that hold, the narrowest first.
  static func scopes(of state: DashboardState) -> [KeyScope] {
    switch state.overlay {
    case .help: [.help]
    case .menu: [.menu]
    case .prompt: [.prompt]
    case .palette: [.palette]
    case .trial: [.trial]
    case .forkSetup: [.forkSetup]
    case .fork: [.fork]
    case nil where state.isOnTour: [.tour]
    case nil where state.draft != nil: [.draft, .main]
    case nil: [.panel(state.selectedPanel), .main]
    }
  }

  /// Footer hints that hold, the panel's own first.
  public static func hints(in state: DashboardState) -> [KeyBinding] {
    let hints = scopes(of: state).flatMap { scope in
      state.keys.all.filter { binding in
        binding.scope == scope && binding.hint != nil
          && binding.strokes.contains { state.refusal(of: $0.action) == nil }
      }
    }
    guard state.past != nil || !state.run.source.isUnderWay, state.overlay == nil else {
      return hints
    }
    return hints.filter { $0.group == .past } + hints.filter { $0.group != .past }
  }

  /// The page's table of keys, in Markdown.
  public static var markdownTable: String {
    var lines = ["| Key | What it does |", "| --- | --- |"]
    for group in KeyGroup.allCases {
      lines.append("| **\(group.rawValue)** | |")
      for binding in all where binding.group == group {
        guard let note = binding.scope.note else { continue }
        lines.append("| `\(binding.shownKeys)` | \(binding.help)\(note) |")
      }
    }
    return lines.joined(separator: "\n")
  }
}
