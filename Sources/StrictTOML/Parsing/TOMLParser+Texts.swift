/// The four kinds of text in quotes.
extension TOMLParser {
  private static let quote = UInt8(ascii: "\"")
  private static let apostrophe = UInt8(ascii: "'")
  private static let backslash = UInt8(ascii: "\\")

  var startsMultiline: Bool { peek(1) == peek && peek(2) == peek }

  mutating func basicText() throws(TOMLError) -> String {
    index += 1
    var text: [UInt8] = []
    while let byte = peek {
      switch byte {
      case Self.quote:
        index += 1
        return String(decoding: text, as: UTF8.self)
      case 0x0A, 0x0D: throw unclosed()
      case Self.backslash: try escape(into: &text)
      default:
        text.append(byte)
        index += 1
      }
    }
    throw unclosed()
  }

  mutating func literalText() throws(TOMLError) -> String {
    index += 1
    let start = index
    while let byte = peek, byte != 0x0A, byte != 0x0D {
      if byte == Self.apostrophe {
        defer { index += 1 }
        return text(start..<index)
      }
      index += 1
    }
    throw unclosed()
  }

  mutating func multilineBasicText() throws(TOMLError) -> String {
    index += 3
    skipNewline()
    var text: [UInt8] = []
    while let byte = peek {
      switch byte {
      case Self.quote:
        if closes(with: Self.quote, into: &text) { return String(decoding: text, as: UTF8.self) }
      case 0x0A, 0x0D: takeNewline(into: &text)
      case Self.backslash: if !skipLineEnd() { try escape(into: &text) }
      default:
        text.append(byte)
        index += 1
      }
    }
    throw unclosed()
  }

  mutating func multilineLiteralText() throws(TOMLError) -> String {
    index += 3
    skipNewline()
    var text: [UInt8] = []
    while let byte = peek {
      switch byte {
      case Self.apostrophe:
        if closes(with: byte, into: &text) { return String(decoding: text, as: UTF8.self) }
      case 0x0A, 0x0D: takeNewline(into: &text)
      default:
        text.append(byte)
        index += 1
      }
    }
    throw unclosed()
  }

  /// Takes a run of quotes: three end the text, of which up to two more before them are part.
  private mutating func closes(with quote: UInt8, into text: inout [UInt8]) -> Bool {
    var count = 0
    while count < 5, peek == quote {
      count += 1
      index += 1
    }
    text += [UInt8](repeating: quote, count: count < 3 ? count : count - 3)
    return count >= 3
  }

  private mutating func takeNewline(into text: inout [UInt8]) {
    let start = index
    skipNewline()
    text += bytes[start..<index]
  }

  /// Steps over a backslash that ends its line and all blank that follows.
  private mutating func skipLineEnd() -> Bool {
    var distance = 1
    while let byte = peek(distance), byte == 0x20 || byte == 0x09 { distance += 1 }
    guard let byte = peek(distance), byte == 0x0A || byte == 0x0D else { return false }
    index += distance
    while let byte = peek {
      if byte == 0x0A || byte == 0x0D {
        skipNewline()
      } else if byte == 0x20 || byte == 0x09 {
        index += 1
      } else {
        break
      }
    }
    return true
  }

  private mutating func escape(into text: inout [UInt8]) throws(TOMLError) {
    let start = place()
    let letter = peek(1)
    switch letter {
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "r"): text.append(0x0D)
    case Self.quote, Self.backslash: text.append(letter ?? 0)
    case UInt8(ascii: "u"), UInt8(ascii: "U"):
      let count = letter == UInt8(ascii: "u") ? 4 : 8
      var value: UInt32 = 0
      for distance in 2..<(2 + count) {
        guard let digit = peek(distance).flatMap(NumberText.digitValue), digit < 16 else {
          throw TOMLError(
            place: start, reason: "\\\(count == 4 ? "u" : "U") needs \(count) hexadecimal digits")
        }
        value = value << 4 | UInt32(digit)
      }
      guard let scalar = Unicode.Scalar(value) else {
        throw TOMLError(place: start, reason: "this escape names no character of Unicode")
      }
      text += Array(String(Character(scalar)).utf8)
      index += count
    default:
      throw TOMLError(
        place: start,
        reason: "unknown escape; there are: \\b \\t \\n \\f \\r \\\" \\\\ \\uXXXX \\UXXXXXXXX")
    }
    index += 2
  }

  private mutating func unclosed() -> TOMLError {
    error("the text in quotes is not closed before \(found)")
  }
}
