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
          ])
      })
  }

  @Test func columnsAndRows() {
    var buffer = CellBuffer(width: 24, height: 7)
    Self.table().draw(into: &buffer, in: buffer.bounds)
    assertSnapshot(buffer, named: "table", includesStyles: true)
  }

  @Test(arguments: [(0, 0), (1, 0), (4, 3), (9, 6)])
  func asManyRowsAsFitAreDrawn(height: Int, count: Int) {
    var buffer = CellBuffer(width: 24, height: height)
    Self.table().draw(into: &buffer, in: buffer.bounds)
    for row in 0..<6 { #expect(buffer.text.contains("number \(row)") == (row < count)) }
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
