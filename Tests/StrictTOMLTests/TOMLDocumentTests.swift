import StrictTOML
import Testing

@Suite("Strict reading of TOML")
struct TOMLDocumentTests {
  @Test func linesAreThoseOfTheKeysWhateverEndsALine() throws {
    for newline in ["\n", "\r\n"] {
      let text = ["# top", "[run]", "seed = 1", "x.y = 2", "[keys]", "'seed' = 3"]
      let document = try TOMLDocument(text.joined(separator: newline), file: "f")
      #expect(document.line(of: "run") == 2 && document.line(of: "seed", in: "run") == 3)
      #expect(document.line(of: "x", in: "run") == 4)
      #expect(document.line(of: "seed", in: "keys") == 6)
    }
  }

  /// What is in a text, a comment or a list is no key.
  @Test func whatOnlyLooksLikeAKeyIsNone() throws {
    let document = try TOMLDocument("a = '''\nb = 1\n'''\nb = 2", file: "f")
    #expect(document.line(of: "b") == 4)
  }

  @Test(arguments: [
    ("x = 'yes' # c", "'yes'"), ("x = 1979-05-27", "1979-05-27"), ("x = [1,\n2]", "[1,…"),
    ("[x]", "a table"), ("[[x]]", "a list of tables"), ("x = { y = 1 }", "{ y = 1 }"),
  ])
  func aWrongValueIsShownAsItStands(text: String, value: String) {
    let expected = DocumentError.badValue(
      file: "f", line: 1, key: "x", value: value, allowed: "true or false")
    #expect(throws: expected) { try TOMLDocument(text, file: "f").flag("x") }
  }

  @Test func aValueThatIsMissingIsNamed() {
    #expect(throws: DocumentError.missingKey(file: "f", key: "t.x")) {
      try TOMLDocument("[t]", file: "f").text("x", in: "t")
    }
  }

  @Test func longKeysAreShownCut() throws {
    let key = String(repeating: "k", count: 1_000_000)
    let document = try TOMLDocument("\(key) = 1", file: "f")
    let error = #expect(throws: DocumentError.self) { try document.check(["kk"]) }
    #expect((error?.description.utf8.count ?? 0) < 200)
  }

  @Test func syntaxErrorsNameFileLineAndColumn() {
    let error = #expect(throws: DocumentError.self) { try TOMLDocument("a = 1\n[@", file: "f") }
    #expect(
      error?.description == "f:2: expected a key, not '@' (column 2)")
  }
}
