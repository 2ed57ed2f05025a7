import RunKnowledge
public import TerminalCanvas

/// A key, or a pair of opposite keys, with everything that is said about it: dispatch, footer,
/// help and the page Keys come from here.
public struct KeyBinding: Sendable {
  public struct Stroke: Sendable {
    public let key: Key
    public let action: DashboardAction

    public init(_ key: Key, _ action: DashboardAction) {
      self.key = key
      self.action = action
    }
  }

  /// Identifier for configuration, such as `pause`.
  public let name: String
  public let scope: KeyScope
  public let group: KeyGroup
  public private(set) var strokes: [Stroke]
  /// How the keys are written, such as `[ ]`.
  public private(set) var shownKeys: String
  /// One phrase for help and the page Keys.
  public private(set) var help: String
  /// What `help` becomes with other keys, where it names keys itself.
  let helpWhenRebound: String?
  /// What each of the different actions does, where `help` tells of several at once.
  let helpOfEach: [String]
  /// Two or three words for the footer; `nil` where it has no place there.
  public let hint: String?
  /// What the footer says in place of `hint` where the key does something else at the moment.
  let hintNow: @Sendable (DashboardState) -> String?

  init(
    _ name: String, _ group: KeyGroup, in scope: KeyScope = .main, _ strokes: [Stroke],
    shown shownKeys: String? = nil, _ help: String, hint: String? = nil,
    helpWhenRebound: String? = nil, each helpOfEach: [String] = [],
    hintNow: @escaping @Sendable (DashboardState) -> String? = { _ in nil }
  ) {
    self.name = name
    self.scope = scope
    self.group = group
    self.strokes = strokes
    self.shownKeys = shownKeys ?? strokes.map(\.key.shown).joined(separator: " ")
    self.help = help
    self.helpWhenRebound = helpWhenRebound
    self.helpOfEach = helpOfEach
    self.hint = hint
    self.hintNow = hintNow
  }

  /// The different actions of the binding, in order; other keys of one action are its aliases.
  public var actions: [DashboardAction] {
    strokes.reduce(into: []) { actions, stroke in
      if !actions.contains(stroke.action) { actions.append(stroke.action) }
    }
  }

  /// The binding with other keys: one list for each of `actions`.
  func rebound(to keys: [[Key]]) -> KeyBinding {
    // A copy, so that whatever else is said about the binding stays.
    var binding = self
    binding.strokes = zip(actions, keys).flatMap { action, keys in
      keys.map { Stroke($0, action) }
    }
    let first = keys.compactMap(\.first).map(\.shown)
    binding.shownKeys =
      first.count > 4 ? "\(first[0]) … \(first[first.count - 1])" : first.joined(separator: " ")
    binding.help = helpWhenRebound ?? help
    return binding
  }
}

/// Where a binding holds. A panel's own bindings go before those of the main screen.
public enum KeyScope: Sendable, Hashable {
  case main
  /// While the panel is selected.
  case panel(PanelIdentity)
  /// While knob moves are drafted.
  case draft
  /// While a tour has the keys.
  case tour
  case help
  case menu
  case prompt
  case palette
  /// Over the answers to a tried prompt.
  case trial
  /// Over what a fork is to be, and over what it says.
  case forkSetup
  case fork

  /// What a key of the scope needs from wherever it is pressed.
  var requirements: [Requirement] { self == .draft ? [.draft] : [] }

  /// Where its keys hold, as the help and the page of keys say it; `nil` for keys that are shown only
  /// where they hold.
  var note: String? {
    switch self {
    case .main, .draft: ""
    case .panel(let panel): " (in the \(panel.name) panel)"
    case .trial: " (while trying)"
    case .forkSetup: " (before a fork)"
    case .fork: " (over a fork)"
    case .help, .menu, .prompt, .tour, .palette: nil
    }
  }
}

/// Sections of the help.
public enum KeyGroup: String, Sendable, Hashable, CaseIterable {
  case run = "Run"
  case knobs = "Knobs"
  case preview = "Preview, while it is open"
  case look = "Look around"
  case past = "The past"
  case trial = "Beside the run"
  case program = "Program"
}
