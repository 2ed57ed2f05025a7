import ReasoningTasks
import Testing

@Suite struct VocabularyTests {
  @Test func everyTokenHasOneSymbol() {
    let tokens = Int32(0)..<Int32(Vocabulary.size)
    #expect(Set(tokens.map(Vocabulary.symbol)).count == 32)
    #expect(Set(tokens.map(Vocabulary.asciiSymbol)).count == 32)
    for token in tokens {
      #expect(Vocabulary.symbol(of: token).count == 1)
      #expect(Vocabulary.asciiSymbol(of: token).utf8.count == 1)
    }
    #expect(Vocabulary.symbol(of: 32) == "\u{FFFD}" && Vocabulary.symbol(of: -1) == "\u{FFFD}")
  }

  @Test func charactersFillTheVocabularyAndRoundTrip() {
    #expect(Vocabulary.characters.utf8.count == Vocabulary.size - 3)
    let tokens = Vocabulary.encode(Vocabulary.characters)
    #expect(tokens == Array(3..<32))
    #expect(Vocabulary.decode(tokens) == Vocabulary.characters)
    #expect(Vocabulary.encode(prompt: "1=") == [1, 4, 16])
    #expect(Vocabulary.encode(response: "0") == [3, 2])
  }

  @Test func foreignCharactersAreKnownAsSuch() {
    for text in ["a", " ", "⊣", "·", "é", "\u{37E}", "1\n", "^", "$", "_", "@"] {
      #expect(!Vocabulary.canEncode(text), "\(text)")
    }
    #expect(Vocabulary.canEncode("") && Vocabulary.canEncode("1+2=3;"))
  }

  @Test func specialTokensDecodeOutsideTheVocabulary() {
    for token: Int32 in [0, 1, 2, 32, -7] {
      #expect(!Vocabulary.canEncode(Vocabulary.decode([4, token])))
    }
  }
}
