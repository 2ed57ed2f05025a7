import BoundedNumbers

/// Where the parts of a line chart go, and its axes.
struct ChartFrame {
  let chart: LineChart
  let xAxis: PlotAxis
  let yAxis: PlotAxis
  let glyphs: GlyphSet
  /// The rectangle of the curves.
  let plot: Rectangle
  /// One past the last row and the last column of the chart.
  private let limit: Int
  private let right: Int
  private let yTicks: [(row: Int, label: String)]
  private let lastValues: [(row: Int, text: StyledText)]

  init(
    chart: LineChart, xAxis: PlotAxis, yAxis: PlotAxis, rectangle: Rectangle, glyphs: GlyphSet
  ) {
    self.chart = chart
    self.xAxis = xAxis
    self.yAxis = yAxis
    self.glyphs = glyphs
    let hasXAxis = rectangle.height >= 3
    let rows = hasXAxis ? rectangle.height - 1 : rectangle.height
    let ticks = Self.yTicks(of: chart, axis: yAxis, rows: rows)
    let labelWidth = ticks.map(\.label.count).max() ?? 0
    // Labels are given up before the curves get narrower than eight cells.
    let fitsLabels = rectangle.width - labelWidth - 2 >= 8
    let left = fitsLabels && !ticks.isEmpty ? labelWidth + 1 : 0
    yTicks = fitsLabels ? ticks : []
    let lasts =
      chart.showsLastValues ? Self.lastValues(of: chart, axis: yAxis, rows: rows) : []
    let valueWidth = lasts.map(\.text.width).max() ?? 0
    let fitsValues = rectangle.width - left - valueWidth - 1 >= 8
    lastValues = fitsValues ? lasts : []
    let values = fitsValues && valueWidth > 0 ? valueWidth + 1 : 0
    plot = Rectangle(
      x: rectangle.x + left, y: rectangle.y, width: rectangle.width - left - values, height: rows)
    limit = rectangle.maxY
    right = rectangle.maxX
  }

  /// The dot of a point; nil for what cannot be placed.
  ///
  /// Points outside the range keep their direction, so that lines leave the plot where they should.
  func dot(x: Double, y: Double, in dots: PlotDots) -> (x: Int, y: Int)? {
    guard let across = xAxis.fraction(of: x), let up = yAxis.fraction(of: y) else { return nil }
    guard across > -0.5, across < 1.5 else { return nil }
    let bounded = min(3, max(-2, up))
    return (
      Int(bounded: (across * Double(dots.width - 1)).rounded()),
      Int(bounded: ((1 - bounded) * Double(dots.height - 1)).rounded())
    )
  }

  func drawAxes(into buffer: inout CellBuffer) {
    for tick in yTicks {
      let area = Rectangle(
        x: plot.x - 1 - tick.label.count, y: plot.y + tick.row, width: tick.label.count, height: 1)
      buffer.draw(StyledText(tick.label, style: chart.axisStyle), in: area, glyphs: glyphs)
    }
    drawXAxis(into: &buffer)
  }

  private func drawXAxis(into buffer: inout CellBuffer) {
    guard plot.maxY < limit else { return }
    let ticks = xAxis.ticks(maximum: max(3, plot.width / 8))
    var free = plot.x
    for (tick, label) in zip(ticks, xAxis.labels(for: ticks)) {
      guard let column = xAxis.column(of: tick, width: plot.width) else { continue }
      // The label is centered on its tick as far as the edges allow.
      let start = min(
        max(plot.x, plot.x + column - label.count / 2), plot.maxX - label.count)
      guard start >= free, label.count <= plot.width else { continue }
      buffer.write(label, x: start, y: plot.maxY, style: chart.axisStyle)
      free = start + label.count + 1
    }
    let unit = StyledText(chart.xUnit, style: chart.axisStyle)
    // The unit may run on below the last values.
    let end = max(plot.maxX, min(right, free + unit.width))
    guard unit.width > 0, free + unit.width <= end else { return }
    buffer.draw(
      unit, in: Rectangle(x: free, y: plot.maxY, width: end - free, height: 1),
      alignment: .right, glyphs: glyphs)
  }

  func drawMarks(into buffer: inout CellBuffer) {
    for mark in chart.marks {
      guard let column = xAxis.column(of: mark.x, width: plot.width) else { continue }
      for row in 0..<plot.height {
        let character = row == 0 ? mark.symbol : glyphs.pick("┆", "|")
        buffer[plot.x + column, plot.y + row] = Cell(character, style: mark.style)
      }
    }
  }

  /// The symbols again, over the curves: they say which mark it is.
  func drawMarkSymbols(into buffer: inout CellBuffer) {
    guard plot.height > 1 else { return }
    for mark in chart.marks {
      guard let column = xAxis.column(of: mark.x, width: plot.width) else { continue }
      buffer[plot.x + column, plot.y] = Cell(mark.symbol, style: mark.style)
    }
  }

  func drawLastValues(into buffer: inout CellBuffer) {
    for value in lastValues {
      let area = Rectangle(
        x: plot.maxX + 1, y: plot.y + value.row, width: value.text.width, height: 1)
      buffer.draw(value.text, in: area, glyphs: glyphs)
    }
  }

  private static func row(of fraction: Double, rows: Int) -> Int {
    min(rows - 1, max(0, Int(bounded: ((1 - fraction) * Double(rows - 1)).rounded())))
  }

  private static func yTicks(
    of chart: LineChart, axis: PlotAxis, rows: Int
  ) -> [(row: Int, label: String)] {
    let ticks = axis.ticks(maximum: min(6, max(3, rows / 2)))
    let labels = axis.labels(for: ticks)
    var placed: [(row: Int, label: String)] = []
    for (index, tick) in ticks.enumerated() {
      guard let fraction = axis.fraction(of: tick) else { continue }
      let row = row(of: fraction, rows: rows)
      guard !placed.contains(where: { $0.row == row }) else { continue }
      let isTop = index == ticks.count - 1 && !chart.yUnit.isEmpty
      placed.append((row, isTop ? "\(labels[index]) \(chart.yUnit)" : labels[index]))
    }
    return placed
  }

  /// One label for each series at the height of its last value, moved apart where they collide.
  private static func lastValues(
    of chart: LineChart, axis: PlotAxis, rows: Int
  ) -> [(row: Int, text: StyledText)] {
    var taken: Set<Int> = []
    var labels: [(row: Int, text: StyledText)] = []
    for series in chart.series where series.isLabeled {
      guard let last = series.points.last(where: { $0.y?.isFinite == true })?.y,
        let fraction = axis.fraction(of: last)
      else { continue }
      let wanted = row(of: fraction, rows: rows)
      let nearest = (0..<rows).filter { !taken.contains($0) }
        .min { abs($0 - wanted) < abs($1 - wanted) }
      guard let row = nearest else { break }
      taken.insert(row)
      let name = series.name.isEmpty ? "" : series.name + " "
      labels.append(
        (row, StyledText(name + NumberFormat.significant(last), style: series.style)))
    }
    return labels
  }
}
