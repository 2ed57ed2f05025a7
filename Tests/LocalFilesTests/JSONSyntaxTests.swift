import Testing

@testable import LocalFiles

@Suite("JSON syntax") struct JSONSyntaxTests {
  @Test(arguments: [
    "0", "-1.5e+10", "true", " null ", #""a\u00e9\n""#, "[]", "{}", "[1, [2, {}], \"x\"]",
    #"{"a": {"b": [1,2]}, "c" : false}"#, "\n[\n]\r\n",
  ])
  func whatIsJSONHasNoFault(text: String) {
    #expect(JSONSyntax.firstFault(in: Array(text.utf8)) == nil)
  }

  @Test(arguments: [
    ("", 1, 1), ("[1,\n 2, x]", 2, 5), ("[1 2]", 1, 4), ("{\"a\" 1}", 1, 6), ("{a: 1}", 1, 2),
    ("[1,]", 1, 4), ("01", 1, 2), ("1.", 1, 3), ("[1, 2", 1, 6), ("\"a\nb\"", 1, 3),
    (#""\x""#, 1, 3), (#""\u12g4""#, 1, 6), ("nul", 1, 4), ("1e", 1, 3), ("{} {}", 1, 4),
    ("[NaN]", 1, 2), ("-", 1, 2),
  ])
  func theFirstFaultIsFound(text: String, line: Int, column: Int) {
    #expect(
      JSONSyntax.firstFault(in: Array(text.utf8)) == JSONSyntax.Place(line: line, column: column))
  }

  @Test func depthIsNoDanger() {
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
    #expect(JSONSyntax.firstFault(in: deep)?.column == 1_000_001)
  }
}
