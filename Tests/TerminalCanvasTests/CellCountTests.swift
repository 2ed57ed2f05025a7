import TerminalCanvas
import Testing

@Suite struct CellCountTests {
  @Test(arguments: [
    ("", 0), ("run", 3), ("日本の実行", 10), ("café", 4), ("cafe\u{301}", 4), ("ｶﾅ", 2), ("한국", 4),
    ("🙂", 2), ("a\u{200B}b", 2), ("→", 1),
  ])
  func textHasTheCellsThatTerminalsDraw(text: String, cells: Int) {
    #expect(text.cellCount == cells)
  }
}
