#if canImport(Glibc)
  internal import Glibc
#endif

/// What keeps a file from being read or written.
public enum FileError: Error, Sendable, Hashable {
  /// A system call failed; `code` is its `errno`.
  case system(operation: String, path: String, code: Int32)
  /// Something else than a plain file stands in the place of one; `kind` such as "a FIFO".
  case notPlain(path: String, kind: String)
  /// The file holds more bytes than are read of it.
  case tooLarge(path: String, limit: Int)

  /// Only what is wrong, for messages that name the file themselves.
  public var reason: String {
    switch self {
    case .system("read", _, ENOENT): "no such file"
    case .system(_, _, let code): String(cString: strerror(code))
    case .notPlain(_, let kind): "it is \(kind), not a plain file"
    case .tooLarge(_, let limit): "it holds more than \(limit) bytes"
    }
  }
}

extension FileError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let operation, let path, let code):
      "cannot \(operation) \(path): \(String(cString: strerror(code)))"
    case .notPlain(let path, let kind): "\(path) is \(kind), not a plain file"
    case .tooLarge(let path, let limit): "\(path) holds more than \(limit) bytes"
    }
  }
}
