import LocalFiles
public import StrictTOML

/// What can be wrong with a settings file.
public typealias SettingsError = DocumentError

extension TOMLDocument {
  /// - Throws: `SettingsError.unreadable` or `.syntax`.
  static func load(_ path: String) throws(SettingsError) -> TOMLDocument {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try SafeFile.contents(of: path, limit: TOMLLimits.byteCount)
    } catch {
      throw .unreadable(file: path, reason: error.reason)
    }
    return try TOMLDocument(bytes, file: path)
  }

  /// A text, or a list of texts and of lists of texts: the shapes that keys are given in.
  enum Shape: Equatable {
    case one(String)
    case list([Shape])

    fileprivate init?(_ value: TOMLValue, depth: Int) {
      if let text = value.text {
        self = .one(text)
      } else if depth > 0, case .list(let values) = value.content {
        let shapes = values.compactMap { Shape($0, depth: depth - 1) }
        guard shapes.count == values.count else { return nil }
        self = .list(shapes)
      } else {
        return nil
      }
    }
  }

  func shape(_ key: String, in table: String? = nil) throws(SettingsError) -> Shape {
    try read(key, in: table, allowed: "a key in quotes, or a list of them") {
      Shape($0, depth: 2)
    }
  }
}
