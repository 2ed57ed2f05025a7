import TerminalCanvas

extension GlyphSet {
  /// Text as this glyph set can write it: unchanged in Unicode, in words and ASCII signs otherwise.
  ///
  /// Spelling changes lengths (`π_old` becomes `pi_old`), so it comes before any layout.
  func spelled(_ text: String) -> String {
    guard !isUnicode, !text.utf8.allSatisfy({ $0 < 128 }) else { return text }
    var spelled = ""
    var previous: Character = " "
    for character in text {
      // A dot between blanks parts phrases, one inside a formula multiplies.
      if character == "·" {
        spelled += previous == " " ? "|" : "*"
      } else {
        spelled += Self.asciiSpelling[character] ?? String(character)
      }
      previous = character
    }
    return spelled
  }

  private static let asciiSpelling: [Character: String] = [
    "π": "pi", "ρ": "rho", "σ": "sigma", "α": "alpha", "β": "beta", "ε": "eps", "Σ": "sum ",
    "Δ": "d", "‖": "|", "₊": "+", "₋": "-", "×": "x", "−": "-", "–": "-", "≥": ">=", "≤": "<=",
    "½": "1/2", "…": "...", "→": "->", "✓": "R", "✗": "W", "▲": "^", "▼": "v", "▸": ">",
    "●": "@", "•": "*", "⏎": "$", "╎": "!", "┆": "|", "┊": ",", "░": ":", "▓": "#", "█": "#",
    "├": "[", "┤": "]", "─": "-", "▁": "_", "↑": "^", "↓": "v", "²": "^2", "∞": "inf",
    "≈": "~", "≠": "!=", "◆": "*", "■": "#", "│": "|",
  ]
}
