import RunKnowledge
import TerminalCanvas

/// The command palette: a search over everything that can be done.
public struct Palette: Sendable, Hashable {
  public var query = ""
  /// Place among the entries found.
  public var selected = 0

  public init() {}
}

/// What the palette offers.
public struct PaletteEntry: Sendable, Hashable {
  /// What it does, in words.
  public var title: String
  /// How its keys are written; empty where it has none.
  public var keys: String
  /// Other words by which it is found.
  public var aliases: String
  /// More about it, shown while it is chosen.
  public var summary: String
  /// Why it cannot be done now; `nil` where it can.
  public var refusal: String?
  public var action: DashboardAction
  /// The binding it comes from; `nil` for what has no key.
  public var binding: String?

  init(
    _ title: String, _ action: DashboardAction, keys: String = "", aliases: String = "",
    summary: String = "", refusal: String? = nil, binding: String? = nil
  ) {
    self.title = title
    self.keys = keys
    self.aliases = aliases
    self.summary = summary
    self.refusal = refusal
    self.action = action
    self.binding = binding
  }
}

extension DashboardState {
  /// Whether characters are text now and no keys.
  var isTyping: Bool {
    switch overlay {
    case .prompt, .palette: true
    case .help, .menu, .trial, .fork, .forkSetup, nil: false
    }
  }

  /// Everything the palette has: each action of the key table, then what is chosen by name.
  public var paletteEntries: [PaletteEntry] {
    let bound = keys.all.flatMap { entries(of: $0) }
    let known = Set(bound.map(\.action))
    return bound + namedEntries.filter { !known.contains($0.action) }
  }

  /// What a search finds, best first; everything, in its order, while nothing is typed.
  public func paletteEntries(matching query: String) -> [PaletteEntry] {
    let search = PaletteSearch(query)
    guard !search.isEmpty else { return paletteEntries }
    let found = paletteEntries.enumerated().compactMap { offset, entry in
      search.score(of: entry).map { (score: $0, offset: offset, entry: entry) }
    }
    // Equals keep their order.
    return found.sorted { ($1.score, $0.offset) < ($0.score, $1.offset) }.map(\.entry)
  }

  /// An entry for each action of a binding of the screen; none for the keys of overlays, which
  /// mean something only there.
  private func entries(of binding: KeyBinding) -> [PaletteEntry] {
    let place: String
    let misplaced = binding.scope.requirements.lazy.compactMap { refusal(of: $0) }.first
    switch binding.scope {
    case .help, .menu, .prompt, .palette, .tour, .trial, .forkSetup, .fork: return []
    case .main: place = ""
    case .panel(let panel): place = " (\(panel.name) panel)"
    case .draft: place = " (preview)"
    }
    return binding.actions.enumerated().compactMap { index, action in
      guard action != .openPalette else { return nil }
      let title =
        binding.helpOfEach.indices.contains(index)
        ? binding.helpOfEach[index] : binding.help
      return PaletteEntry(
        title + place, action,
        keys: binding.strokes.filter { $0.action == action }.map(\.key.shown)
          .joined(separator: " "),
        aliases: binding.name, summary: binding.help,
        refusal: (misplaced ?? refusal(of: action))?.reason, binding: binding.name)
    }
  }
}
