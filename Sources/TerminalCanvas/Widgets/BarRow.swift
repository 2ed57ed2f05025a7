import BoundedNumbers

/// A bar with a solid part and a ghost on top of it, in the same unit; both at least zero.
public struct Bar: Sendable, Hashable {
  public var solid: Double
  public var ghost: Double

  public init(solid: Double, ghost: Double = 0) {
    self.solid = solid
    self.ghost = ghost
  }
}

/// Vertical bars side by side, one column each, growing upwards or downwards.
///
/// The ghost part is drawn in light shade, so that it differs from the solid part without color; it
/// shows from half a cell on.
public struct BarRow: Sendable, Hashable {
  /// The latest last; nil draws a gap. Only as many as there are columns are shown.
  public var bars: [Bar?]
  /// The value of a full column; nil for the largest total in sight.
  public var maximum: Double?
  public var growsDownward: Bool
  public var style: CellStyle
  public var ghostStyle: CellStyle

  public init(
    bars: [Bar?], maximum: Double? = nil, growsDownward: Bool = false,
    style: CellStyle = CellStyle(), ghostStyle: CellStyle = CellStyle(attributes: .dim)
  ) {
    self.bars = bars
    self.maximum = maximum
    self.growsDownward = growsDownward
    self.style = style
    self.ghostStyle = ghostStyle
  }

  public func draw(
    into buffer: inout CellBuffer, in rectangle: Rectangle, glyphs: GlyphSet = .braille
  ) {
    guard !rectangle.isEmpty else { return }
    let visible = bars.suffix(rectangle.width)
    let totals = visible.compactMap { $0.map { Self.usable($0.solid) + Self.usable($0.ghost) } }
    let full = maximum ?? totals.max() ?? 0
    guard full > 0, full.isFinite else { return }
    for (column, bar) in visible.enumerated() {
      guard let bar else { continue }
      draw(bar, full: full, column: rectangle.x + column, into: &buffer, rectangle, glyphs)
    }
  }

  private func draw(
    _ bar: Bar, full: Double, column: Int, into buffer: inout CellBuffer,
    _ rectangle: Rectangle, _ glyphs: GlyphSet
  ) {
    let eighths = Double(rectangle.height * 8)
    let solidShare = Self.usable(bar.solid) / full
    let solid = Int(bounded: (min(1, solidShare) * eighths).rounded())
    let total = Int(
      bounded: (min(1, solidShare + Self.usable(bar.ghost) / full) * eighths).rounded())
    for step in 0..<rectangle.height {
      let y = growsDownward ? rectangle.y + step : rectangle.maxY - 1 - step
      let solidPart = min(8, max(0, solid - step * 8))
      let totalPart = min(8, max(0, total - step * 8))
      if solidPart > 0 {
        // In a cell that both parts share, the ghost shows as a background as light as its shade.
        var shared = style
        if totalPart == 8, solidPart < 8, glyphs.isUnicode,
          let shade = ghostStyle.background.mixed(with: ghostStyle.foreground, share: 0.25)
        {
          shared.background = shade
        }
        buffer[column, y] = PartialCell.cell(
          eighths: solidPart, style: shared, fromTop: growsDownward, glyphs: glyphs)
      } else if totalPart >= 4 {
        buffer[column, y] = Cell(glyphs.pick("░", ":"), style: ghostStyle)
      }
    }
  }

  private static func usable(_ value: Double) -> Double {
    value.isFinite ? max(0, value) : 0
  }
}

/// A cell filled by eighths from below or from above.
enum PartialCell {
  static func cell(
    eighths: Int, style: CellStyle, fromTop: Bool, glyphs: GlyphSet
  ) -> Cell {
    guard fromTop, eighths < 8 else { return Cell(glyphs.lowerBlock(eighths), style: style) }
    guard glyphs.isUnicode else { return Cell(eighths >= 4 ? "\"" : "'", style: style) }
    // There are no upper blocks for all eighths: the lower block of the rest, in reverse.
    var reversed = style
    reversed.attributes.formSymmetricDifference(.reverse)
    return Cell(glyphs.lowerBlock(8 - eighths), style: reversed)
  }
}
