import ReasoningTasks
import Testing

@Suite struct VocabularyTests {
  private let vocabulary = Vocabulary.arithmetic

  @Test func everyTokenHasOneSymbol() {
    let tokens = Int32(0)..<Int32(vocabulary.size)
    #expect(Set(tokens.map(vocabulary.symbol)).count == 32)
    for token in tokens {
      #expect(vocabulary.symbol(of: token).count == 1)
    }
    #expect(vocabulary.symbol(of: 32) == "\u{FFFD}" && vocabulary.symbol(of: -1) == "\u{FFFD}")
  }

  @Test func charactersFillTheVocabularyAndRoundTrip() {
    #expect(vocabulary.characters.count == vocabulary.size - 3)
    let text = vocabulary.characters.map(String.init).joined()
    let tokens = vocabulary.encode(text)
    #expect(tokens == Array(3..<32))
    #expect(vocabulary.text(of: tokens) == text)
    #expect(vocabulary.encode(prompt: "1=") == [1, 4, 16])
    #expect(vocabulary.encode(response: "0") == [3, 2])
  }

  @Test func foreignCharactersAreKnownAsSuch() {
    for text in ["a", " ", "⊣", "·", "é", "\u{37E}", "1\n", "^", "$", "_", "@"] {
      #expect(!vocabulary.canEncode(text), "\(text)")
    }
    #expect(vocabulary.canEncode("") && vocabulary.canEncode("1+2=3;"))
  }

  @Test func specialTokensAreNoText() {
    for token: Int32 in [0, 1, 2, 32, -7] {
      #expect(vocabulary.text(of: [4, token]) == nil)
    }
    // Not even where their symbols are characters.
    #expect(Vocabulary(characters: "·⊣⊢").text(of: [3, Vocabulary.end]) == nil)
  }

  @Test func charactersMayBeAny() {
    let vocabulary = Vocabulary(characters: "é漢b 🦉")
    #expect(vocabulary.size == 8)
    #expect(vocabulary.encode(response: "b漢🦉") == [5, 4, 7, 2])
    #expect(vocabulary.symbol(of: 3) == "é" && vocabulary.symbol(of: 8) == "\u{FFFD}")
    #expect(!vocabulary.canEncode("e\u{301}") && vocabulary.canEncode("é 🦉"))
  }
}
