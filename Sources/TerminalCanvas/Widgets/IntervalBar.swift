/// An interval of ratios on an axis of positive values, one row high: `├░▓▓▓░┤ ╎`.
///
/// A bound that does not exist (nil) draws no end: the bar runs to the edge of the axis, or to the
/// wall. What is observed hides what is only for comparison, never the other way round; where it
/// leaves the axis, an arrow says so, with the value where there is room: `◂0.02▓▓▓┤`. So does an
/// arrow alone for a bound off the axis. What lies beyond the wall can never be reached and is not
/// drawn.
public struct IntervalBar: Sendable, Hashable {
  public struct Reference: Sendable, Hashable {
    public var value: Double
    public var symbol: Unicode.Scalar
    public var style: CellStyle
    /// Whether it covers what is observed.
    public var isOnTop: Bool

    public init(
      _ value: Double, symbol: Unicode.Scalar, style: CellStyle = CellStyle(),
      isOnTop: Bool = false
    ) {
      self.value = value
      self.symbol = symbol
      self.style = style
      self.isOnTop = isOnTop
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
  /// Drawn darker; it may reach beyond the bounds.
  public var observed: ClosedRange<Double>?
  public var wall: Double?
  /// Usually ratio 1.
  public var center: Double?
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
    func put(_ references: [Reference]) {
      for reference in references {
        guard let column = axis.column(of: reference.value, width: width) else { continue }
        put(column, reference.symbol, reference.style)
      }
    }
    let wallColumn = wall.flatMap { axis.column(of: $0, width: width) }
    // A wall left of the axis hides everything; one to the right of it nothing.
    let end = wallColumn ?? ((wall.map { $0 < axis.lower } ?? false) ? 0 : width)
    let bounds = columns(from: lowerBound, to: upperBound, end: end, width: width)
    for column in bounds.range {
      put(column, glyphs.pick("░", "-"), styles.bar)
    }
    if let center, let column = axis.column(of: center, width: width), column < end {
      put(column, glyphs.pick("│", "|"), styles.center)
    }
    if let wallColumn { put(wallColumn, glyphs.pick("╎", "!"), styles.wall) }
    put(references.filter { !$0.isOnTop })
    if let lowerBound, lowerBound < axis.lower, bounds.range.contains(0) {
      put(0, glyphs.pick("◂", "<"), styles.bound)
    }
    if let upperBound, upperBound.isFinite, upperBound > axis.upper,
      bounds.range.contains(width - 1)
    {
      put(width - 1, glyphs.pick("▸", ">"), styles.bound)
    }
    // The wall's own cell holds the ratios right below it.
    let seen =
      observed.map {
        columns(
          from: $0.lowerBound, to: $0.upperBound, end: min(width, end + 1), width: width
        ).range
      } ?? 0..<0
    for column in seen { put(column, glyphs.pick("▓", "#"), styles.observed) }
    // An end takes a cell of the ratios only where they have another.
    for (column, symbol) in [
      (bounds.lowerEnd, glyphs.pick("├", "[")), (bounds.upperEnd, glyphs.pick("┤", "]")),
    ] {
      if let column, seen != column..<column + 1 { put(column, symbol, styles.bound) }
    }
    if let observed { drawOutside(observed, seen: seen, into: &buffer, rectangle, glyphs) }
    put(references.filter(\.isOnTop))
  }

  /// Arrows for what was observed off the axis, with the value where that hides nothing else.
  private func drawOutside(
    _ observed: ClosedRange<Double>, seen: Range<Int>, into buffer: inout CellBuffer,
    _ rectangle: Rectangle, _ glyphs: GlyphSet
  ) {
    let width = rectangle.width
    func draw(_ text: String, at column: Int) {
      buffer.draw(
        StyledText(text, style: styles.observed),
        in: Rectangle(x: rectangle.x + column, y: rectangle.y, width: text.count, height: 1),
        glyphs: glyphs)
    }
    func label(_ value: Double, isAlone: Bool) -> String {
      let text = NumberFormat.significant(value, digits: 1)
      return text.count + 1 <= (isAlone ? width : seen.count) ? text : ""
    }
    if observed.lowerBound < axis.lower {
      let isAlone = observed.upperBound < axis.lower
      let value = isAlone ? observed.upperBound : observed.lowerBound
      draw("\(glyphs.pick("◂", "<"))" + label(value, isAlone: isAlone), at: 0)
    }
    if observed.upperBound > axis.upper, observed.upperBound.isFinite {
      let isAlone = observed.lowerBound > axis.upper
      let value = isAlone ? observed.lowerBound : observed.upperBound
      let text = label(value, isAlone: isAlone) + "\(glyphs.pick("▸", ">"))"
      draw(text, at: width - text.count)
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
