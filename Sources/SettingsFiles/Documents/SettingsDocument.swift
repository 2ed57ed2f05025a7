import FoundationEssentials
import TOMLKit

/// A TOML file that is read strictly: every value is asked for by key and type, and every mistake
/// names file, line, key, value and what is allowed.
struct SettingsDocument {
  let file: String
  private let root: TOMLTable
  private let lines: [Substring]

  /// - Throws: `SettingsError.unreadable` or `.syntax`.
  static func load(_ path: String) throws(SettingsError) -> SettingsDocument {
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw .unreadable(
        file: path,
        reason: FileManager.default.fileExists(atPath: path)
          ? "not a file of UTF-8 text, or no permission" : "no such file")
    }
    return try SettingsDocument(text, file: path)
  }

  /// - Parameter file: the path that errors name.
  /// - Throws: `SettingsError.syntax`.
  init(_ text: String, file: String) throws(SettingsError) {
    self.file = file
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    do {
      root = try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      throw .syntax(file: file, line: error.source.begin.line, reason: error.description)
    } catch {
      throw .syntax(file: file, line: 1, reason: "\(error)")
    }
  }

  /// Refuses keys that are not allowed.
  func check(_ allowed: [String], in table: String? = nil) throws(SettingsError) {
    for key in keys(in: table) where !allowed.contains(key) {
      throw unknown(key, in: table, allowed: allowed)
    }
  }

  /// The error for a key that does not exist.
  func unknown(_ key: String, in table: String?, allowed: [String]) -> SettingsError {
    .unknownKey(
      file: file, line: line(of: key, in: table), key: path(key, table),
      nearest: NearestName.of(key, among: allowed), allowed: allowed)
  }

  /// The keys of the table, or of the top, in alphabetical order; none where it is absent.
  func keys(in table: String? = nil) -> [String] {
    guard let table else { return root.keys.sorted() }
    return root[table]?.table?.keys.sorted() ?? []
  }

  /// Refuses a top key that is there and is no table.
  func checkTable(_ name: String) throws(SettingsError) {
    guard let value = root[name], value.table == nil else { return }
    throw bad(name, in: nil, value.debugDescription, "a table [\(name)]")
  }

  func has(_ key: String, in table: String? = nil) -> Bool { value(key, table) != nil }

  func text(_ key: String, in table: String? = nil) throws(SettingsError) -> String {
    try read(key, table, "text in quotes") { $0.string }
  }

  func flag(_ key: String, in table: String? = nil) throws(SettingsError) -> Bool {
    try read(key, table, "true or false") { $0.bool }
  }

  func whole(_ key: String, in table: String? = nil) throws(SettingsError) -> Int {
    try read(key, table, "a whole number") { $0.int }
  }

  /// A number that may be beyond TOML's integers, then as text.
  func seed(_ key: String, in table: String? = nil) throws(SettingsError) -> UInt64 {
    let allowed = "a whole number from 0 to \(UInt64.max), in quotes beyond \(Int.max)"
    return try read(key, table, allowed) { value in
      value.int.map { UInt64(exactly: $0) } ?? value.string.flatMap { UInt64($0) }
    }
  }

  /// A number, or `nil` for `"none"`.
  func number(_ key: String, in table: String? = nil) throws(SettingsError) -> Double? {
    try read(key, table, "a number, or \"none\" for no limit") { value in
      if let number = value.int { return .some(Double(number)) }
      if let number = value.double { return .some(number) }
      return value.string == "none" ? .some(nil) : .none
    }
  }

  func texts(_ key: String, in table: String? = nil) throws(SettingsError) -> [String] {
    try read(key, table, "a list of texts in quotes") { value in
      guard let texts = value.array?.map(\.string), texts.allSatisfy({ $0 != nil }) else {
        return nil
      }
      return texts.compactMap { $0 }
    }
  }

  /// A text, or a list of texts and of lists of texts: the shapes that keys are given in.
  enum Shape: Equatable {
    case one(String)
    case list([Shape])

    fileprivate init?(_ value: any TOMLValueConvertible, depth: Int) {
      if let text = value.string {
        self = .one(text)
      } else if depth > 0, let array = value.array {
        let shapes = array.compactMap { Shape($0, depth: depth - 1) }
        guard shapes.count == array.count else { return nil }
        self = .list(shapes)
      } else {
        return nil
      }
    }
  }

  func shape(_ key: String, in table: String? = nil) throws(SettingsError) -> Shape {
    try read(key, table, "a key in quotes, or a list of them") { Shape($0, depth: 2) }
  }

  private func read<Value>(
    _ key: String, _ table: String?, _ allowed: String,
    _ convert: (any TOMLValueConvertible) -> Value?
  ) throws(SettingsError) -> Value {
    guard let value = value(key, table), let converted = convert(value) else {
      throw bad(key, in: table, source(key, in: table), allowed)
    }
    return converted
  }

  /// The value as the file has it, for errors.
  func source(_ key: String, in table: String? = nil) -> String {
    value(key, table)?.debugDescription ?? ""
  }

  func bad(
    _ key: String, in table: String?, _ value: String, _ allowed: String
  ) -> SettingsError {
    .badValue(
      file: file, line: line(of: key, in: table), key: path(key, table), value: value,
      allowed: allowed)
  }

  private func value(_ key: String, _ table: String?) -> (any TOMLValueConvertible)? {
    guard let table else { return root[key] }
    return root[table]?.table?[key]
  }

  private func path(_ key: String, _ table: String?) -> String {
    table.map { "\($0).\(key)" } ?? key
  }

  /// The line, from 1, that assigns the key in its table; the parser keeps no places of values.
  func line(of key: String, in table: String? = nil) -> Int? {
    var current: String?
    for (index, line) in lines.enumerated() {
      let text = line.drop { $0 == " " || $0 == "\t" }
      if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
        current = Self.bare(text[text.index(after: text.startIndex)..<end])
        if table == nil, current == key { return index + 1 }
      } else if let equals = text.firstIndex(of: "=") {
        let bare = Self.bare(text[..<equals])
        if current == table, bare == key { return index + 1 }
        if current == nil, let table, bare == "\(table).\(key)" || bare == table {
          return index + 1
        }
      }
    }
    return nil
  }

  /// A key without spaces and quotes.
  private static func bare(_ key: Substring) -> String {
    String(key.filter { !" \t\"'".contains($0) })
  }
}
