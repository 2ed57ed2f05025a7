public import TerminalCanvas

extension GlyphSet {
  /// Text as this glyph set can write it: unchanged in Unicode, in words and ASCII signs otherwise.
  ///
  /// Spelling changes lengths (`π_old` becomes `pi_old`), so it comes before any layout.
  public func spelled(_ text: String) -> String {
    guard !isUnicode, !text.utf8.allSatisfy({ $0 < 128 }) else { return text }
    var spelled = ""
    var previous: Character = " "
    for character in text {
      // A dot between blanks parts phrases, one in quotes is a token, one in a formula multiplies.
      if character == "·" {
        spelled += previous == " " ? "|" : previous == "'" ? "_" : "*"
      } else {
        spelled += Self.asciiSpelling[character] ?? Self.standIn(character)
      }
      previous = character
    }
    return spelled
  }

  /// A token of the vocabulary in one cell. Its signs for padding, ends and what is unknown have
  /// stand-ins that are no tokens themselves, and none that looks like an operator.
  func spelledToken(_ symbol: String) -> String {
    guard !isUnicode else { return symbol }
    return Self.asciiTokens[symbol] ?? spelled(symbol)
  }

  private static let asciiTokens = [
    "·": "_", "⊢": "^", "⊣": "$", "⏎": "$", "\u{FFFD}": "@",
  ]

  private static func standIn(_ character: Character) -> String {
    var text = String.UnicodeScalarView()
    for scalar in character.unicodeScalars { text.append(AsciiFallback.scalar(for: scalar)) }
    return String(text)
  }

  private static let asciiSpelling: [Character: String] = [
    "π": "pi", "ρ": "rho", "σ": "sigma", "α": "alpha", "β": "beta", "ε": "eps", "Σ": "sum ",
    "Δ": "d", "‖": "|", "₊": "+", "₋": "-", "×": "x", "−": "-", "–": "-", "≥": ">=", "≤": "<=",
    "½": "1/2", "…": "...", "→": "->", "✓": "R", "✗": "W", "▲": "^", "▼": "v", "▸": ">",
    "●": "@", "•": "*", "⏎": "$", "╎": "!", "┆": "|", "┊": ",", "░": ":", "▓": "#", "█": "#",
    "├": "[", "┤": "]", "─": "-", "▁": "_", "↑": "^", "↓": "v", "²": "^2", "∞": "inf",
    "±": "+-", "≈": "~", "≠": "!=", "◆": "*", "◈": "?", "⊢": "^", "⊣": "$", "■": "#", "│": "|",
  ]
}
