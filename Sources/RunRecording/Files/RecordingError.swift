internal import LocalFiles

#if canImport(Glibc)
  import Glibc
#endif

/// What can go wrong with the files of a run.
public enum RecordingError: Error, Sendable, Hashable {
  /// A system call failed; `code` is its `errno`.
  case system(operation: String, path: String, code: Int32)
  /// Something else than a plain file stands in the place of one; `kind` such as "a FIFO".
  case notPlain(path: String, kind: String)
  /// Another program has the folder open for writing.
  case locked(folder: String, processID: Int32?)
  /// A file does not hold what it should.
  case malformed(path: String, reason: String)
  /// A folder that should hold no run yet does, or a file is in its place.
  case exists(path: String)
  /// A folder that should be new or empty is not.
  case notEmpty(path: String)
}

extension RecordingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .system(let operation, let path, let code):
      "cannot \(operation) \(path): \(String(cString: strerror(code)))"
    case .notPlain(let path, let kind): "\(path) is \(kind), not a plain file"
    case .locked(let folder, let processID):
      "\(folder) is in use by another program"
        + (processID.map { ", process \($0)" } ?? "") + "; wait for it or choose another folder"
    case .malformed(let path, let reason):
      "\(path) is damaged or foreign: \(reason)"
    case .exists(let path):
      "\(path) exists already; choose another folder, or resume the run if it holds one"
    case .notEmpty(let path): "\(path) is not empty; choose another folder"
    }
  }
}

extension RecordingError {
  init(_ error: FileError) {
    self =
      switch error {
      case .system(let operation, let path, let code):
        .system(operation: operation, path: path, code: code)
      case .notPlain(let path, let kind): .notPlain(path: path, kind: kind)
      case .tooLarge(let path, let limit):
        .malformed(path: path, reason: "it holds more than \(limit) bytes")
      }
  }
}
