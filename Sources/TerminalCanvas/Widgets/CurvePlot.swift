import BoundedNumbers

/// y = f(x) over a range: one curve may be filled from below, others are lines over it.
public struct CurvePlot: Sendable {
  public enum Drawing: Sendable, Hashable {
    /// Columns of eighth blocks.
    case filled
    /// Braille, blocks or ASCII dots, as the glyph set has it.
    case line
  }

  public struct Curve: Sendable {
    public var value: @Sendable (Double) -> Double?
    public var style: CellStyle
    public var drawing: Drawing

    public init(
      style: CellStyle = CellStyle(), drawing: Drawing = .line,
      value: @escaping @Sendable (Double) -> Double?
    ) {
      self.style = style
      self.drawing = drawing
      self.value = value
    }
  }

  /// A vertical line at x, its label below the plot.
  public struct Mark: Sendable, Hashable {
    public var x: Double
    public var label: String
    public var style: CellStyle
    /// Drawn over the curve; nil for a dashed line behind it.
    public var symbol: Unicode.Scalar?
    /// With a symbol: the height it sits at; nil for the middle row.
    public var y: Double?

    public init(
      x: Double, label: String, style: CellStyle = CellStyle(), symbol: Unicode.Scalar? = nil,
      y: Double? = nil
    ) {
      self.x = x
      self.label = label
      self.style = style
      self.symbol = symbol
      self.y = y
    }
  }

  public var curves: [Curve]
  public var xAxis: PlotAxis
  public var marks: [Mark]
  public var axisStyle: CellStyle
  private let yAxis = PlotAxis(0...1)

  public init(
    curves: [Curve], xAxis: PlotAxis, marks: [Mark] = [],
    axisStyle: CellStyle = CellStyle()
  ) {
    self.curves = curves
    self.xAxis = xAxis
    self.marks = marks
    self.axisStyle = axisStyle
  }

  /// Draws the plot, the ends of the y axis on its left, and labels of x ticks below, around the
  /// marks' own, where there is room for them.
  ///
  /// - Returns: the rectangle of the curves, without axes and labels.
  @discardableResult
  public func draw(
    into buffer: inout CellBuffer, in rectangle: Rectangle, glyphs: GlyphSet = .braille
  ) -> Rectangle {
    guard !rectangle.isEmpty else { return rectangle }
    let plot = plotRectangle(in: rectangle)
    buffer.clipped(to: rectangle) { clipped in
      drawLabels(into: &clipped, rectangle: rectangle, plot: plot)
      for curve in curves where curve.drawing == .filled {
        fill(curve, into: &clipped, plot: plot, glyphs: glyphs)
      }
      for mark in marks where mark.symbol == nil {
        drawLine(mark, into: &clipped, plot: plot, glyphs: glyphs)
      }
      for curve in curves where curve.drawing == .line {
        trace(curve, into: &clipped, plot: plot, glyphs: glyphs)
      }
      for mark in marks { drawSymbol(mark, into: &clipped, plot: plot, glyphs: glyphs) }
    }
    return plot
  }

  private var yLabels: (low: String, high: String) {
    (NumberFormat.short(yAxis.lower), NumberFormat.short(yAxis.upper))
  }

  private func plotRectangle(in rectangle: Rectangle) -> Rectangle {
    let labelWidth = max(yLabels.low.count, yLabels.high.count) + 1
    let left = rectangle.width - labelWidth >= 8 && rectangle.height >= 2 ? labelWidth : 0
    let below = rectangle.height >= 3 ? 1 : 0
    return Rectangle(
      x: rectangle.x + left, y: rectangle.y, width: rectangle.width - left,
      height: rectangle.height - below)
  }

