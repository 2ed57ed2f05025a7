internal import LocalFiles

/// What tokens print, made harmless to a terminal.
///
/// A piece may be a part of a character: the token that completes it prints it, and those before it
/// print `·`. A line break prints `⏎`, a tab `→`; a token without a piece prints its number.
struct TokenText {
  let pieces: [UInt32: [UInt8]]

  /// One for each token, never empty.
  func symbols(_ tokens: some Sequence<UInt32>) -> [String] {
    var rest: [UInt8] = []
    return tokens.map { token in
      guard let piece = pieces[token] else {
        rest = []
        return "⟨\(token)⟩"
      }
      var bytes = rest + piece
      let whole = bytes.count - Self.openCount(bytes)
      rest = Array(bytes[whole...])
      bytes.removeSubrange(whole...)
      return bytes.isEmpty ? "·" : Self.shown(String(decoding: bytes, as: UTF8.self))
    }
  }

  /// The tokens as one text of at most so many characters: its end, which says what is asked.
  func text(_ tokens: some Collection<UInt32>, limit: Int) -> String {
    // A token prints a character or more.
    let text = symbols(tokens.suffix(limit)).joined()
    return text.count > limit || tokens.count > limit ? "…" + text.suffix(limit) : text
  }

  /// Bytes at the end that begin a character and do not end it.
  private static func openCount(_ bytes: [UInt8]) -> Int {
    for count in 1...3 where count <= bytes.count {
      let byte = bytes[bytes.count - count]
      if byte & 0xC0 == 0x80 { continue }
      // 0xF8 and above begin nothing.
      let needed = byte >= 0xF8 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return needed > count ? count : 0
    }
    return 0
  }

  private static func shown(_ text: String) -> String {
    text.replacing("\r\n", with: "⏎").replacing("\n", with: "⏎").replacing("\t", with: "→")
      .harmlessLine
  }
}
