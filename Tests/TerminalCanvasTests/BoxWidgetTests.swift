import TerminalCanvas
import TestSupport
import Testing

@Suite struct BoxWidgetTests {
  static let accent = CellStyle(foreground: .ansi(6))
  static let title = StyledText([
    .init("Learning", CellStyle(attributes: .bold)), .init(" · reward", accent),
  ])

  @Test func framesAndTitles() {
    var buffer = CellBuffer(width: 40, height: 12)
    let box = BoxWidget(
      title: Self.title, footer: "↑↓ answer",
      borderStyle: CellStyle(foreground: .ansi(8)), selectedBorderStyle: Self.accent)
    var selected = box
    selected.isSelected = true
    let parts = buffer.bounds.splitRows([.fixed(3), .fixed(3), .fixed(3), .fixed(3)])
    let inner = box.draw(into: &buffer, in: parts[0])
    selected.draw(into: &buffer, in: parts[1])
    box.draw(into: &buffer, in: parts[2], glyphs: .ascii)
    selected.draw(
      into: &buffer, in: Rectangle(x: 3, y: 9, width: 14, height: 3), glyphs: .ascii)
    #expect(inner == Rectangle(x: 1, y: 1, width: 38, height: 1))
    assertSnapshot(buffer, named: "box", includesStyles: true)
  }

  @Test(arguments: [(0, 0), (1, 1), (2, 1), (1, 5), (2, 2), (3, 2), (4, 3)])
  func tinyBoxesStayInside(width: Int, height: Int) {
    var buffer = CellBuffer(width: 8, height: 8, filledWith: Cell("~"))
    let area = Rectangle(x: 2, y: 2, width: width, height: height)
    let inner = BoxWidget(title: Self.title, footer: "x").draw(into: &buffer, in: area)
    #expect(inner.intersection(area) == inner || inner.isEmpty)
    for y in 0..<8 {
      for x in 0..<8 where !area.contains(x: x, y: y) { #expect(buffer[x, y] == Cell("~")) }
    }
  }
}
