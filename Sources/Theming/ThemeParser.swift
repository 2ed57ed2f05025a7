import TOMLKit
import TerminalCanvas

/// Reads a theme from TOML, strictly: `name` and `summary` as text and a table `roles` with
/// exactly the roles of `ThemeRole`, each `"#rrggbb"`, `"default"` or one of the 16 ANSI names.
struct ThemeParser {
  let file: String
  private let sourceLines: [Substring]

  /// - Parameter file: the path that errors name.
  /// - Throws: `ThemeError`.
  static func theme(from text: String, file: String) throws(ThemeError) -> Theme {
    try ThemeParser(file: file, text: text).parse(text)
  }

  private init(file: String, text: String) {
    self.file = file
    sourceLines = text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  private func parse(_ text: String) throws(ThemeError) -> Theme {
    let document = try table(of: text)
    let topKeys = ["name", "summary", "roles"]
    for key in document.keys.sorted() where !topKeys.contains(key) {
      throw .unknownKey(file: file, line: line(of: key), key: key, allowed: topKeys)
    }
    let name = try string("name", in: document)
    guard !name.isEmpty else {
      throw .badValue(
        file: file, line: line(of: "name"), key: "name", value: "\"\"", allowed: "a name")
    }
    return Theme(
      name: name, summary: try string("summary", in: document), colors: try colors(in: document))
  }

  private func table(of text: String) throws(ThemeError) -> TOMLTable {
    do {
      return try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      throw .syntax(file: file, line: error.source.begin.line, reason: error.description)
    } catch {
      throw .syntax(file: file, line: 1, reason: "\(error)")
    }
  }

  private func string(_ key: String, in table: TOMLTable) throws(ThemeError) -> String {
    guard let value = table[key] else { throw .missingKey(file: file, key: key) }
    guard let text = value.string else {
      throw .badValue(
        file: file, line: line(of: key), key: key, value: value.debugDescription,
        allowed: "text in quotes")
    }
    return text
  }

  private func colors(in document: TOMLTable) throws(ThemeError) -> [ThemeRole: CellColor] {
    guard let value = document["roles"] else { throw .missingKey(file: file, key: "roles") }
    guard let table = value.table else {
      throw .badValue(
        file: file, line: line(of: "roles"), key: "roles", value: value.debugDescription,
        allowed: "a table [roles]")
    }
    let allowed = ThemeRole.allCases.map(\.rawValue)
    for key in table.keys.sorted() where !allowed.contains(key) {
      throw .unknownKey(file: file, line: line(of: key), key: "roles.\(key)", allowed: allowed)
    }
    var colors: [ThemeRole: CellColor] = [:]
    for role in ThemeRole.allCases {
      let key = role.rawValue
      guard let value = table[key] else {
        throw .missingKey(file: file, key: "roles.\(key)")
      }
      guard let text = value.string, let color = CellColor(themeText: text) else {
        throw .badValue(
          file: file, line: line(of: key), key: "roles.\(key)", value: value.debugDescription,
          allowed: CellColor.themeTextForms)
      }
      colors[role] = color
    }
    return colors
  }

  /// The first line that assigns `key`, from 1; the parser keeps no places of values.
  private func line(of key: String) -> Int? {
    sourceLines.firstIndex { line in
      let start = line.drop { $0 == " " || $0 == "\t" || $0 == "[" || $0 == "\"" }
      guard start.hasPrefix(key) else { return false }
      let rest = start.dropFirst(key.count).drop { $0 == " " || $0 == "\t" || $0 == "\"" }
      return rest.first == "=" || rest.first == "]"
    }.map { $0 + 1 }
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
