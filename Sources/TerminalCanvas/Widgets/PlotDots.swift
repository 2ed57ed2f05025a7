import BoundedNumbers

/// A grid of dots finer than cells, for curves: 2x4 a cell in braille, 2x2 in blocks, 1x2 in ASCII.
///
/// A cell has one style: the last dot set in it decides.
struct PlotDots {
  let columns: Int
  let rows: Int
  let glyphs: GlyphSet
  private var dots: [UInt8]
  private var styles: [CellStyle]

  init(columns: Int, rows: Int, glyphs: GlyphSet) {
    self.columns = max(0, columns)
    self.rows = max(0, rows)
    self.glyphs = glyphs
    dots = [UInt8](repeating: 0, count: self.columns * self.rows)
    styles = [CellStyle](repeating: CellStyle(), count: self.columns * self.rows)
  }

  static func dotsAcross(_ glyphs: GlyphSet) -> Int { glyphs == .ascii ? 1 : 2 }
  static func dotsDown(_ glyphs: GlyphSet) -> Int { glyphs == .braille ? 4 : 2 }

  /// Dots across the whole grid.
  var width: Int { columns * Self.dotsAcross(glyphs) }
  /// Dots down the whole grid.
  var height: Int { rows * Self.dotsDown(glyphs) }

  /// Sets the dot `x` from the left and `y` from the top; dots outside are dropped.
  mutating func set(x: Int, y: Int, style: CellStyle) {
    guard x >= 0, y >= 0, x < width, y < height else { return }
    let across = Self.dotsAcross(glyphs)
    let down = Self.dotsDown(glyphs)
    let cell = y / down * columns + x / across
    dots[cell] |= 1 << UInt8(y % down * across + x % across)
    styles[cell] = style
  }

  /// A straight line of dots, both ends included.
  mutating func line(from start: (x: Int, y: Int), to end: (x: Int, y: Int), style: CellStyle) {
    let steps = max(abs(end.x - start.x), abs(end.y - start.y))
    guard steps > 0 else { return set(x: start.x, y: start.y, style: style) }
    for step in 0...steps {
      let share = Double(step) / Double(steps)
      set(
        x: start.x + Int(bounded: (Double(end.x - start.x) * share).rounded()),
        y: start.y + Int(bounded: (Double(end.y - start.y) * share).rounded()), style: style)
    }
  }

  /// Paints the cells that have dots; the others keep what they show.
  func paint(into buffer: inout CellBuffer, at origin: Rectangle) {
    for row in 0..<rows {
      for column in 0..<columns where dots[row * columns + column] != 0 {
        let cell = row * columns + column
        // A filled area or a background that is there shines through, also below other lines.
        let x = origin.x + column
        let y = origin.y + row
        guard buffer.bounds.contains(x: x, y: y) else { continue }
        let style = styles[cell].on(buffer[x, y].colorBehindLines)
        buffer[x, y] = Cell(character(dots[cell]), style: style)
      }
    }
  }

  private func character(_ bits: UInt8) -> Unicode.Scalar {
    switch glyphs {
    case .ascii: [" ", "'", ".", ":"][Int(bits & 3)]
    case .block: Self.quadrants[Int(bits & 15)]
    case .braille: Self.braille(bits)
    }
  }

  /// Bits: top left, top right, bottom left, bottom right.
  private static let quadrants: [Unicode.Scalar] = [
    " ", "▘", "▝", "▀", "▖", "▌", "▞", "▛", "▗", "▚", "▐", "▜", "▄", "▙", "▟", "█",
  ]

  /// Unicode numbers braille dots down the columns (1 2 3, 4 5 6) with 7 and 8 in the last row.
  private static func braille(_ bits: UInt8) -> Unicode.Scalar {
    let order: [UInt32] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]
    var pattern: UInt32 = 0x2800
    for bit in 0..<8 where bits & (1 << UInt8(bit)) != 0 { pattern |= order[bit] }
    return Unicode.Scalar(pattern) ?? " "
  }
}

extension Cell {
  /// What shows around a line that is drawn over the cell: the color of a block that fills it, its
  /// background otherwise. ASCII has no full block, so there an area ends where a line runs.
  var colorBehindLines: CellColor { character == "█" ? style.foreground : style.background }
}
