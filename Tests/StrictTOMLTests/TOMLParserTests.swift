import Testing

@testable import StrictTOML

/// The table of a text, or its first mistake.
func parsed(_ text: String) throws(TOMLError) -> TOMLTable {
  try TOMLParser.table(of: Array(text.utf8))
}

func mistake(in bytes: [UInt8]) -> TOMLError? {
  do throws(TOMLError) {
    _ = try TOMLParser.table(of: bytes)
    return nil
  } catch {
    return error
  }
}

@Suite("The TOML reader")
struct TOMLParserTests {
  @Test func everyKeyAndValueHasItsPlace() throws {
    let table = try parsed("a = 1\r\n# σ\r\n  \"σ\" = 'x'\r\n[t]\r\nlist = [\r\n  true, 2.5]")
    #expect(table["a"]?.place == TOMLPlace(line: 1, column: 1))
    #expect(table["a"]?.value.place == TOMLPlace(line: 1, column: 5))
    #expect(table["σ"]?.place == TOMLPlace(line: 3, column: 3))
    #expect(table["σ"]?.value.place == TOMLPlace(line: 3, column: 9))
    #expect(table["t"]?.place == TOMLPlace(line: 4, column: 2))
    guard case .list(let list)? = table["t"]?.value.table?["list"]?.value.content else {
      Issue.record("no list")
      return
    }
    #expect(
      list.map(\.place) == [TOMLPlace(line: 6, column: 3), TOMLPlace(line: 6, column: 9)])
  }

  @Test(arguments: [
    ("[@", 1, 2, "expected a key, not '@'"), ("a = ", 1, 5, "not end-of-file"),
    ("a = 1\nb 2", 2, 3, "expected '='"), ("x = [1 2]", 1, 8, "expected ',' or ']'"),
    ("x = {a = 1,}", 1, 12, "expected a key"), ("x = \"a\ny = 1", 1, 7, "not closed"),
    ("a = 1\r\n\r\nb = ?", 3, 5, "expected a value, not '?'"), ("σ = 1", 1, 1, "expected a key"),
    ("x = 9223372036854775808", 1, 5, "whole number lies between"),
    ("x = \"\\q\"", 1, 6, "unknown escape"), ("x = \"\\uD800\"", 1, 6, "names no character"),
    ("x = nope", 1, 5, "'nope' is no value; texts stand in quotes"),
    ("x = 2023-02-29", 1, 5, "is no value"), ("x = 01", 1, 5, "is no value"),
    ("a = 1\na = 2", 2, 1, "'a' is defined already on line 1"),
    ("[a]\n[b]\n[a]", 3, 2, "'a' is defined already on line 1"),
    ("a.b = 1\n[a]", 2, 2, "defined already"), ("a = {}\na.b = 1", 2, 1, "defined already"),
    ("[a.b]\n[a]\nb.c = 1", 3, 1, "defined already"), ("a = []\n[[a]]", 2, 3, "defined already"),
    ("[a] b = 1", 1, 5, "expected the end of the line"), ("[[a]", 1, 5, "expected ']]'"),
  ])
  func aMistakeIsNamedWithItsPlace(text: String, line: Int, column: Int, words: String) throws {
    let error = try #require(mistake(in: Array(text.utf8)))
    #expect(error.place == TOMLPlace(line: line, column: column), "\(error)")
    #expect(error.reason.contains(words), "\(error)")
  }

  /// Each of these bytes once in a comment and once in a text.
  @Test(arguments: [0x00, 0x01, 0x08, 0x0B, 0x0C, 0x0D, 0x1B, 0x1F, 0x7F, 0x80, 0xC0, 0xF5, 0xFF])
  func whatNoTextMayHoldIsRefusedWhereItStands(byte: UInt8) throws {
    for (before, column) in [("a = 1\n# σ", 4), ("\nb = 'σ", 7)] {
      let error = try #require(mistake(in: Array(before.utf8) + [byte] + Array("'\nc = 1".utf8)))
      #expect(error.place == TOMLPlace(line: 2, column: column), "\(error)")
      #expect(error.reason.contains(byte < 0x80 ? TextCheck.name(byte) : "no UTF-8"), "\(error)")
    }
  }

  @Test(
    arguments: [
      [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82],
    ] as [[UInt8]])
  func encodingsThatAreNoCharactersAreRefused(bytes: [UInt8]) {
    #expect(mistake(in: Array("# ".utf8) + bytes)?.reason.contains("no UTF-8") == true)
  }

  @Test func depthIsBounded() {
    let limit = TOMLLimits.depth
    let shapes: [(Int) -> String] = [
      { "a = " + String(repeating: "[", count: $0) + String(repeating: "]", count: $0) },
      { "[" + Array(repeating: "a", count: $0).joined(separator: ".") + "]" },
      { Array(repeating: "a", count: $0 + 1).joined(separator: ".") + " = 1" },
      { String(repeating: "a = {", count: $0) + String(repeating: "}", count: $0) },
    ]
    for shape in shapes {
      #expect(throws: Never.self) { try parsed(shape(limit)) }
      #expect(
        mistake(in: Array(shape(limit + 1).utf8))?.reason.contains("inside one another") == true)
      #expect(mistake(in: Array(shape(200_000).utf8)) != nil)
    }
  }

  @Test func sizeIsBounded() {
    let text = [UInt8](repeating: UInt8(ascii: "#"), count: TOMLLimits.byteCount + 1)
    #expect(mistake(in: text)?.reason.contains("at most 4194304 are read") == true)
    #expect(mistake(in: Array(text.dropLast())) == nil)
  }

  /// Nobody waits for a long key, nor for many tables: ten times the text takes ten times as long.
  @Test func timeGrowsWithTheLength() throws {
    let shapes: [(Int) -> String] = [
      { String(repeating: "k", count: $0 * 8) + " = 1" },
      { (0..<$0).map { "[[a]]\nb.c\($0) = 1\n" }.joined() },
      { "a = [" + String(repeating: "{b = 1}, ", count: $0) + "]" },
      { "a = {" + (0..<$0).map { "k\($0) = 1" }.joined(separator: ", ") + "}" },
    ]
    let clock = ContinuousClock()
    for (index, shape) in shapes.enumerated() {
      let (short, long) = (shape(3_000), shape(30_000))
      let first = try clock.measure { _ = try parsed(short) }
      let second = try clock.measure { _ = try parsed(long) }
      #expect(second < first * 40 + .milliseconds(200), "\(index): \(first), then \(second)")
    }
  }

  /// Whatever one byte is put, left out or changed: an error or a table, never an end.
  @Test func noTextEndsTheProgram() {
    let text = Array(
      """
      a.b = "x\\u0041" # c
      [t."u v"]
      n = [1, -2.5e3, inf, 0xF_F, [{ a = 1979-05-27T07:32:00Z }]]
      m = \"\"\"
      q\\
        r\"\"\"
      [[l]]
      k = '''z'''
      """.utf8)
    #expect(mistake(in: text) == nil)
    let bytes = Array("[]{}=.,\"'\\#@\n\r\0 0eE_+-:xT".utf8) + [0x80, 0xFF]
    for index in text.indices {
      for byte in bytes {
        var changed = text
        changed[index] = byte
        _ = mistake(in: changed)
        changed.insert(text[index], at: index)
        _ = mistake(in: changed)
      }
      _ = mistake(in: Array(text[..<index]))
      _ = mistake(in: Array(text[index...]))
    }
  }
}
