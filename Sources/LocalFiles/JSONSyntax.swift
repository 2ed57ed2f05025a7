/// Where a text stops being JSON (RFC 8259), for messages about it.
public struct JSONSyntax {
  /// 1-based; columns count bytes.
  public struct Place: Sendable, Hashable {
    public let line: Int
    public let column: Int
  }

  private let text: [UInt8]
  private var place = 0

  /// - Returns: the first byte that cannot stand where it does, or one past the end of a text that
  ///   ends too early; `nil` for JSON.
  public static func firstFault(in text: [UInt8]) -> Place? {
    var syntax = JSONSyntax(text: text)
    guard !syntax.isWhole() else { return nil }
    let before = text[..<min(syntax.place, text.count)]
    let newline = UInt8(ascii: "\n")
    let start = before.lastIndex(of: newline).map { $0 + 1 } ?? 0
    return Place(
      line: before.count { $0 == newline } + 1, column: before.count - start + 1)
  }

  private init(text: [UInt8]) { self.text = text }

  private var next: UInt8? { place < text.count ? text[place] : nil }

  private mutating func takes(_ character: Character) -> Bool {
    guard next == character.asciiValue else { return false }
    place += 1
    return true
  }

  private mutating func skipBlanks() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { place += 1 }
  }

  /// Stops at the first fault. Containers that are open are a list, not calls: a text may nest as
  /// deep as it likes.
  private mutating func isWhole() -> Bool {
    var open: [UInt8] = []
    var wantsValue = true
    while true {
      skipBlanks()
      if wantsValue {
        if let byte = next, byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") {
          place += 1
          open.append(byte)
          skipBlanks()
          let isObject = byte == UInt8(ascii: "{")
          if !takes(isObject ? "}" : "]") {
            if isObject, !takesKey() { return false }
            continue
          }
          open.removeLast()
        } else if !takesScalar() {
          return false
        }
        wantsValue = false
        skipBlanks()
      }
      guard let container = open.last else { return place == text.count }
      let isObject = container == UInt8(ascii: "{")
      if takes(",") {
        skipBlanks()
        if isObject, !takesKey() { return false }
        wantsValue = true
      } else if takes(isObject ? "}" : "]") {
        open.removeLast()
      } else {
        return false
      }
    }
  }

  private mutating func takesKey() -> Bool {
    guard takesString() else { return false }
    skipBlanks()
    return takes(":")
  }

  private mutating func takesScalar() -> Bool {
    switch next {
    case UInt8(ascii: "\""): takesString()
    case UInt8(ascii: "t"): takesWord("true")
    case UInt8(ascii: "f"): takesWord("false")
    case UInt8(ascii: "n"): takesWord("null")
    default: takesNumber()
    }
  }

  private mutating func takesWord(_ word: String) -> Bool { word.allSatisfy { takes($0) } }

  private mutating func takesString() -> Bool {
    guard takes("\"") else { return false }
    while let byte = next, byte >= 0x20 {
      if takes("\"") { return true }
      guard takes("\\") else {
        place += 1
        continue
      }
      if takes("u") {
        guard takesDigits(4, { Character(Unicode.Scalar($0)).isHexDigit }) else { return false }
      } else if let escape = next, Array(#""\/bfnrt"#.utf8).contains(escape) {
        place += 1
      } else {
        return false
      }
    }
    return false
  }

  private mutating func takesNumber() -> Bool {
    _ = takes("-")
    if !takes("0"), !takesDigits() { return false }
    if takes("."), !takesDigits() { return false }
    if takes("e") || takes("E") {
      if !takes("+") { _ = takes("-") }
      return takesDigits()
    }
    return true
  }

  /// One digit or more, or as many as are asked for.
  private mutating func takesDigits(
    _ count: Int? = nil, _ isDigit: (UInt8) -> Bool = { (0x30...0x39).contains($0) }
  ) -> Bool {
    var taken = 0
    while let byte = next, isDigit(byte), taken < count ?? .max {
      place += 1
      taken += 1
    }
    return taken >= count ?? 1
  }
}
