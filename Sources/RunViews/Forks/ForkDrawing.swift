public import RunKnowledge
public import TerminalCanvas
import Theming
import TrainingTelemetry

/// Places a fork: what is asked, how far it is, what may be said, the table of `maspo fork`, and the
/// arms as curves, as far as there is room.
public struct ForkDrawing {
  let fork: WatchedFork
  /// The change in words.
  let change: String
  let area: Rectangle
  let context: DrawingContext

  public init(fork: WatchedFork, change: String, area: Rectangle, context: DrawingContext) {
    self.fork = fork
    self.change = change
    self.area = area
    self.context = context
  }

  private static let barWidth = 24
  private static let sentenceRows = 3
  /// Least height of the curves with their title.
  private static let chartHeight = 5
  /// Least width at which there are two charts.
  private static let twoCharts = 88

  public func draw(on buffer: inout CellBuffer) {
    guard !area.isEmpty else { return }
    drawHead(on: &buffer)
    drawProgress(in: area.row(1), on: &buffer)
    let lines = sentence.wrapped(to: max(1, area.width)).prefix(Self.sentenceRows)
    for (row, line) in lines.enumerated() {
      buffer.draw(line, in: area.row(2 + row), glyphs: context.glyphs)
    }
    guard let summary = fork.summary else { return }
    let rest = area.rows(from: 2 + lines.count)
    let table = ForkTable(summary, width: rest.width, context)
    let gap = rest.height > table.height ? 1 : 0
    table.draw(in: rest.rows(from: gap), on: &buffer, context)
    let charts = rest.rows(from: gap + table.height + 1)
    if charts.height >= Self.chartHeight { drawCharts(summary, in: charts, on: &buffer) }
  }

  private func drawHead(on buffer: inout CellBuffer) {
    let title = context.text(change, .title, .bold)
    buffer.draw(title, in: area.row(0), glyphs: context.glyphs)
    let room = area.row(0).splitLeft(min(area.width, title.width + 2)).rest
    let length = counted(fork.request.iterations, "iteration")
    let phrases =
      fork.begun.map { begun in
        [
          "from update \(begun.total), iteration \(begun.iteration), \(length) on",
          "from update \(begun.total), \(length) on", "from update \(begun.total)",
        ]
      } ?? ["\(length) on"]
    buffer.draw(
      context.text(context.longest(of: phrases, width: room.width), .textDim), in: room,
      alignment: .right, glyphs: context.glyphs)
  }

  private func drawProgress(in line: Rectangle, on buffer: inout CellBuffer) {
    switch fork.stage {
    case .awaitingState:
      buffer.draw(
        context.text("waiting for the run to come to a stand between two updates …", .textDim),
        in: line, glyphs: context.glyphs)
    case .failed(let reason):
      buffer.draw(
        context.text("failed: \(reason)", .error, .bold), in: line, glyphs: context.glyphs)
    case .computing, .done:
      let width = min(Self.barWidth, line.width / 3)
      Gauge(
        fraction: fork.share, style: context.style(.accent), trackStyle: context.style(.border)
      ).draw(
        into: &buffer, in: line.splitLeft(width).left, glyphs: context.glyphs)
      buffer.draw(
        context.text(context.longest(of: progress, width: line.width - width - 1)),
        in: line.splitLeft(width + 1).rest, glyphs: context.glyphs)
    }
  }

  /// Longer wordings first.
  private var progress: [String] {
    let pairs = "\(fork.summary?.finishedPairs ?? 0) of \(counted(fork.request.replicas, "pair"))"
    guard fork.stage != .done else { return ["done: \(pairs)"] }
    let share = NumberFormat.percent(fork.share)
    guard let report = fork.progress else { return ["\(share) · \(pairs)"] }
    let made = "\(report.finishedRuns) of \(report.runCount) continuations"
    let left = report.secondsLeft.map { "\(NumberFormat.duration(seconds: $0)) left" } ?? "…"
    return [
      "\(share) · \(pairs) · \(made) · \(left)", "\(share) · \(pairs) · \(left)",
      "\(share) · \(left)",
    ]
  }

  private var sentence: StyledText {
    guard let summary = fork.summary else {
      return context.text(
        "Every pair goes on from this exact state with the same prompts and samples, once with the "
          + "change and once without; the placebo has one weight moved by 1e-6.", .textDim)
    }
    let words = summary.main.words
    let role: ThemeRole =
      switch words {
      case .better: .success
      case .worse: .warning
      case .higher, .lower, .notToldApart, .tooFewPairs: .text
      }
    return context.text(summary.sentence + ".", role, .bold)
  }

  private func drawCharts(
    _ summary: ForkSummary, in area: Rectangle, on buffer: inout CellBuffer
  ) {
    let average = "held-out Avg@\(summary.samplesPerPrompt), mean ± standard error"
    guard area.width >= Self.twoCharts else {
      return draw(summary.courses, \.average, title: average, in: area, on: &buffer)
    }
    let places = area.splitColumns([.flexible(), .flexible()], spacing: 2)
    draw(summary.courses, \.average, title: average, in: places[0], on: &buffer)
    draw(
      summary.courses, \.reward, title: "reward, mean ± standard error", in: places[1],
      on: &buffer)
  }

  private func draw(
    _ courses: [ForkSummary.Course], _ values: KeyPath<ForkSummary.Course, [Point]>,
    title: String, in area: Rectangle, on buffer: inout CellBuffer
  ) {
    buffer.draw(context.text(title, .textDim), in: area.row(0), glyphs: context.glyphs)
    // The arm that the words are about is drawn last, over the others.
    let order: [ForkSummary.Course.Arm] = [.placebo, .unchanged, .changed]
    let arms = order.compactMap { arm in courses.first { $0.arm == arm } }
    let bands = arms.enumerated().map { place, course in
      LineChart.Series(
        points: course[keyPath: values].flatMap { Self.band($0, place: place) },
        style: style(of: course.arm), isLabeled: false)
    }
    let curves = arms.map { course in
      LineChart.Series(
        points: course[keyPath: values].map {
          LineChart.Point(x: Double($0.iteration), y: $0.value.mean)
        }, style: style(of: course.arm), name: course.arm.rawValue)
    }
    LineChart(
      series: bands + curves,
      xUnit: area.width >= 50 ? "iterations" : "", showsLastValues: true,
      axisStyle: context.style(.textDim)
    ).draw(into: &buffer, in: area.rows(from: 1), glyphs: context.glyphs)
  }
  private typealias Point = ForkSummary.Course.Point

  /// A vertical bar of one standard error to each side; those of the arms stand beside each other.
  private static func band(_ point: Point, place: Int) -> [LineChart.Point] {
    guard let error = point.value.standardError else { return [] }
    let x = Double(point.iteration) + Double(place - 1) * 0.12
    return [point.value.mean - error, point.value.mean + error, nil].map {
      LineChart.Point(x: x, y: $0)
    }
  }

  private func style(of arm: ForkSummary.Course.Arm) -> CellStyle {
    switch arm {
    case .placebo: context.style(.textDim)
    case .unchanged: context.style(.reference)
    case .changed: context.style(.accent)
    }
  }
}
