extension FrameExport {
  /// The colors that stand for the terminal's own in an SVG picture.
  public struct SVGColors: Sendable, Hashable {
    /// `#rrggbb`.
    public var foreground: String
    public var background: String

    public init(foreground: String = "#d8dee9", background: String = "#12151c") {
      self.foreground = foreground
      self.background = background
    }

    /// The usual foreground, on the background that most cells of a frame have.
    public init(fitting buffer: CellBuffer) {
      self.init()
      let counts = buffer.cells.reduce(into: [:]) { $0[$1.style.background, default: 0] += 1 }
      // Where two are as frequent, any order will do as long as it is always the same.
      let common = counts.max { ($0.value, "\($0.key)") < ($1.value, "\($1.key)") }?.key
      background = common.map { SVGRun.color($0, standard: background) } ?? background
    }
  }

  /// The frame as an SVG picture, 9 by 18 units a cell.
  ///
  /// Letters are text in a monospaced font; blocks, braille and frame lines are shapes, which look
  /// the same with any font. Without `colors`, the picture's ground is the frame's most common
  /// background.
  public static func svg(
    _ buffer: CellBuffer, colors: SVGColors? = nil, title: String = "Terminal frame"
  ) -> String {
    let colors = colors ?? SVGColors(fitting: buffer)
    let (cellWidth, cellHeight, margin) = (9, 18, 8)
    let width = buffer.width * cellWidth + 2 * margin
    let height = buffer.height * cellHeight + 2 * margin
    var svg = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" \
      width="\(width)" height="\(height)" role="img">
      <title>\(escaped(title))</title>
      <rect width="100%" height="100%" rx="6" fill="\(colors.background)"/>
      <g font-family="ui-monospace, 'DejaVu Sans Mono', 'Cascadia Mono', Menlo, monospace" \
      font-size="15" fill="none">

      """
    for (row, line) in runs(of: buffer).enumerated() {
      for run in line {
        svg +=
          SVGRun(
            run: run, x: margin + run.column * cellWidth, y: margin + row * cellHeight,
            cellWidth: cellWidth, cellHeight: cellHeight, colors: colors
          ).elements
      }
    }
    return svg + "</g>\n</svg>\n"
  }

  private static func escaped(_ text: String) -> String {
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

  /// The SVG elements of one run.
  private struct SVGRun {
    let run: FrameExport.Run
    let x: Int
    let y: Int
    let cellWidth: Int
    let cellHeight: Int
    let colors: SVGColors

    var elements: String {
      let isReversed = run.style.attributes.contains(.reverse)
      let front = Self.color(run.style.foreground, standard: colors.foreground)
      let back = Self.color(run.style.background, standard: colors.background)
      let (ink, paper) = isReversed ? (back, front) : (front, back)
      var text = ""
      if paper != colors.background {
        let width = run.length * cellWidth
        text += """
          <rect x="\(x)" y="\(y)" width="\(width)" height="\(cellHeight)" fill="\(paper)"/>\n
          """
      }
      let faint = run.style.attributes.contains(.dim) ? " opacity=\"0.6\"" : ""
      return text + letters(ink: ink, faint: faint) + shapes(ink: ink, faint: faint)
    }

    /// Stretches of text without blanks at their ends, each at its own place.
    private func letters(ink: String, faint: String) -> String {
      let isUnderlined = run.style.attributes.contains(.underline)
      let weight = run.style.attributes.contains(.bold) ? " font-weight=\"bold\"" : ""
      let line = isUnderlined ? " text-decoration=\"underline\"" : ""
      var result = ""
      var word = ""
      var start = 0
      func place() {
        let trimmed = isUnderlined ? word : Self.withoutTrailingBlanks(word)
        defer { word = "" }
        guard !trimmed.isEmpty else { return }
        let width = trimmed.unicodeScalars.count * cellWidth
        result += """
          <text x="\(x + start * cellWidth)" y="\(y + 14)" textLength="\(width)" \
          lengthAdjust="spacingAndGlyphs" xml:space="preserve" fill="\(ink)"\(weight)\(line)\(faint)>\
          \(FrameExport.escaped(trimmed))</text>\n
          """
      }
      for (offset, scalar) in run.text.unicodeScalars.enumerated() {
        let isShape = glyph(scalar, offset: offset) != nil
        if isShape { place() }
        guard !isShape, !(word.isEmpty && scalar == " " && !isUnderlined) else { continue }
        if word.isEmpty { start = offset }
        word.unicodeScalars.append(scalar)
      }
      place()
      return result
    }

    private func shapes(ink: String, faint: String) -> String {
      var fills: [Double: String] = [:]
      var strokes: [String: String] = [:]
      for (offset, scalar) in run.text.unicodeScalars.enumerated() {
        guard let glyph = glyph(scalar, offset: offset) else { continue }
        if !glyph.fill.isEmpty { fills[glyph.opacity, default: ""] += glyph.fill }
        guard !glyph.stroke.isEmpty else { continue }
        let dash = glyph.isDashed ? " stroke-dasharray=\"3 3\"" : ""
        strokes["stroke-width=\"\(glyph.strokeWidth)\"\(dash)", default: ""] += glyph.stroke
      }
      var result = ""
      for (opacity, path) in fills.sorted(by: { $0.key < $1.key }) {
        let shade = opacity < 1 ? " fill-opacity=\"\(opacity)\"" : ""
        result += "<path fill=\"\(ink)\"\(shade)\(faint) d=\"\(path)\"/>\n"
      }
      for (attributes, path) in strokes.sorted(by: { $0.key < $1.key }) {
        result += "<path stroke=\"\(ink)\" \(attributes)\(faint) d=\"\(path)\"/>\n"
      }
      return result
    }

    private func glyph(_ scalar: Unicode.Scalar, offset: Int) -> SVGGlyph? {
      SVGGlyph(
        scalar, x: x + offset * cellWidth, y: y, width: cellWidth, height: cellHeight)
    }

    private static func withoutTrailingBlanks(_ text: String) -> String {
      var text = text
      while text.hasSuffix(" ") { text.removeLast() }
      return text
    }

    static func color(_ color: CellColor, standard: String) -> String {
      switch color {
      case .standard: return standard
      case .ansi(let index):
        let value = AnsiPalette.color(index)
        return hex(value.red, value.green, value.blue)
      case .rgb(let red, let green, let blue): return hex(red, green, blue)
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
}
