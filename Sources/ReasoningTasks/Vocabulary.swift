/// The tokens of a task: three special ones, then its characters, one token each.
public struct Vocabulary: Sendable, Hashable {
  /// Fills the unused end of a batch row; never part of a prompt or a right answer.
  public static let pad: Int32 = 0
  /// Opens every prompt.
  public static let beginning: Int32 = 1
  /// Closes every complete response.
  public static let end: Int32 = 2

  /// The 32 tokens of the catalog's tasks.
  ///
  /// One vocabulary for all of them keeps the model's shape independent of the task, so that a
  /// checkpoint of one can be tried on another.
  public static let arithmetic = Vocabulary(characters: "0123456789+-*=;,:>/%()<?!&|~#")

  private static let firstCharacterToken: Int32 = 3

  /// The characters in token order.
  public let characters: [Unicode.Scalar]
  private let tokenOfASCII: [Int32?]
  private let tokenOfOther: [Unicode.Scalar: Int32]

  /// - Precondition: no character comes twice.
  public init(characters text: String) {
    characters = Array(text.unicodeScalars)
    var ascii = [Int32?](repeating: nil, count: 128)
    var other: [Unicode.Scalar: Int32] = [:]
    for (offset, scalar) in characters.enumerated() {
      let token = Self.firstCharacterToken + Int32(offset)
      precondition(
        scalar.isASCII ? ascii[Int(scalar.value)] == nil : other[scalar] == nil,
        "'\(scalar)' comes twice")
      if scalar.isASCII { ascii[Int(scalar.value)] = token } else { other[scalar] = token }
    }
    tokenOfASCII = ascii
    tokenOfOther = other
  }

  /// The number of tokens.
  public var size: Int { characters.count + Int(Self.firstCharacterToken) }

  private func token(of scalar: Unicode.Scalar) -> Int32? {
    scalar.isASCII ? tokenOfASCII[Int(scalar.value)] : tokenOfOther[scalar]
  }

  /// Whether all of `text` is made of characters of the vocabulary.
  public func canEncode(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { token(of: $0) != nil }
  }

  /// The tokens of `text`, one per character, without special tokens.
  ///
  /// - Precondition: `canEncode(text)`.
  public func encode(_ text: String) -> [Int32] {
    text.unicodeScalars.map { scalar in
      guard let token = token(of: scalar) else {
        preconditionFailure("U+\(scalar.value) of \"\(text)\" is outside the vocabulary")
      }
      return token
    }
  }

  /// The beginning token, then the tokens of `prompt`.
  ///
  /// - Precondition: `canEncode(prompt)`.
  public func encode(prompt: String) -> [Int32] { [Self.beginning] + encode(prompt) }

  /// The tokens of `response`, then the end token.
  ///
  /// - Precondition: `canEncode(response)`.
  public func encode(response: String) -> [Int32] { encode(response) + [Self.end] }

  /// The text of `tokens`; `nil` where one is no character.
  public func text(of tokens: some Sequence<Int32>) -> String? {
    var text = String.UnicodeScalarView()
    for token in tokens {
      guard let character = character(of: token) else { return nil }
      text.append(character)
    }
    return String(text)
  }

  /// What to show for `token`: its character, or `·` pad, `⊢` beginning, `⊣` end, `�` unknown.
  public func symbol(of token: Int32) -> String {
    character(of: token).map { String($0) }
      ?? (token == Self.pad
        ? "·" : token == Self.beginning ? "⊢" : token == Self.end ? "⊣" : "\u{FFFD}")
  }

  private func character(of token: Int32) -> Unicode.Scalar? {
    let offset = Int(token) - Int(Self.firstCharacterToken)
    return characters.indices.contains(offset) ? characters[offset] : nil
  }
}