  private func drawLabels(into buffer: inout CellBuffer, rectangle: Rectangle, plot: Rectangle) {
    if plot.x > rectangle.x {
      let width = plot.x - rectangle.x - 1
      let rows = [(plot.y, yLabels.high), (plot.maxY - 1, yLabels.low)]
      for (row, label) in rows {
        let area = Rectangle(x: rectangle.x, y: row, width: width, height: 1)
        buffer.draw(StyledText(label, style: axisStyle), in: area, alignment: .right)
      }
    }
    guard plot.maxY < rectangle.maxY else { return }
    // Marks come first: an x tick only fills what they leave free.
    var taken: [Range<Int>] = []
    for mark in marks where !mark.label.isEmpty {
      place(mark.label, at: mark.x, style: mark.style, into: &buffer, plot: plot, taken: &taken)
    }
    let ticks = xAxis.ticks(maximum: max(3, plot.width / 8))
    for (tick, label) in zip(ticks, xAxis.labels(for: ticks)) {
      place(label, at: tick, style: axisStyle, into: &buffer, plot: plot, taken: &taken)
    }
  }

  private func place(
    _ label: String, at x: Double, style: CellStyle, into buffer: inout CellBuffer,
    plot: Rectangle, taken: inout [Range<Int>]
  ) {
    guard let column = xAxis.column(of: x, width: plot.width), label.count <= plot.width
    else { return }
    let start = min(
      max(plot.x, plot.x + column - label.count / 2), plot.maxX - label.count)
    let range = start - 1..<start + label.count + 1
    guard !taken.contains(where: { $0.overlaps(start..<start + label.count) }) else { return }
    taken.append(range)
    buffer.write(label, x: start, y: plot.maxY, style: style)
  }

  private func fill(
    _ curve: Curve, into buffer: inout CellBuffer, plot: Rectangle, glyphs: GlyphSet
  ) {
    for column in 0..<plot.width {
      let x = xAxis.value(at: (Double(column) + 0.5) / Double(plot.width))
      guard let y = curve.value(x), let share = yAxis.fraction(of: y) else { continue }
      let eighths = Int(bounded: (min(1, max(0, share)) * Double(plot.height * 8)).rounded())
      for step in 0..<plot.height {
        let part = min(8, eighths - step * 8)
        guard part > 0 else { break }
        buffer[plot.x + column, plot.maxY - 1 - step] = Cell(
          glyphs.lowerBlock(part), style: curve.style)
      }
    }
  }

  private func trace(
    _ curve: Curve, into buffer: inout CellBuffer, plot: Rectangle, glyphs: GlyphSet
  ) {
    var dots = PlotDots(columns: plot.width, rows: plot.height, glyphs: glyphs)
    var previous: (x: Int, y: Int)?
    for dot in 0..<dots.width {
      let x = xAxis.value(at: (Double(dot) + 0.5) / Double(dots.width))
      guard let y = curve.value(x), let share = yAxis.fraction(of: y) else {
        previous = nil
        continue
      }
      let place = (
        dot, Int(bounded: ((1 - min(2, max(-1, share))) * Double(dots.height - 1)).rounded())
      )
      dots.line(from: previous ?? place, to: place, style: curve.style)
      previous = place
    }
    dots.paint(into: &buffer, at: plot)
  }

  private func drawLine(
    _ mark: Mark, into buffer: inout CellBuffer, plot: Rectangle, glyphs: GlyphSet
  ) {
    guard let column = xAxis.column(of: mark.x, width: plot.width) else { return }
    for row in 0..<plot.height {
      let x = plot.x + column
      let y = plot.y + row
      guard buffer.bounds.contains(x: x, y: y) else { continue }
      // Marks that share a column: the first one keeps it.
      guard buffer[x, y].character != glyphs.pick("┆", "|") else { continue }
      buffer[x, y] = Cell(
        glyphs.pick("┆", "|"), style: mark.style.on(buffer[x, y].colorBehindLines))
    }
  }

  private func drawSymbol(
    _ mark: Mark, into buffer: inout CellBuffer, plot: Rectangle, glyphs: GlyphSet
  ) {
    guard let symbol = mark.symbol, plot.height > 0,
      let column = xAxis.column(of: mark.x, width: plot.width)
    else { return }
    let share = mark.y.flatMap { yAxis.fraction(of: $0) } ?? 0.5
    let row = Int(bounded: ((1 - min(1, max(0, share))) * Double(plot.height - 1)).rounded())
    let x = plot.x + column
    let y = plot.y + row
    guard buffer.bounds.contains(x: x, y: y) else { return }
    buffer[x, y] = Cell(symbol, style: mark.style.on(buffer[x, y].colorBehindLines))
  }
}
