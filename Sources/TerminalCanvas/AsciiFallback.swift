/// ASCII stand-ins for the characters this program draws, one cell for one cell.
///
/// The last resort for terminals and locales without Unicode; widgets that know better draw ASCII
/// themselves when the glyph set asks for it.
public enum AsciiFallback {
  /// The stand-in of a character; `?` for what is not known.
  public static func scalar(for scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar.isASCII { return scalar }
    if let known = table[scalar] { return known }
    switch scalar.value {
    case 0x2801...0x28FF: return ":"
    case 0x2800: return " "
    case 0x2500...0x257F: return "+"
    case 0x2581...0x2588: return "#"
    case 0x2589...0x259F: return "#"
    default: return "?"
    }
  }

  private static let table: [Unicode.Scalar: Unicode.Scalar] = {
    let groups: [(String, Unicode.Scalar)] = [
      ("─━╌┄┈═", "-"), ("│┃┆╎┊║", "|"), ("╭╮╰╯┌┐└┘├┤┬┴┼┏┓┗┛", "+"),
      ("▏▎▕", "|"), ("▁", "_"), ("▂▃", "."), ("▄▅", "-"), ("░", "."), ("▒", ":"),
      ("▓", "#"), ("…", "~"), ("−–—", "-"), ("·•∙", "."), ("●◆■▪", "*"), ("○◇□", "o"),
      ("✓✔", "v"), ("✗✘×", "x"), ("▲↑⇧△", "^"), ("▼↓▽", "v"), ("▶▸→›»", ">"), ("◀◂←‹«", "<"),
      ("≥", ">"), ("≤", "<"), ("≈∼", "~"), ("±", "+"), ("∞", "8"), ("√", "V"), ("°", "o"),
      ("αΑ", "a"), ("βΒ", "b"), ("γ", "g"), ("δΔ", "d"), ("εϵ", "e"), ("θ", "t"), ("λ", "l"),
      ("μµ", "u"), ("π", "p"), ("ρ", "r"), ("σ", "s"), ("Σ", "S"), ("τ", "t"), ("φ", "f"),
      ("½", "h"), ("²", "2"), ("³", "3"), ("₀", "0"), ("₁", "1"), ("₂", "2"), ("₊⁺", "+"),
      ("₋⁻", "-"), ("‖", "|"), ("⏸", "="), ("⏵", ">"), ("⏹", "#"), ("↵⏎", "<"), ("↕", "|"),
      ("↔", "-"), ("‘’", "'"), ("“”", "\""), ("⚠", "!"), ("\u{A0}", " "),
    ]
    var table: [Unicode.Scalar: Unicode.Scalar] = [:]
    for (characters, standIn) in groups {
      for scalar in characters.unicodeScalars { table[scalar] = standIn }
    }
    return table
  }()
}

extension CellBuffer {
  /// The same frame in ASCII characters alone.
  public func asciified() -> CellBuffer {
    mapCells { cell in
      Cell(AsciiFallback.scalar(for: cell.character), style: cell.style)
    }
  }
}
