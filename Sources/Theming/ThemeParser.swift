import StrictTOML
import TerminalCanvas

/// Reads a theme from TOML, strictly: `name` and `summary` as text and a table `roles` with
/// exactly the roles of `ThemeRole`, each `"#rrggbb"`, `"default"` or one of the 16 ANSI names.
enum ThemeParser {
  /// - Throws: `DocumentError` for a key that is unknown, missing or no color.
  static func theme(from document: TOMLDocument) throws(DocumentError) -> Theme {
    try document.check(["name", "summary", "roles"])
    let name = try document.text("name")
    guard !name.isEmpty else { throw document.bad("name", in: nil, "\"\"", "a name") }
    return Theme(
      name: name, summary: try document.text("summary"), colors: try colors(in: document))
  }

  private static func colors(
    in document: TOMLDocument
  ) throws(DocumentError) -> [ThemeRole: CellColor] {
    let table = "roles"
    guard document.has(table) else { throw .missingKey(file: document.file, key: table) }
    try document.checkTable(table)
    try document.check(ThemeRole.allCases.map(\.rawValue), in: table)
    var colors: [ThemeRole: CellColor] = [:]
    for role in ThemeRole.allCases {
      colors[role] = try document.read(
        role.rawValue, in: table, allowed: CellColor.themeTextForms
      ) { $0.text.flatMap { CellColor(themeText: $0) } }
    }
    return colors
  }
}

extension CellColor {
  static let themeTextForms =
    "\"#rrggbb\", \"default\" or one of " + ansiNames.joined(separator: ", ")

  static let ansiNames: [String] = {
    let names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
    return names + names.map { "bright-\($0)" }
  }()

  /// Reads a color as theme files write it.
  init?(themeText text: String) {
    if text == "default" {
      self = .standard
    } else if let index = Self.ansiNames.firstIndex(of: text) {
      self = .ansi(UInt8(index))
    } else if text.count == 7, text.first == "#", text.dropFirst().allSatisfy(\.isHexDigit),
      let value = UInt32(text.dropFirst(), radix: 16)
    {
      self = .rgb(
        red: UInt8(value >> 16 & 0xFF), green: UInt8(value >> 8 & 0xFF),
        blue: UInt8(value & 0xFF))
    } else {
      return nil
    }
  }
}
