/// What can be wrong with a theme or its file.
public enum ThemeError: Error, Hashable {
  /// The file cannot be read at all.
  case unreadable(file: String, reason: String)
  /// Not TOML, or a key given twice; the reason is the parser's.
  case syntax(file: String, line: Int, reason: String)
  case unknownKey(file: String, line: Int?, key: String, allowed: [String])
  case missingKey(file: String, key: String)
  case badValue(file: String, line: Int?, key: String, value: String, allowed: String)
  /// No theme of this name in the folders searched; `notice` tells of folders that are missing.
  case unknownTheme(String, known: [String], searched: [String], notice: String?)
}

extension ThemeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
    case .syntax(let file, let line, let reason): "\(file):\(line): \(reason)"
    case .unknownKey(let file, let line, let key, let allowed):
      "\(Self.place(file, line)): unknown key '\(key)'; there are: "
        + allowed.joined(separator: ", ")
    case .missingKey(let file, let key): "\(file): the key '\(key)' is missing"
    case .badValue(let file, let line, let key, let value, let allowed):
      "\(Self.place(file, line)): \(key) = \(value); allowed is \(allowed)"
    case .unknownTheme(let name, let known, let searched, let notice):
      "there is no theme '\(name)'; there are: \(known.joined(separator: ", "))"
        + (notice.map { "; \($0)" } ?? " (searched \(searched.joined(separator: ", ")))")
    }
  }

  private static func place(_ file: String, _ line: Int?) -> String {
    line.map { "\(file):\($0)" } ?? file
  }
}
