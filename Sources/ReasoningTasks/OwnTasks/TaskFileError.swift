/// What is wrong with a file of prompts and answers.
public enum TaskFileError: Error, Sendable, Hashable {
  /// The file cannot be read, or not as a whole.
  case unreadable(file: String, reason: String)
  /// A line, or a field of it, is not what it has to be.
  case badLine(file: String, line: Int, field: String?, value: String, allowed: String)
  /// The file as a whole is no task.
  case noTask(file: String, reason: String)
}

extension TaskFileError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badLine(let file, _, _, _, _): "\(file), \(reason)"
    case .unreadable(let file, _), .noTask(let file, _): "\(file): \(reason)"
    }
  }

  /// Only what is wrong, for messages that name the file themselves.
  public var reason: String {
    switch self {
    case .unreadable(_, let reason): "cannot be read: \(reason)"
    case .badLine(_, let line, let field, let value, let allowed):
      "line \(line): \(field.map { "\($0) is " } ?? "")\(value); allowed: \(allowed)"
    case .noTask(_, let reason): reason
    }
  }
}
