public import TerminalCanvas
public import Theming

extension DrawingContext {
  /// The style of a role on a panel's background.
  public func style(_ role: ThemeRole, _ attributes: CellAttributes = []) -> CellStyle {
    theme.style(role, on: .panelBackground, attributes)
  }

  /// Text in one role, spelled as the glyph set can write it.
  public func text(
    _ string: String, _ role: ThemeRole = .text, _ attributes: CellAttributes = []
  ) -> StyledText {
    StyledText(glyphs.spelled(string), style: style(role, attributes))
  }

  /// The first of the phrases that fits into `width` cells, else the last, to be cut off.
  public func longest(of phrases: [String], width: Int) -> String {
    phrases.first { glyphs.spelled($0).count <= width } ?? phrases.last ?? ""
  }
}

extension Rectangle {
  /// One row of the rectangle, counted from the top; empty outside.
  public func row(_ index: Int) -> Rectangle {
    guard index >= 0, index < height else { return Rectangle(x: x, y: y, width: 0, height: 0) }
    return Rectangle(x: x, y: y + index, width: width, height: 1)
  }

  /// The rows from `index` on.
  public func rows(from index: Int) -> Rectangle { splitTop(index).rest }
}

extension CellBuffer {
  /// Writes paragraphs into the rows of `area`, wrapped at blanks, around the middle.
  public mutating func drawNotice(
    _ paragraphs: [StyledText], in area: Rectangle, _ context: DrawingContext
  ) {
    guard !area.isEmpty else { return }
    let lines = paragraphs.flatMap { $0.wrapped(to: max(1, area.width - 2)) }.prefix(area.height)
    let top = max(0, (area.height - lines.count) / 2)
    for (index, line) in lines.enumerated() {
      draw(line, in: area.row(top + index), alignment: .center, glyphs: context.glyphs)
    }
  }
}
