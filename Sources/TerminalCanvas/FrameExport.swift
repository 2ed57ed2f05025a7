/// Pictures of a frame: text with ANSI styles, and SVG.
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

  /// The colors that stand for the terminal's own in an SVG picture.
  public struct SVGColors: Sendable, Hashable {
    /// `#rrggbb`.
    public var foreground: String
    public var background: String

    public init(foreground: String = "#d8dee9", background: String = "#12151c") {
      self.foreground = foreground
      self.background = background
    }
  }

  /// The frame as an SVG picture in a monospaced font, 9 by 18 units a cell.
  public static func svg(
    _ buffer: CellBuffer, colors: SVGColors = SVGColors(), title: String = "Terminal frame"
  ) -> String {
    let (cellWidth, cellHeight) = (9, 18)
    let (width, height) = (buffer.width * cellWidth + 16, buffer.height * cellHeight + 16)
    var svg = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" \
      width="\(width)" height="\(height)" role="img">
      <title>\(escaped(title))</title>
      <rect width="100%" height="100%" rx="6" fill="\(colors.background)"/>
      <g font-family="ui-monospace, 'DejaVu Sans Mono', 'Cascadia Mono', Menlo, monospace" \
      font-size="15" xml:space="preserve">

      """
    for (row, line) in runs(of: buffer).enumerated() {
      for run in line {
        let shape = SVGRun(
          run: run, x: 8 + run.column * cellWidth, y: 8 + row * cellHeight, cellWidth: cellWidth,
          cellHeight: cellHeight, colors: colors)
        svg += shape.elements
      }
    }
    return svg + "</g>\n</svg>\n"
  }

  /// A stretch of cells of one style on one row.
  struct Run {
    let column: Int
    var text: String
    var length: Int
    let style: CellStyle
  }

  /// Runs row by row; in runs of blanks the invisible foreground does not part them.
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

  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
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

/// The SVG elements of one run.
private struct SVGRun {
  let run: FrameExport.Run
  let x: Int
  let y: Int
  let cellWidth: Int
  let cellHeight: Int
  let colors: FrameExport.SVGColors

  var elements: String {
    let isReversed = run.style.attributes.contains(.reverse)
    let front = color(run.style.foreground, standard: colors.foreground)
    let back = color(run.style.background, standard: colors.background)
    let (ink, paper) = isReversed ? (back, front) : (front, back)
    let width = run.length * cellWidth
    var text = ""
    if isReversed || run.style.background != .standard {
      text +=
        "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(cellHeight)\" fill=\"\(paper)\"/>\n"
    }
    let isBlank = run.text.allSatisfy { $0 == " " }
    guard !isBlank || run.style.attributes.contains(.underline) else { return text }
    var attributes = ""
    if run.style.attributes.contains(.bold) { attributes += " font-weight=\"bold\"" }
    if run.style.attributes.contains(.dim) { attributes += " opacity=\"0.6\"" }
    if run.style.attributes.contains(.underline) { attributes += " text-decoration=\"underline\"" }
    text +=
      "<text x=\"\(x)\" y=\"\(y + 14)\" textLength=\"\(width)\" lengthAdjust=\"spacingAndGlyphs\" "
      + "fill=\"\(ink)\"\(attributes)>\(FrameExport.escaped(run.text))</text>\n"
    return text
  }

  private func color(_ color: CellColor, standard: String) -> String {
    switch color {
    case .standard: return standard
    case .ansi(let index):
      let value = AnsiPalette.color(index)
      return Self.hex(value.red, value.green, value.blue)
    case .rgb(let red, let green, let blue): return Self.hex(red, green, blue)
    }
  }

  private static func hex(_ parts: UInt8...) -> String {
    "#"
      + parts.map { part in
        let text = String(part, radix: 16)
        return text.count < 2 ? "0" + text : text
      }.joined()
  }
}
