import LocalFiles
import Testing

@Suite struct JSONTextTests {
  private struct Sample: Codable, Equatable {
    var zebraCount = 1
    var aPath = "/a/b"
    var value = 0.1
  }

  @Test func keysStandInOrderAndSlashesAsTheyAre() {
    let text = #"{"a_path":"/a/b","value":0.1,"zebra_count":1}"#
    #expect(String(decoding: JSONText.encode(Sample()), as: UTF8.self) == text)
    let exact = #"{"aPath":"/a/b","value":0.1,"zebraCount":1}"#
    #expect(String(decoding: JSONText.encode(Sample(), keys: .exact), as: UTF8.self) == exact)
  }

  @Test(arguments: [(Double.infinity, "inf"), (-.infinity, "-inf"), (.nan, "nan")])
  func aNonFiniteNumberIsAWordOrRefused(number: Double, word: String) throws {
    let bytes = JSONText.encode([number])
    #expect(String(decoding: bytes, as: UTF8.self) == "[\"\(word)\"]")
    let read = try #require(JSONText.decode([Double].self, from: bytes)?.first)
    #expect(read == number || read.isNaN && number.isNaN)
    #expect(throws: EncodingError.self) { try JSONText.encodeFinite([number]) }
  }

  @Test func whatIsWrittenReadsBack() throws {
    let sample = Sample(value: 1 / 3)
    #expect(JSONText.decode(Sample.self, from: JSONText.encode(sample, pretty: true)) == sample)
    let finite = try JSONText.encodeFinite(sample)
    #expect(JSONText.decode(Sample.self, from: finite, keys: .exact) == sample)
    #expect(JSONText.decode(Sample.self, from: finite.dropLast(), keys: .exact) == nil)
  }
}
