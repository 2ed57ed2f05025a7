import BoundedNumbers
public import TerminalCanvas

/// A line with a handle where the value is and a tick where it was at the start.
public struct KnobSlider: Hashable {
  /// 0 to 1; `nil` draws the line alone.
  var fraction: Double?
  var tick: Double?
  var style: CellStyle
  var trackStyle: CellStyle
  var tickStyle: CellStyle

  public init(
    fraction: Double?, tick: Double?, style: CellStyle, trackStyle: CellStyle, tickStyle: CellStyle
  ) {
    self.fraction = fraction
    self.tick = tick
    self.style = style
    self.trackStyle = trackStyle
    self.tickStyle = tickStyle
  }

  public func draw(into buffer: inout CellBuffer, in area: Rectangle, glyphs: GlyphSet) {
    guard !area.isEmpty, let fraction else { return }
    let handle = column(of: fraction, width: area.width)
    for column in 0..<area.width {
      let isBefore = column < handle
      buffer[area.x + column, area.y] = Cell(
        isBefore ? glyphs.pick("━", "=") : glyphs.pick("─", "-"),
        style: isBefore ? style : trackStyle)
    }
    if let tick {
      buffer[area.x + column(of: tick, width: area.width), area.y] = Cell(
        glyphs.pick("┼", "+"), style: tickStyle)
    }
    buffer[area.x + handle, area.y] = Cell(glyphs.pick("●", "O"), style: style)
  }

  private func column(of fraction: Double, width: Int) -> Int {
    Int(bounded: (min(1, max(0, fraction)) * Double(width - 1)).rounded())
  }
}
