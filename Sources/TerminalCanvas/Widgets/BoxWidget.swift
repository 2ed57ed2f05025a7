/// A panel's frame: rounded lines, a title on the top edge, hints on the bottom edge.
///
/// The selected frame is drawn in heavy lines besides its own style, so that it shows without color.
public struct BoxWidget: Sendable, Hashable {
  public var title: StyledText
  /// Drawn at the right end of the bottom edge.
  public var footer: StyledText
  public var isSelected: Bool
  public var borderStyle: CellStyle
  public var selectedBorderStyle: CellStyle

  public init(
    title: StyledText = StyledText(), footer: StyledText = StyledText(), isSelected: Bool = false,
    borderStyle: CellStyle = CellStyle(), selectedBorderStyle: CellStyle = CellStyle()
  ) {
    self.title = title
    self.footer = footer
    self.isSelected = isSelected
    self.borderStyle = borderStyle
    self.selectedBorderStyle = selectedBorderStyle
  }

  /// The rectangle inside the frame of `rectangle`.
  public static func inner(of rectangle: Rectangle) -> Rectangle { rectangle.inset(dx: 1, dy: 1) }

  /// Draws the frame; what is inside stays untouched.
  ///
  /// - Returns: the rectangle inside the frame, empty where there is no room for one.
  @discardableResult
  public func draw(
    into buffer: inout CellBuffer, in rectangle: Rectangle, glyphs: GlyphSet = .braille
  ) -> Rectangle {
    guard rectangle.width >= 2, rectangle.height >= 2 else {
      if !rectangle.isEmpty { buffer.draw(title, in: rectangle, glyphs: glyphs) }
      return Rectangle(x: rectangle.x, y: rectangle.y, width: 0, height: 0)
    }
    let style = isSelected ? selectedBorderStyle : borderStyle
    let lines = BoxLines.lines(glyphs: glyphs, isSelected: isSelected)
    let right = rectangle.maxX - 1
    let bottom = rectangle.maxY - 1
    for x in rectangle.x + 1..<right {
      buffer[x, rectangle.y] = Cell(lines.horizontal, style: style)
      buffer[x, bottom] = Cell(lines.horizontal, style: style)
    }
    for y in rectangle.y + 1..<bottom {
      buffer[rectangle.x, y] = Cell(lines.vertical, style: style)
      buffer[right, y] = Cell(lines.vertical, style: style)
    }
    buffer[rectangle.x, rectangle.y] = Cell(lines.topLeft, style: style)
    buffer[right, rectangle.y] = Cell(lines.topRight, style: style)
    buffer[rectangle.x, bottom] = Cell(lines.bottomLeft, style: style)
    buffer[right, bottom] = Cell(lines.bottomRight, style: style)
    drawTitles(into: &buffer, in: rectangle, style: style, glyphs: glyphs)
    return Self.inner(of: rectangle)
  }

  private func drawTitles(
    into buffer: inout CellBuffer, in rectangle: Rectangle, style: CellStyle, glyphs: GlyphSet
  ) {
    let blank = StyledText(" ", style: style)
    let edge = Rectangle(
      x: rectangle.x + 1, y: rectangle.y, width: rectangle.width - 2, height: 1)
    if title.width > 0, edge.width >= 3 {
      let shown = blank + title.truncated(to: edge.width - 2, glyphs: glyphs) + blank
      buffer.draw(shown, in: edge, glyphs: glyphs)
    }
    if footer.width > 0, footer.width + 2 <= edge.width {
      let bottom = Rectangle(x: edge.x, y: rectangle.maxY - 1, width: edge.width, height: 1)
      buffer.draw(blank + footer + blank, in: bottom, alignment: .right, glyphs: glyphs)
    }
  }
}

/// The line characters of a frame.
private struct BoxLines {
  let topLeft, topRight, bottomLeft, bottomRight, horizontal, vertical: Unicode.Scalar

  static func lines(glyphs: GlyphSet, isSelected: Bool) -> BoxLines {
    switch (glyphs.isUnicode, isSelected) {
    case (true, false): rounded
    case (true, true): heavy
    case (false, false): ascii
    case (false, true): asciiSelected
    }
  }

  private static let rounded = BoxLines(
    topLeft: "╭", topRight: "╮", bottomLeft: "╰", bottomRight: "╯", horizontal: "─", vertical: "│")
  private static let heavy = BoxLines(
    topLeft: "┏", topRight: "┓", bottomLeft: "┗", bottomRight: "┛", horizontal: "━", vertical: "┃")
  private static let ascii = BoxLines(
    topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+", horizontal: "-", vertical: "|")
  private static let asciiSelected = BoxLines(
    topLeft: "#", topRight: "#", bottomLeft: "#", bottomRight: "#", horizontal: "=", vertical: "#")
}
