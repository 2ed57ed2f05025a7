/// An interval of ratios on a logarithmic axis, one row high: `├░▓▓▓░┤ ╎`.
///
/// A bound that does not exist (nil) draws no end: the bar runs to the edge of the axis, or to the
/// wall. A bound that exists off the axis ends in an arrow at the edge: `◂▓▓▓┤`. What lies beyond the wall can never be reached and is not drawn.
public struct IntervalBar: Sendable, Hashable {
  public struct Reference: Sendable, Hashable {
    public var value: Double
    public var symbol: Unicode.Scalar
    public var style: CellStyle

    public init(_ value: Double, symbol: Unicode.Scalar, style: CellStyle = CellStyle()) {
      self.value = value
      self.symbol = symbol
      self.style = style
    }
  }

  public struct Styles: Sendable, Hashable {
    public var bar, bound, observed, wall, center: CellStyle

    public init(
      bar: CellStyle = CellStyle(), bound: CellStyle = CellStyle(),
      observed: CellStyle = CellStyle(), wall: CellStyle = CellStyle(),
      center: CellStyle = CellStyle()
    ) {
      self.bar = bar
      self.bound = bound
      self.observed = observed
      self.wall = wall
      self.center = center
    }
  }

  /// Both ends positive.
  public var axis: PlotAxis
  public var lowerBound: Double?
  public var upperBound: Double?
  /// Drawn darker inside the bar; it may also reach beyond the bounds.
  public var observed: ClosedRange<Double>?
  public var wall: Double?
  /// Usually ratio 1.
  public var center: Double?
  /// Drawn last, over everything else.
  public var references: [Reference]
  public var styles: Styles

  public init(
    axis: PlotAxis, lowerBound: Double?, upperBound: Double?,
    observed: ClosedRange<Double>? = nil, wall: Double? = nil, center: Double? = nil,
    references: [Reference] = [], styles: Styles = Styles()
  ) {
    self.axis = axis
    self.lowerBound = lowerBound
    self.upperBound = upperBound
    self.observed = observed
    self.wall = wall
    self.center = center
    self.references = references
    self.styles = styles
  }

  public func draw(
    into buffer: inout CellBuffer, in rectangle: Rectangle, glyphs: GlyphSet = .braille
  ) {
    guard !rectangle.isEmpty else { return }
    let width = rectangle.width
    let row = rectangle.y
    func put(_ column: Int, _ character: Unicode.Scalar, _ style: CellStyle) {
      buffer[rectangle.x + column, row] = Cell(character, style: style)
    }
    let wallColumn = wall.flatMap { axis.column(of: $0, width: width) }
    // A wall left of the axis hides everything; one to the right of it nothing.
    let end = wallColumn ?? ((wall.map { $0 < axis.lower } ?? false) ? 0 : width)
    let bounds = columns(from: lowerBound, to: upperBound, end: end, width: width)
    for column in bounds.range {
      put(column, observed == nil ? glyphs.pick("▓", "=") : glyphs.pick("░", "-"), styles.bar)
    }
    if let observed {
      let seen = columns(
        from: observed.lowerBound, to: observed.upperBound, end: end, width: width)
      for column in seen.range { put(column, glyphs.pick("▓", "#"), styles.observed) }
    }
    if let center, let column = axis.column(of: center, width: width), column < end {
      put(column, glyphs.pick("│", "|"), styles.center)
    }
    if let column = bounds.lowerEnd { put(column, glyphs.pick("├", "["), styles.bound) }
    if let column = bounds.upperEnd { put(column, glyphs.pick("┤", "]"), styles.bound) }
    if let lowerBound, lowerBound < axis.lower, bounds.range.contains(0) {
      put(0, glyphs.pick("◂", "<"), styles.bound)
    }
    if let upperBound, upperBound.isFinite, upperBound > axis.upper,
      bounds.range.contains(width - 1)
    {
      put(width - 1, glyphs.pick("▸", ">"), styles.bound)
    }
    if let wallColumn { put(wallColumn, glyphs.pick("╎", "!"), styles.wall) }
    for reference in references {
      guard let column = axis.column(of: reference.value, width: width) else { continue }
      put(column, reference.symbol, reference.style)
    }
  }

  /// The columns from one ratio to the other, and those of its ends that are on the axis.
  private func columns(
    from low: Double?, to high: Double?, end: Int, width: Int
  ) -> (range: Range<Int>, lowerEnd: Int?, upperEnd: Int?) {
    let lowColumn = low.flatMap { axis.column(of: $0, width: width) }
    let highColumn = high.flatMap { axis.column(of: $0, width: width) }
    var first = lowColumn ?? 0
    if let low, lowColumn == nil, low > axis.upper { first = width }
    var last = (highColumn ?? width - 1) + 1
    if let high, highColumn == nil, high < axis.lower { last = 0 }
    last = min(last, end)
    return (
      first..<max(first, last), lowColumn.flatMap { $0 < end ? $0 : nil },
      highColumn.flatMap { $0 < end ? $0 : nil }
    )
  }
}
