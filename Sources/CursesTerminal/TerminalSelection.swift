/// Which entries of the terminal database to try, and how many colors to use, from the environment.
struct TerminalSelection: Equatable {
  /// The type the environment names.
  var name: String
  /// In this order.
  var candidates: [String]
  /// No more colors than these; nil for what the terminal has.
  var limit: ColorDepth?

  /// - Throws: `TerminalError` where `TERM` names nothing that could be tried.
  init(environment: [String: String], wanted: ColorDepth?) throws {
    name = environment["TERM"] ?? ""
    guard !name.isEmpty else { throw TerminalError.terminalTypeMissing }
    guard name != "unknown" else { throw TerminalError.terminalTypeUnknown(name: name) }
    let noColor = !(environment["NO_COLOR"] ?? "").isEmpty
    limit = wanted ?? (noColor ? .mono : nil)
    candidates = [name]
    if Self.isXtermLike(name), name != "xterm-256color" { candidates.append("xterm-256color") }
    let claimsTruecolor = ["truecolor", "24bit"].contains(environment["COLORTERM"] ?? "")
    if limit == .truecolor || (limit == nil && claimsTruecolor), Self.isXtermLike(name) {
      candidates = Self.directEntries(name) + candidates
    }
  }

  /// Direct-color entries for a terminal: its own if there is one, else that of its family.
  private static func directEntries(_ name: String) -> [String] {
    let isMultiplexer = name.hasPrefix("tmux") || name.hasPrefix("screen")
    let base = name.split(separator: "-").first.map(String.init) ?? name
    let family = isMultiplexer ? "tmux-direct" : "xterm-direct"
    let own = "\(base)-direct"
    return own == family || isMultiplexer || base == "xterm" ? [family] : [own, family]
  }

  /// Terminals that behave as xterm does, many of which Debian's base terminal database lacks.
  static func isXtermLike(_ name: String) -> Bool {
    let families = [
      "xterm", "tmux", "screen", "rxvt", "foot", "ghostty", "alacritty", "kitty", "wezterm",
      "konsole", "gnome", "vte", "contour", "rio", "iterm", "mlterm", "st-", "mintty",
    ]
    return families.contains { name.hasPrefix($0) } || name.hasSuffix("-256color")
  }
}
