/// The 32 tokens of every task: three special ones and 29 characters, one token each.
///
/// One vocabulary for all tasks keeps the model's shape independent of the task, so that a
/// checkpoint of one task can be tried on another.
public enum Vocabulary {
  /// Fills the unused end of a batch row; never part of a prompt or a right answer.
  public static let pad: Int32 = 0
  /// Opens every prompt.
  public static let beginning: Int32 = 1
  /// Closes every complete response.
  public static let end: Int32 = 2
  /// The number of tokens.
  public static let size = 32

  /// The characters of tokens 3 to 31, in token order.
  public static let characters = "0123456789+-*=;,:>/%()<?!&|~#"

  private static let firstCharacterToken: Int32 = 3
  private static let bytes = Array(characters.utf8)
  private static let tokenOfByte: [Int32?] = {
    var table = [Int32?](repeating: nil, count: 256)
    for (offset, byte) in bytes.enumerated() {
      table[Int(byte)] = firstCharacterToken + Int32(offset)
    }
    return table
  }()

  /// Whether every byte of `text` is a character of the vocabulary.
  public static func canEncode(_ text: String) -> Bool {
    text.utf8.allSatisfy { tokenOfByte[Int($0)] != nil }
  }

  /// The tokens of `text`, one per character, without special tokens.
  ///
  /// - Precondition: `canEncode(text)`.
  public static func encode(_ text: String) -> [Int32] {
    text.utf8.map { byte in
      guard let token = tokenOfByte[Int(byte)] else {
        preconditionFailure("byte \(byte) of \"\(text)\" is outside the vocabulary")
      }
      return token
    }
  }

  /// The beginning token, then the tokens of `prompt`.
  ///
  /// - Precondition: `canEncode(prompt)`.
  public static func encode(prompt: String) -> [Int32] { [beginning] + encode(prompt) }

  /// The tokens of `response`, then the end token.
  ///
  /// - Precondition: `canEncode(response)`.
  public static func encode(response: String) -> [Int32] { encode(response) + [end] }

  /// The text of `tokens`, with the display symbol for each special or unknown token.
  ///
  /// Those symbols lie outside the vocabulary, so that a text which holds one can never be taken
  /// for a right answer.
  public static func decode(_ tokens: some Sequence<Int32>) -> String {
    tokens.map { symbol(of: $0) }.joined()
  }

  /// What to show for `token`: its character, or `·` pad, `⊢` beginning, `⊣` end, `�` unknown.
  public static func symbol(of token: Int32) -> String {
    character(of: token)
      ?? (token == pad ? "·" : token == beginning ? "⊢" : token == end ? "⊣" : "\u{FFFD}")
  }

  /// As `symbol(of:)` in ASCII: `_` pad, `^` beginning, `$` end, `@` unknown.
  public static func asciiSymbol(of token: Int32) -> String {
    character(of: token)
      ?? (token == pad ? "_" : token == beginning ? "^" : token == end ? "$" : "@")
  }

  private static func character(of token: Int32) -> String? {
    let offset = Int(token) - Int(firstCharacterToken)
    guard bytes.indices.contains(offset) else { return nil }
    return String(UnicodeScalar(bytes[offset]))
  }
}
