import TerminalCanvas
import TestSupport
import Testing

@Suite struct TableTests {
  static func table(rows: Int = 6) -> Table {
    Table(
      columns: [
        .init("name", extent: .flexible(minimum: 4)),
        .init("value", alignment: .right, extent: .fixed(7)),
        .init("?", alignment: .center, extent: .fixed(3)),
      ],
      rows: (0..<rows).map { row in
        Table.Row(
          [
            StyledText(
              "row number \(row)", style: CellStyle(foreground: .ansi(UInt8(row % 8)))),
            StyledText(NumberFormat.fixed(Double(row * row) / 4, decimals: 2)),
            StyledText(row.isMultiple(of: 2) ? "y" : "n"),
          ], background: row == 1 ? .ansi(4) : .standard)
      })
  }

  @Test func columnsRowsAndSelection() {
    var table = Self.table()
    table.selectedRow = 2
    var buffer = CellBuffer(width: 24, height: 7)
    let shown = table.draw(into: &buffer, in: buffer.bounds)
    #expect(shown == 0..<6)
    assertSnapshot(buffer, named: "table", includesStyles: true)
  }

  @Test func aSelectionBackgroundReplacesTheRows() {
    var table = Self.table()
    table.selectedRow = 1
    table.selectionStyle = CellStyle(background: .ansi(7))
    var buffer = CellBuffer(width: 24, height: 7)
    table.draw(into: &buffer, in: buffer.bounds)
    #expect((0..<24).allSatisfy { buffer[$0, 2].style.background == .ansi(7) })
    #expect(buffer[0, 2].style.foreground == .ansi(1))
  }

  @Test(arguments: [
    // selected, offset, height, shown
    (nil, 0, 4, 0..<3), (nil, 2, 4, 2..<5), (nil, 99, 4, 3..<6), (nil, -3, 4, 0..<3),
    (5, 0, 4, 3..<6), (0, 3, 4, 0..<1 + 2), (2, 0, 1, 0..<0), (4, 0, 2, 4..<5),
  ])
  func theSelectionStaysInSight(selected: Int?, offset: Int, height: Int, shown: Range<Int>) {
    var table = Self.table()
    table.selectedRow = selected
    table.scrollOffset = offset
    #expect(table.visibleRows(height: height) == shown)
  }

  @Test func tinyAndEmptyTables() {
    for (width, height) in [(0, 0), (1, 1), (3, 2), (12, 0)] {
      var buffer = CellBuffer(width: 16, height: 6, filledWith: Cell("~"))
      let area = Rectangle(x: 1, y: 1, width: width, height: height)
      Self.table().draw(into: &buffer, in: area)
      Self.table(rows: 0).draw(into: &buffer, in: area)
      for y in 0..<6 {
        for x in 0..<16 where !area.contains(x: x, y: y) { #expect(buffer[x, y] == Cell("~")) }
      }
    }
  }
}
