/// Rows and columns with a header, a selected row and a scroll offset.
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
    /// Fills the row's background; spans keep their own foreground.
    public var background: CellColor

    public init(_ cells: [StyledText], background: CellColor = .standard) {
      self.cells = cells
      self.background = background
    }
  }

  public var columns: [Column]
  public var rows: [Row]
  public var showsHeader: Bool
  public var selectedRow: Int?
  /// Laid over the selected row: its attributes, and its background unless that is `.standard`.
  public var selectionStyle: CellStyle
  /// Index of the first row that is shown; moved where the selection would be out of sight.
  public var scrollOffset: Int
  public var spacing: Int

  public init(
    columns: [Column], rows: [Row], showsHeader: Bool = true, selectedRow: Int? = nil,
    selectionStyle: CellStyle = CellStyle(attributes: .reverse), scrollOffset: Int = 0,
    spacing: Int = 1
  ) {
    self.columns = columns
    self.rows = rows
    self.showsHeader = showsHeader
    self.selectedRow = selectedRow
    self.selectionStyle = selectionStyle
    self.scrollOffset = scrollOffset
    self.spacing = spacing
  }

  /// The rectangles of the columns, for a caller that draws into a cell itself.
  public func columnRectangles(in rectangle: Rectangle) -> [Rectangle] {
    rectangle.splitColumns(columns.map(\.extent), spacing: spacing)
  }

  /// Which rows a rectangle of this height shows.
  public func visibleRows(height: Int) -> Range<Int> {
    let capacity = max(0, height - (showsHeader ? 1 : 0))
    var first = min(max(0, scrollOffset), max(0, rows.count - capacity))
    if let selectedRow, rows.indices.contains(selectedRow), capacity > 0 {
      first = min(first, selectedRow)
      first = max(first, selectedRow - capacity + 1)
    }
    return first..<min(rows.count, first + capacity)
  }

  /// Draws header and visible rows.
  ///
  /// - Returns: the rows that were drawn, the first of them right below the header.
  @discardableResult
  public func draw(
    into buffer: inout CellBuffer, in rectangle: Rectangle, glyphs: GlyphSet = .braille
  ) -> Range<Int> {
    guard !rectangle.isEmpty else { return 0..<0 }
    let areas = columnRectangles(in: rectangle)
    var y = rectangle.y
    if showsHeader {
      for (column, area) in zip(columns, areas) {
        buffer.draw(
          column.title, in: Rectangle(x: area.x, y: y, width: area.width, height: 1),
          alignment: column.alignment, glyphs: glyphs)
      }
      y += 1
    }
    let visible = visibleRows(height: rectangle.height)
    for index in visible {
      let line = Rectangle(x: rectangle.x, y: y, width: rectangle.width, height: 1)
      drawRow(index, into: &buffer, line: line, areas: areas, glyphs: glyphs)
      y += 1
    }
    return visible
  }

  private func drawRow(
    _ index: Int, into buffer: inout CellBuffer, line: Rectangle, areas: [Rectangle],
    glyphs: GlyphSet
  ) {
    let row = rows[index]
    let isSelected = index == selectedRow
    let marked = isSelected && selectionStyle.background != .standard
    let background = marked ? selectionStyle.background : row.background
    let attributes = isSelected ? selectionStyle.attributes : []
    let rowStyle = CellStyle(
      foreground: isSelected ? selectionStyle.foreground : .standard, background: background,
      attributes: attributes)
    if isSelected || background != .standard { buffer.fill(line, with: Cell(style: rowStyle)) }
    for ((text, column), area) in zip(zip(row.cells, columns), areas) {
      let spans = text.spans.map { span in
        var style = span.style.with(attributes)
        if style.background == .standard || marked { style.background = background }
        if isSelected, style.foreground == .standard {
          style.foreground = selectionStyle.foreground
        }
        return StyledText.Span(span.text, style)
      }
      buffer.draw(
        StyledText(spans), in: Rectangle(x: area.x, y: line.y, width: area.width, height: 1),
        alignment: column.alignment, glyphs: glyphs)
    }
  }
}
