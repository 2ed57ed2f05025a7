/// Rows and columns with a header.
public struct Table: Sendable, Hashable {
  public struct Column: Sendable, Hashable {
    public var title: StyledText
    public var alignment: TextAlignment
    public var extent: Extent

    public init(_ title: StyledText, alignment: TextAlignment = .left, extent: Extent) {
      self.title = title
      self.alignment = alignment
      self.extent = extent
    }
  }

  public struct Row: Sendable, Hashable {
    public var cells: [StyledText]

    public init(_ cells: [StyledText]) {
      self.cells = cells
    }
  }

  public var columns: [Column]
  public var rows: [Row]
  public var spacing: Int

  public init(
    columns: [Column], rows: [Row], spacing: Int = 1
  ) {
    self.columns = columns
    self.rows = rows
    self.spacing = spacing
  }

  /// The rectangles of the columns, for a caller that draws into a cell itself.
  public func columnRectangles(in rectangle: Rectangle) -> [Rectangle] {
    rectangle.splitColumns(columns.map(\.extent), spacing: spacing)
  }

  /// Draws the header and as many rows as fit below it.
  public func draw(
    into buffer: inout CellBuffer, in rectangle: Rectangle, glyphs: GlyphSet = .braille
  ) {
    guard !rectangle.isEmpty else { return }
    let areas = columnRectangles(in: rectangle)
    let lines = [columns.map(\.title)] + rows.prefix(rectangle.height - 1).map(\.cells)
    for (step, line) in lines.enumerated() {
      for ((text, column), area) in zip(zip(line, columns), areas) {
        buffer.draw(
          text, in: Rectangle(x: area.x, y: rectangle.y + step, width: area.width, height: 1),
          alignment: column.alignment, glyphs: glyphs)
      }
    }
  }
}
