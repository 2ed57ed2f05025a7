/// Curves over a common x axis, with axes, tick labels and marks.
///
/// All points are drawn: where several fall into one column of dots, the column spans their minimum
/// and maximum. A missing or non-finite y is a gap in the line.
public struct LineChart: Sendable, Hashable {
  public struct Point: Sendable, Hashable {
    public var x: Double
    public var y: Double?

    public init(x: Double, y: Double?) {
      self.x = x
      self.y = y
    }
  }

  public struct Series: Sendable, Hashable {
    /// In the order of x.
    public var points: [Point]
    public var style: CellStyle
    /// Written before the last value, if that is shown.
    public var name: String
    /// Whether its last value is shown where the chart shows last values.
    public var isLabeled: Bool

    public init(
      points: [Point], style: CellStyle = CellStyle(), name: String = "", isLabeled: Bool = true
    ) {
      self.points = points
      self.style = style
      self.name = name
      self.isLabeled = isLabeled
    }
  }

  /// A vertical line with a symbol on top, behind the curves.
  public struct Mark: Sendable, Hashable {
    public var x: Double
    public var symbol: Unicode.Scalar
    public var style: CellStyle

    public init(x: Double, symbol: Unicode.Scalar, style: CellStyle = CellStyle()) {
      self.x = x
      self.symbol = symbol
      self.style = style
    }
  }

  /// Later series are drawn over earlier ones.
  public var series: [Series]
  public var marks: [Mark]
  public var yScale: AxisScale
  /// Fixed; nil for the range of the finite values in sight, widened to round numbers.
  public var yRange: ClosedRange<Double>?
  /// Fixed; nil for the range of all x.
  public var xRange: ClosedRange<Double>?
  /// Written behind the topmost y label and behind the last x label.
  public var yUnit: String
  public var xUnit: String
  public var showsLastValues: Bool
  public var axisStyle: CellStyle
  /// Shown in the middle where there is nothing to plot.
  public var emptyText: String

  public init(
    series: [Series], marks: [Mark] = [], yScale: AxisScale = .linear,
    yRange: ClosedRange<Double>? = nil, xRange: ClosedRange<Double>? = nil, yUnit: String = "",
    xUnit: String = "", showsLastValues: Bool = false,
    axisStyle: CellStyle = CellStyle(), emptyText: String = "no data yet"
  ) {
    self.series = series
    self.marks = marks
    self.yScale = yScale
    self.yRange = yRange
    self.xRange = xRange
    self.yUnit = yUnit
    self.xUnit = xUnit
    self.showsLastValues = showsLastValues
    self.axisStyle = axisStyle
    self.emptyText = emptyText
  }

  /// Draws the chart.
  ///
  /// - Returns: the rectangle of the curves, without axes and labels.
  @discardableResult
  public func draw(
    into buffer: inout CellBuffer, in rectangle: Rectangle, glyphs: GlyphSet = .braille
  ) -> Rectangle {
    guard !rectangle.isEmpty else { return rectangle }
    guard let xAxis = makeXAxis(), let yAxis = makeYAxis(xAxis: xAxis) else {
      let middle = Rectangle(
        x: rectangle.x, y: rectangle.y + rectangle.height / 2, width: rectangle.width, height: 1)
      buffer.draw(
        StyledText(emptyText, style: axisStyle), in: middle, alignment: .center, glyphs: glyphs)
      return rectangle
    }
    let frame = ChartFrame(
      chart: self, xAxis: xAxis, yAxis: yAxis, rectangle: rectangle, glyphs: glyphs)
    buffer.clipped(to: rectangle) { clipped in
      frame.drawAxes(into: &clipped)
      frame.drawMarks(into: &clipped)
      drawSeries(into: &clipped, frame: frame, glyphs: glyphs)
      frame.drawMarkSymbols(into: &clipped)
      frame.drawLastValues(into: &clipped)
    }
    return frame.plot
  }

  private func makeXAxis() -> PlotAxis? {
    if let xRange { return PlotAxis(xRange) }
    let xs = series.lazy.flatMap(\.points).map(\.x).filter(\.isFinite)
    guard let low = xs.min(), let high = xs.max() else { return nil }
    return PlotAxis(low...high)
  }

  private func makeYAxis(xAxis: PlotAxis) -> PlotAxis? {
    let visible = series.lazy.flatMap(\.points)
      .filter { $0.x >= xAxis.lower && $0.x <= xAxis.upper }.compactMap(\.y)
    let fitted = PlotAxis(fitting: visible, scale: yScale)
    // With a fixed range the axes are there before the first value.
    return yRange.map { PlotAxis($0, scale: yScale) } ?? fitted
  }

  private func drawSeries(into buffer: inout CellBuffer, frame: ChartFrame, glyphs: GlyphSet) {
    var dots = PlotDots(columns: frame.plot.width, rows: frame.plot.height, glyphs: glyphs)
    guard dots.width > 0, dots.height > 0 else { return }
    for line in series {
      var stroke = Stroke(style: line.style)
      for point in line.points {
        guard let y = point.y, let place = frame.dot(x: point.x, y: y, in: dots) else {
          stroke.lift(into: &dots)
          continue
        }
        stroke.visit(place, into: &dots)
      }
      stroke.lift(into: &dots)
    }
    dots.paint(into: &buffer, at: frame.plot)
  }
}

/// Joins points to a line; points in one column of dots become a vertical span.
private struct Stroke {
  let style: CellStyle
  private var column: (x: Int, low: Int, high: Int, last: Int)?

  init(style: CellStyle) {
    self.style = style
  }

  mutating func visit(_ point: (x: Int, y: Int), into dots: inout PlotDots) {
    guard let open = column else {
      column = (point.x, point.y, point.y, point.y)
      return
    }
    if open.x == point.x {
      column = (open.x, min(open.low, point.y), max(open.high, point.y), point.y)
      return
    }
    lift(into: &dots)
    dots.line(from: (open.x, open.last), to: point, style: style)
    column = (point.x, point.y, point.y, point.y)
  }

  /// Draws what is open; the next point starts a new line.
  mutating func lift(into dots: inout PlotDots) {
    guard let open = column else { return }
    // Far outside the plot there is nothing to see, and a span may be very long there.
    let low = max(-1, open.low)
    let high = min(dots.height, open.high)
    if low <= high { dots.line(from: (open.x, low), to: (open.x, high), style: style) }
    column = nil
  }
}
