import TerminalCanvas
import Testing

@Suite struct CellBufferTests {
  @Test func clipsNestAndEnd() {
    var buffer = CellBuffer(width: 6, height: 2)
    buffer.clipped(to: Rectangle(x: 1, y: 0, width: 3, height: 1)) { outer in
      outer.clipped(to: Rectangle(x: 2, y: 0, width: 9, height: 9)) { inner in
        inner.fill(Rectangle(x: -5, y: -5, width: 50, height: 50), with: Cell("#"))
      }
      outer.write("abcdef", x: 0, y: 1, style: CellStyle())
      outer[1, 0] = Cell("<")
    }
    buffer[5, 1] = Cell(">")
    buffer[99, 99] = Cell("!")
    #expect(buffer.text == " <##  \n     >")
  }

  @Test func theEmptyBufferTakesEverything() {
    var buffer = CellBuffer(width: 0, height: -3)
    buffer.write("x", x: 0, y: 0, style: CellStyle())
    buffer.fill(Rectangle(width: 5, height: 5), with: Cell("#"))
    #expect(buffer.bounds.isEmpty && buffer.text.isEmpty)
  }

  @Test func asciiStandInsAreOneForOne() {
    var buffer = CellBuffer(width: 14, height: 1)
    buffer.write("╭─σ₊≥½⣿▓█…✓漢·a", x: 0, y: 0, style: CellStyle(attributes: .bold))
    let ascii = buffer.asciified()
    #expect(ascii.text == "+-s+>h:##~v?.a")
    #expect(ascii.cells.allSatisfy { $0.character.isASCII && $0.style.attributes == .bold })
  }
}
