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

  /// The bars that `width` columns show.
  public func visibleBars(width: Int) -> [Bar?] { bars.suffix(max(0, width)) }

  public func draw(
    into buffer: inout CellBuffer, in rectangle: Rectangle, glyphs: GlyphSet = .braille
  ) {
    guard !rectangle.isEmpty else { return }
    let visible = visibleBars(width: rectangle.width)
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
    let solid = Int((min(1, solidShare) * eighths).rounded())
    let total = Int((min(1, solidShare + Self.usable(bar.ghost) / full) * eighths).rounded())
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

/// One row or more of small bars for a series; negative values hang down from the base line.
public struct Sparkline: Sendable, Hashable {
  /// The latest last; nil and non-finite values are blank.
  public var values: [Double?]
  /// Fixed; nil for zero to the largest magnitude in sight.
  public var range: ClosedRange<Double>?
  public var style: CellStyle
  public var negativeStyle: CellStyle

  public init(
    values: [Double?], range: ClosedRange<Double>? = nil, style: CellStyle = CellStyle(),
    negativeStyle: CellStyle? = nil
  ) {
    self.values = values
    self.range = range
    self.style = style
    self.negativeStyle = negativeStyle ?? style
  }

  /// Draws the last values, one a column. On a single row positive bars stand and negative bars
  /// hang; on more rows the base line divides the rows by the largest value of each sign.
  public func draw(
    into buffer: inout CellBuffer, in rectangle: Rectangle, glyphs: GlyphSet = .braille
  ) {
    guard !rectangle.isEmpty else { return }
    let visible = values.suffix(rectangle.width).map { $0.flatMap { $0.isFinite ? $0 : nil } }
    let highest = max(0, range?.upperBound ?? visible.compactMap { $0 }.max() ?? 0)
    let lowest = min(0, range?.lowerBound ?? visible.compactMap { $0 }.min() ?? 0)
    let span = highest - lowest
    guard span > 0, span.isFinite else { return }
    var upper = rectangle
    var lower = rectangle
    if rectangle.height > 1, lowest < 0 {
      let rows = Int((highest / span * Double(rectangle.height)).rounded())
      let kept = highest > 0 ? min(rectangle.height - 1, max(1, rows)) : 0
      (upper, lower) = rectangle.splitTop(kept)
    }
    // Both signs share one scale: the cells of one unit are equally many. On a single row no bar
    // fills the cell, or one could not see whether it stands or hangs.
    let scale =
      rectangle.height > 1 && lowest < 0
      ? max(
        upper.height > 0 ? highest / Double(upper.height) : 0, -lowest / Double(lower.height))
      : max(highest, -lowest) / Double(rectangle.height) * (lowest < 0 ? 8.0 / 7 : 1)
    BarRow(
      bars: visible.map { $0.map { Bar(solid: max(0, $0)) } },
      maximum: scale * Double(upper.height), style: style
    ).draw(into: &buffer, in: upper, glyphs: glyphs)
    guard lowest < 0 else { return }
    BarRow(
      bars: visible.map { value in value.flatMap { $0 < 0 ? Bar(solid: -$0) : nil } },
      maximum: scale * Double(lower.height), growsDownward: true, style: negativeStyle
    ).draw(into: &buffer, in: lower, glyphs: glyphs)
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
