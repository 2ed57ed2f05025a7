import RepeatableRandom
import Testing

@Suite struct FNV1aTests {
  /// The vectors that the hash's authors publish with it.
  @Test(
    arguments: [
      ("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C), ("b", 0xAF63_DF4C_8601_F1A5),
      ("fo", 0x0898_5907_B541_D342), ("foo", 0xDCB2_7518_FED9_D577),
      ("foob", 0xDD12_0E79_0C25_12AF), ("foobar", 0x8594_4171_F739_67E8),
      ("chongo was here!\n", 0x4681_0940_EFF5_F915),
    ] as [(String, UInt64)])
  func agreesWithThePublishedVectors(text: String, hash: UInt64) {
    #expect(FNV1a(text).value == hash)
    var one = FNV1a()
    for byte in text.utf8 { one.append(byte) }
    #expect(one == FNV1a(text))
  }

  @Test func wordsAreHashedFromTheLowestByte() {
    var words = FNV1a()
    words.append(littleEndian: 0x6F6F_6621 as UInt32)
    #expect(words == FNV1a("!foo"))
    // 1.0 is 3F80 0000.
    #expect(FNV1a([1.0 as Float]) == FNV1a([0, 0, 0x80, 0x3F] as [UInt8]))
  }

  @Test(
    arguments: [
      (0, "0000000000000000"), (0xAB, "00000000000000ab"), (UInt64.max, "ffffffffffffffff"),
    ] as [(UInt64, String)])
  func digitsAreAlwaysSixteen(word: UInt64, text: String) {
    #expect(word.hexadecimalDigits == text)
  }
}
