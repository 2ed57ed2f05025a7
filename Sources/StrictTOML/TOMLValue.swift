/// A place in a text, both counted from 1; columns count characters as Unicode has them.
public struct TOMLPlace: Sendable, Hashable {
  public let line: Int
  public let column: Int
}

/// A value of a TOML text and where it stands.
public struct TOMLValue: Sendable {
  public enum Content: Sendable {
    case text(String)
    case whole(Int)
    case number(Double)
    case flag(Bool)
    /// A date, a time or both, as the text has it.
    case moment(TOMLMoment)
    case list([TOMLValue])
    case table(TOMLTable)
  }

  public let content: Content
  /// Where the value begins; for a table with a heading, where the heading names it.
  public let place: TOMLPlace
  /// The bytes of the text that are the value; empty for tables that are not written as values.
  public let bytes: Range<Int>

  public var table: TOMLTable? {
    if case .table(let table) = content { table } else { nil }
  }
}

/// A date, a time or both; nothing in this program computes with one.
public struct TOMLMoment: Sendable, Hashable {
  public enum Kind: Sendable {
    case offsetDateTime, localDateTime, localDate, localTime
  }

  public let kind: Kind
  public let text: String
}

/// A table of a TOML text, its keys in the order in which they stand.
public struct TOMLTable: Sendable {
  public struct Entry: Sendable {
    public let key: String
    /// Where the key stands.
    public let place: TOMLPlace
    public let value: TOMLValue
  }

  public let entries: [Entry]
  private let places: [TOMLKey: Int]

  init(_ entries: [Entry]) {
    self.entries = entries
    places = Dictionary(
      uniqueKeysWithValues: zip(entries.map { TOMLKey($0.key) }, entries.indices))
  }

  public subscript(_ key: String) -> Entry? { places[TOMLKey(key)].map { entries[$0] } }
}

/// A key as TOML compares it: by its scalars, not by how they look together.
struct TOMLKey: Hashable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (first: TOMLKey, second: TOMLKey) -> Bool {
    first.text.utf8.elementsEqual(second.text.utf8)
  }

  func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}
