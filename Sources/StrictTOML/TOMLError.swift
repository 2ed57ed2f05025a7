/// What is wrong with a text that should be TOML, and where.
public struct TOMLError: Error, Sendable, Hashable {
  public let place: TOMLPlace
  public let reason: String

  public var line: Int { place.line }
  public var column: Int { place.column }
}

extension TOMLError: CustomStringConvertible {
  public var description: String { "\(reason) (line \(line), column \(column))" }
}

/// How much a text may hold.
public enum TOMLLimits {
  /// Bytes of a whole text.
  public static let byteCount = 4 << 20
  /// Tables and lists inside one another, those of dotted keys and headings counted.
  public static let depth = 128
}
