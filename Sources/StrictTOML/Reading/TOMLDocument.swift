/// A TOML file that is read strictly: every value is asked for by key and type, and every mistake
/// names file, line, key, value and what is allowed.
public struct TOMLDocument: Sendable {
  public let file: String
  private let root: TOMLTable
  private let bytes: [UInt8]

  /// - Parameter file: the path that errors name.
  /// - Throws: `DocumentError.syntax`.
  public init(_ bytes: [UInt8], file: String) throws(DocumentError) {
    self.file = file
    self.bytes = bytes
    do throws(TOMLError) {
      root = try TOMLParser.table(of: bytes)
    } catch {
      throw .syntax(
        file: file, line: error.line, reason: "\(error.reason) (column \(error.column))")
    }
  }

  public init(_ text: String, file: String) throws(DocumentError) {
    try self.init(Array(text.utf8), file: file)
  }

  // MARK: Keys and tables

  /// Refuses keys that are not allowed.
  public func check(_ allowed: [String], in table: String? = nil) throws(DocumentError) {
    for key in keys(in: table) where !allowed.contains(key) {
      throw unknown(key, in: table, allowed: allowed)
    }
  }

  /// The error for a key that does not exist.
  public func unknown(_ key: String, in table: String?, allowed: [String]) -> DocumentError {
    .unknownKey(
      file: file, line: line(of: key, in: table), key: path(key, table),
      nearest: NearestName.of(key, among: allowed), allowed: allowed)
  }

  /// The keys of the table, or of the top, in alphabetical order; none where it is absent.
  public func keys(in table: String? = nil) -> [String] {
    (self.table(table)?.entries.map(\.key) ?? []).sorted()
  }

  /// Refuses a top key that is there and is no table.
  public func checkTable(_ name: String) throws(DocumentError) {
    guard let value = root[name]?.value, value.table == nil else { return }
    throw bad(name, in: nil, source(name), "a table [\(name)]")
  }

  public func has(_ key: String, in table: String? = nil) -> Bool { entry(key, table) != nil }

  // MARK: Values

  public func text(_ key: String, in table: String? = nil) throws(DocumentError) -> String {
    try read(key, in: table, allowed: "text in quotes") { $0.text }
  }

  public func flag(_ key: String, in table: String? = nil) throws(DocumentError) -> Bool {
    try read(key, in: table, allowed: "true or false") { value in
      if case .flag(let flag) = value.content { flag } else { nil }
    }
  }

  public func whole(_ key: String, in table: String? = nil) throws(DocumentError) -> Int {
    try read(key, in: table, allowed: "a whole number") { $0.whole }
  }

  /// A number that may be beyond TOML's integers, then as text.
  public func seed(_ key: String, in table: String? = nil) throws(DocumentError) -> UInt64 {
    let allowed = "a whole number from 0 to \(UInt64.max), in quotes beyond \(Int.max)"
    return try read(key, in: table, allowed: allowed) { value in
      value.whole.map { UInt64(exactly: $0) } ?? value.text.flatMap { UInt64($0) }
    }
  }

  /// A number, or `nil` for `"none"`.
  public func number(_ key: String, in table: String? = nil) throws(DocumentError) -> Double? {
    try read(key, in: table, allowed: "a number, or \"none\" for no limit") { value in
      switch value.content {
      case .whole(let number): .some(Double(number))
      case .number(let number): .some(number)
      case .text("none"): .some(nil)
      default: .none
      }
    }
  }

  public func texts(_ key: String, in table: String? = nil) throws(DocumentError) -> [String] {
    try read(key, in: table, allowed: "a list of texts in quotes") { value in
      guard case .list(let elements) = value.content else { return nil }
      let texts = elements.compactMap(\.text)
      return texts.count == elements.count ? texts : nil
    }
  }

  /// The value of a key as `convert` makes it.
  ///
  /// - Parameter allowed: what a value can be that `convert` does not refuse by `nil`.
  /// - Throws: `DocumentError.missingKey` or `.badValue`.
  public func read<Value>(
    _ key: String, in table: String? = nil, allowed: String,
    _ convert: (TOMLValue) -> Value?
  ) throws(DocumentError) -> Value {
    guard let entry = entry(key, table) else {
      throw .missingKey(file: file, key: path(key, table))
    }
    guard let converted = convert(entry.value) else {
      throw bad(key, in: table, source(key, in: table), allowed)
    }
    return converted
  }

  // MARK: Places

  /// The value as the file has it, for errors: its first line, and not more than fits in one.
  public func source(_ key: String, in table: String? = nil) -> String {
    guard let value = entry(key, table)?.value else { return "" }
    guard !value.bytes.isEmpty else {
      return value.table == nil ? "a list of tables" : "a table"
    }
    let line = bytes[value.bytes].prefix { $0 != 0x0A && $0 != 0x0D }
    let text = String(decoding: line.prefix(400), as: UTF8.self)
    let shown = text.prefix(80)
    return shown + (shown.utf8.count < value.bytes.count ? "…" : "")
  }

  public func bad(
    _ key: String, in table: String?, _ value: String, _ allowed: String
  ) -> DocumentError {
    .badValue(
      file: file, line: line(of: key, in: table), key: path(key, table), value: value,
      allowed: allowed)
  }

  /// The line, from 1, that names the key in its table.
  public func line(of key: String, in table: String? = nil) -> Int? {
    (entry(key, table) ?? table.flatMap { root[$0] })?.place.line
  }

  private func table(_ name: String?) -> TOMLTable? {
    name.map { root[$0]?.value.table } ?? root
  }

  private func entry(_ key: String, _ table: String?) -> TOMLTable.Entry? {
    self.table(table)?[key]
  }

  private func path(_ key: String, _ table: String?) -> String {
    let shown = key.utf8.count <= 120 ? key : key.prefix(100) + "…"
    return table.map { "\($0).\(shown)" } ?? shown
  }
}

extension TOMLValue {
  public var text: String? {
    if case .text(let text) = content { text } else { nil }
  }

  var whole: Int? {
    if case .whole(let number) = content { number } else { nil }
  }
}
