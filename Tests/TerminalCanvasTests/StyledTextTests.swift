import TerminalCanvas
import TestSupport
import Testing

@Suite struct StyledTextTests {
  static let bold = CellStyle(attributes: .bold)
  static let text = StyledText([.init("ratio ", bold), .init("1.23"), .init(" σ", bold)])

  static func line(
    _ text: StyledText, width: Int, alignment: TextAlignment = .left, glyphs: GlyphSet = .braille
  ) -> CellBuffer {
    var buffer = CellBuffer(width: 16, height: 1)
    buffer.draw(
      text, in: Rectangle(x: 1, y: 0, width: width, height: 1), alignment: alignment,
      glyphs: glyphs)
    return buffer
  }

  @Test(arguments: [
    (12, TextAlignment.left, " ratio 1.23 σ   "), (14, .center, "  ratio 1.23 σ  "),
    (14, .right, "   ratio 1.23 σ "), (8, .right, " ratio 1…       "),
    (1, .left, " …              "),
    (0, .left, "                "), (10, .left, " ratio 1.2…     "),
  ])
  func alignmentAndTruncation(width: Int, alignment: TextAlignment, expected: String) {
    #expect(Self.line(Self.text, width: width, alignment: alignment).text == expected)
  }

  @Test func stylesFollowTheirSpans() {
    let buffer = Self.line(Self.text, width: 12)
    #expect(buffer[1, 0].style == Self.bold)
    #expect(buffer[7, 0].style == CellStyle())
    #expect(buffer[12, 0] == Cell("σ", style: Self.bold))
  }

  @Test func asciiTruncation() {
    #expect(Self.line("a long text", width: 6, glyphs: .ascii).text == " a lon~         ")
  }

  @Test func wrappingBreaksAtBlanksAndInLongWords() {
    let text = StyledText([.init("the gate takes ", Self.bold), .init("unbelievably little\nnow")])
    #expect(
      text.wrapped(to: 9).map(\.plainText)
        == ["the gate", "takes", "unbelieva", "bly", "little", "now"])
    #expect(text.wrapped(to: 9)[0].spans == [.init("the gate", Self.bold)])
    #expect(text.wrapped(to: 0).isEmpty)
    #expect(StyledText("").wrapped(to: 5).map(\.plainText) == [""])
  }

  @Test func charactersThatAreNotOneCellBecomeQuestionMarks() {
    var buffer = CellBuffer(width: 12, height: 1)
    buffer.write("a漢b\u{1F600}c\td\u{301}✅é", x: 0, y: 0, style: CellStyle())
    #expect(buffer.text == "a?b?c???é   ")
  }
}
