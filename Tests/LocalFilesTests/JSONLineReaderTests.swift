import LocalFiles
import Testing

@Suite struct JSONLineReaderTests {
  private struct Line: Codable, Equatable {
    var kind: String
    var weightedPush: Double?
    var avgAtK: Double?
    var kl99: Double?
    var _private: Int?
    var namesOfOthers: [String: Double]?
  }

  /// Names, words for numbers that are none, and the keys of a dictionary, which stay as they are.
  @Test(arguments: [
    #"{"kind":"a","weighted_push":1.5,"avg_at_k":"nan","kl99":2,"names_of_others":{"would_clip":1}}"#,
    #"{"kind":"a","weightedPush":1}"#, #"{"kind":"a","__weighted__push__":1,"_private":3}"#,
    #"{"kind":"a","WEIGHTED_PUSH":1,"avg_At_K":"-inf"}"#, #"{"kind":1}"#, "{", "", "[]",
  ])
  func itReadsWhatTheOtherReads(text: String) {
    let reader = JSONLineReader()
    for _ in 0..<2 {
      let line = reader.decode(Line.self, from: Array(text.utf8))
      let other = JSONText.decode(Line.self, from: text.utf8)
      // As text, since nan is not equal to itself.
      #expect("\(String(describing: line))" == "\(String(describing: other))")
    }
  }
}
