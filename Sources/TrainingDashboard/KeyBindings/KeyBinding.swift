import RunKnowledge
public import TerminalCanvas

/// A key, or a pair of opposite keys, with everything that is said about it: dispatch, footer,
/// help and README's table come from here.
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
  public let strokes: [Stroke]
  /// How the keys are written, such as `[ ]`.
  public let shownKeys: String
  /// One phrase for help and README.
  public let help: String
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

  /// What a key of the scope needs from wherever it is pressed.
  var requirements: [Requirement] { self == .draft ? [.draft] : [] }
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
