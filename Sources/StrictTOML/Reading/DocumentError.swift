/// What can be wrong with a file of TOML: always the file and, where there is one, the line.
public enum DocumentError: Error, Hashable {
  case unreadable(file: String, reason: String)
  /// Not TOML, or a key twice; the reason tells the column.
  case syntax(file: String, line: Int, reason: String)
  case unknownKey(file: String, line: Int?, key: String, nearest: String?, allowed: [String])
  case missingKey(file: String, key: String)
  case badValue(file: String, line: Int?, key: String, value: String, allowed: String)
  /// A value that is fine in itself but cannot be here; the reason tells what could.
  case refused(file: String, line: Int?, key: String, value: String, reason: String)
}

extension DocumentError {
  public var file: String {
    switch self {
    case .unreadable(let file, _), .syntax(let file, _, _), .unknownKey(let file, _, _, _, _),
      .missingKey(let file, _), .badValue(let file, _, _, _, _), .refused(let file, _, _, _, _):
      file
    }
  }
}

extension DocumentError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
    case .syntax(let file, let line, let reason): "\(file):\(line): \(reason)"
    case .unknownKey(let file, let line, let key, let nearest, let allowed):
      "\(Self.place(file, line)): unknown key '\(key)'"
        + (nearest.map { ", perhaps '\($0)'" } ?? "")
        + "; there are: \(allowed.joined(separator: ", "))"
    case .missingKey(let file, let key): "\(file): the key '\(key)' is missing"
    case .badValue(let file, let line, let key, let value, let allowed):
      "\(Self.place(file, line)): \(key) = \(value); allowed is \(allowed)"
    case .refused(let file, let line, let key, let value, let reason):
      "\(Self.place(file, line)): \(key) = \(value): \(reason)"
    }
  }

  private static func place(_ file: String, _ line: Int?) -> String {
    line.map { "\(file):\($0)" } ?? file
  }
}
