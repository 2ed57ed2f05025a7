import RepeatableRandom

/// Changes bytes as accidents and enemies would: bits, bytes, blocks, lines, and numbers of texts
/// replaced by those at the edges of their types.
struct Mutator {
  private var generator: RepeatableGenerator

  init(seed: UInt64) {
    generator = RepeatableGenerator(seed: seed)
  }

  /// Numbers and words that break readers.
  private static let tokens = [
    "9223372036854775807", "-9223372036854775808", "18446744073709551616", "4294967296", "-1", "0",
    "1e18", "1e308", "-1e308", "1e999", "5e-324", "2", "1000000000", "\"nan\"", "\"inf\"", "null",
    "true", "{}", "[]", "\"\"", "\"\\u0000\"", "\u{1B}[2J", "\u{202E}", "\n", "\r\n", "\0", "'",
    "\"",
    "[@", "[[", "]]", "=", "#", "{", "}", ",", ":", "\\", "\u{1B}[<0;1;1M", "\u{1B}[200~",
    "\u{1B}[201~", "\u{FEFF}", "日本",
  ].map { Array($0.utf8) }

  mutating func below(_ bound: Int) -> Int { bound > 0 ? generator.integer(below: bound) : 0 }

  /// One to eight changes of `seed`.
  mutating func changed(_ seed: [UInt8], with other: [UInt8]) -> [UInt8] {
    var bytes = seed
    for _ in 0...below(8) { change(&bytes, other) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8], _ other: [UInt8]) {
    let place = below(bytes.count + 1)
    switch below(12) {
    case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(below(8))
    case 1 where place < bytes.count: bytes[place] = UInt8(below(256))
    case 2: bytes.insert(UInt8(below(256)), at: place)
    case 3: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(32)))
    case 4:
      let end = min(bytes.count, place + 1 + below(64))
      bytes.insert(contentsOf: bytes[place..<end], at: below(bytes.count + 1))
    case 5: bytes.removeLast(below(bytes.count + 1) / (1 + below(16)))
    case 6, 7: bytes.insert(contentsOf: Self.tokens[below(Self.tokens.count)], at: place)
    case 8, 9: replaceNumber(&bytes, from: place)
    case 10:
      let start = below(other.count + 1)
      bytes.insert(
        contentsOf: other[start..<min(other.count, start + 1 + below(256))], at: place)
    default:
      let token = Self.tokens[below(Self.tokens.count)]
      for _ in 0...below(200) where bytes.count < 1 << 16 {
        bytes.insert(contentsOf: token, at: place)
      }
    }
  }

  /// The first number of a text behind a place becomes one of the tokens.
  private mutating func replaceNumber(_ bytes: inout [UInt8], from place: Int) {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard let start = bytes[place...].firstIndex(where: digits.contains) else { return }
    let end =
      bytes[start...].firstIndex { !digits.contains($0) && !Array(".e-+".utf8).contains($0) }
      ?? bytes.endIndex
    bytes.replaceSubrange(start..<end, with: Self.tokens[below(Self.tokens.count)])
  }
}
