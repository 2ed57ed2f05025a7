import BoundedNumbers

/// A horizontal bar between 0 and 1 with a precision of an eighth of a cell.
public struct Gauge: Sendable, Hashable {
  /// Clamped to 0...1 when drawn; NaN draws an empty bar.
  public var fraction: Double
  public var style: CellStyle
  public var trackStyle: CellStyle

  public init(
    fraction: Double, style: CellStyle = CellStyle(), trackStyle: CellStyle = CellStyle()
  ) {
    self.fraction = fraction
    self.style = style
    self.trackStyle = trackStyle
  }

  /// Draws on the first row of `rectangle`, between two edge marks where at least four cells wide.
  public func draw(
    into buffer: inout CellBuffer, in rectangle: Rectangle, glyphs: GlyphSet = .braille
  ) {
    guard !rectangle.isEmpty else { return }
    var track = rectangle
    if rectangle.width >= 4 {
      buffer[rectangle.x, rectangle.y] = Cell(glyphs.pick("▕", "["), style: trackStyle)
      buffer[rectangle.maxX - 1, rectangle.y] = Cell(glyphs.pick("▏", "]"), style: trackStyle)
      track = rectangle.inset(dx: 1)
    }
    let eighths = Int(bounded: (Self.clamped(fraction) * Double(track.width * 8)).rounded())
    for column in 0..<track.width {
      let filled = min(8, max(0, eighths - column * 8))
      let cell =
        filled > 0
        ? Cell(glyphs.leftBlock(filled), style: style)
        : Cell(glyphs.pick(" ", "."), style: trackStyle)
      buffer[track.x + column, track.y] = cell
    }
  }

  private static func clamped(_ value: Double) -> Double {
    value.isNaN ? 0 : min(1, max(0, value))
  }
}
