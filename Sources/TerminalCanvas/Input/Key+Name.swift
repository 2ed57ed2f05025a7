extension Key {
  /// What `init(named:)` takes, for errors and documentation.
  public static let nameForms =
    "a single character, space, up, down, left, right, enter, esc, tab, shift-tab, backspace, "
    + "delete, home, end, page-up, page-down, F1 … F24 or ctrl- with a letter"

  private static let names: [String: Key] = [
    "space": .character(" "), "up": .up, "down": .down, "left": .left, "right": .right,
    "enter": .enter, "esc": .escape, "tab": .tab, "shift-tab": .backTab,
    "backspace": .backspace, "delete": .delete, "home": .home, "end": .end, "page-up": .pageUp,
    "page-down": .pageDown,
  ]

  /// Control letters that a terminal cannot tell from a key of another name.
  private static let aliases: Set<Character> = ["h", "i", "j", "m"]

  /// Reads a key as configuration files name it; `nil` for what is no key.
  public init?(named text: String) {
    if let key = Self.names[text] {
      self = key
    } else if text.count == 1, let character = text.first, Self.isPrintable(character) {
      self = .character(character)
    } else if text.hasPrefix("ctrl-"), text.count == 6, let letter = text.last,
      letter.isASCII, letter.isLowercase, !Self.aliases.contains(letter)
    {
      self = .ctrl(letter)
    } else if text.first == "F", let number = Int(text.dropFirst()), (1...24).contains(number) {
      self = .function(number)
    } else {
      return nil
    }
  }

  /// The name that `init(named:)` reads.
  public var name: String {
    if let known = Self.names.first(where: { $0.value == self }) { return known.key }
    return shown
  }

  private static func isPrintable(_ character: Character) -> Bool {
    !character.isWhitespace
      && character.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
  }
}

extension Key {
  /// As a person names the key.
  public var shown: String {
    switch self {
    case .character(" "): "space"
    case .character(let character): String(character)
    case .up: "↑"
    case .down: "↓"
    case .left: "←"
    case .right: "→"
    case .enter: "enter"
    case .escape: "esc"
    case .tab: "tab"
    case .backTab: "shift-tab"
    case .backspace: "backspace"
    case .delete: "delete"
    case .home: "home"
    case .end: "end"
    case .pageUp: "page up"
    case .pageDown: "page down"
    case .function(let number): "F\(number)"
    case .ctrl(let letter): "ctrl-\(letter)"
    }
  }
}
