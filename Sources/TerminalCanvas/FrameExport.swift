/// Pictures of a frame: text with ANSI styles, and SVG (`svg`).
public enum FrameExport {
  /// The frame's characters with escape sequences for its styles, a line a row.
  ///
  /// Colors stay as they are: 24-bit for `.rgb`, the terminal's own for `.ansi` and `.standard`.
  public static func ansi(_ buffer: CellBuffer) -> String {
    var text = ""
    for row in runs(of: buffer) {
      for run in row {
        if run.style == CellStyle() {
          text += run.text
        } else {
          text += "\u{1B}[\(codes(of: run.style))m\(run.text)\u{1B}[0m"
        }
      }
      text += "\n"
    }
    return text
  }

  /// A stretch of cells of one style on one row.
  struct Run {
    let column: Int
    var text: String
    var length: Int
    let style: CellStyle
  }

  /// The runs of every row, from left to right.
  static func runs(of buffer: CellBuffer) -> [[Run]] {
    (0..<buffer.height).map { y in
      var row: [Run] = []
      for x in 0..<buffer.width {
        let cell = buffer[x, y]
        if let last = row.indices.last, row[last].style == cell.style {
          row[last].text.unicodeScalars.append(cell.character)
          row[last].length += 1
        } else {
          row.append(Run(column: x, text: String(cell.character), length: 1, style: cell.style))
        }
      }
      return row
    }
  }

  private static func codes(of style: CellStyle) -> String {
    var codes: [String] = []
    if style.attributes.contains(.bold) { codes.append("1") }
    if style.attributes.contains(.dim) { codes.append("2") }
    if style.attributes.contains(.underline) { codes.append("4") }
    if style.attributes.contains(.reverse) { codes.append("7") }
    for (color, base) in [(style.foreground, 30), (style.background, 40)] {
      switch color {
      case .standard: break
      case .ansi(let index):
        let number = Int(index & 15)
        codes.append("\(number < 8 ? base + number : base + 52 + number)")
      case .rgb(let red, let green, let blue):
        codes.append("\(base + 8);2;\(red);\(green);\(blue)")
      }
    }
    return codes.joined(separator: ";")
  }
}
