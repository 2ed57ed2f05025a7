/// Finds what no TOML text may hold, wherever it stands.
enum TextCheck {
  /// Refuses NUL and other control characters, a carriage return without its newline, and what is
  /// no UTF-8.
  static func check(_ bytes: [UInt8]) throws(TOMLError) {
    var index = 0
    var line = 1
    var column = 1
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case 0x0A:
        (line, column) = (line + 1, 1)
        index += 1
        continue
      case 0x0D where index + 1 < bytes.count && bytes[index + 1] == 0x0A: break
      case 0x09, 0x20...0x7E: break
      case 0x00...0x7F:
        throw TOMLError(
          place: TOMLPlace(line: line, column: column),
          reason: "the control character \(name(byte)) cannot stand in TOML")
      default:
        let length = scalarLength(bytes, at: index)
        guard length > 0 else {
          throw TOMLError(
            place: TOMLPlace(line: line, column: column), reason: "this is no UTF-8 text")
        }
        index += length - 1
      }
      index += 1
      column += 1
    }
  }

  static func name(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: 4 - digits.count) + digits
  }

  /// Bytes of the scalar that begins at `index` and is not ASCII; 0 where none does: what is too
  /// long, a surrogate or beyond U+10FFFF is none.
  private static func scalarLength(_ bytes: [UInt8], at index: Int) -> Int {
    let (length, second): (Int, ClosedRange<UInt8>) =
      switch bytes[index] {
      case 0xC2...0xDF: (2, 0x80...0xBF)
      case 0xE0: (3, 0xA0...0xBF)
      case 0xED: (3, 0x80...0x9F)
      case 0xE1...0xEF: (3, 0x80...0xBF)
      case 0xF0: (4, 0x90...0xBF)
      case 0xF1...0xF3: (4, 0x80...0xBF)
      case 0xF4: (4, 0x80...0x8F)
      default: (0, 0...0)
      }
    guard length > 0, index + length <= bytes.count, second.contains(bytes[index + 1]),
      bytes[(index + 2)..<(index + length)].allSatisfy({ (0x80...0xBF).contains($0) })
    else { return 0 }
    return length
  }
}
