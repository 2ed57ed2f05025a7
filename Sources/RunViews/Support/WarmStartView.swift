public import TerminalCanvas
import Theming
public import TrainingTelemetry

/// What is seen while the base policy is made: progress, and what goes on in plain words.
public enum WarmStartView {
  private static let explanation = """
    Reinforcement learning needs a policy that is right now and then. So a freshly initialised \
    transformer first learns from demonstrations, many of them wrong, until it knows the form of \
    an answer and gets about a quarter of them right. This happens once: the result is kept, and \
    later runs start at once. Then MASPO takes over, and rewards alone decide.
    """

  public static func draw(
    _ progress: WarmStartProgress?, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    let column = Rectangle(
      x: area.x + max(0, (area.width - 72) / 2), y: area.y, width: min(72, area.width),
      height: area.height
    ).inset(dx: area.width > 8 ? 1 : 0)
    let facts = progress.map { numbers($0, context) } ?? [context.text("preparing …", .text)]
    let words = context.text(explanation, .textDim).wrapped(to: max(1, column.width))
    let rows = 2 + facts.count + 1 + words.count
    var row = max(0, (column.height - rows) / 2)
    let fraction = progress.map { Double($0.step) / Double(max(1, $0.stepCount)) } ?? 0
    Gauge(
      fraction: fraction, style: context.style(.accent), trackStyle: context.style(.border)
    ).draw(into: &buffer, in: column.row(row), glyphs: context.glyphs)
    row += 2
    for line in facts {
      buffer.draw(line, in: column.row(row), glyphs: context.glyphs)
      row += 1
    }
    row += 1
    for line in words {
      buffer.draw(line, in: column.row(row), glyphs: context.glyphs)
      row += 1
    }
  }

  private static func numbers(
    _ progress: WarmStartProgress, _ context: DrawingContext
  ) -> [StyledText] {
    let digits = "\(progress.stepCount)".count
    let step = NumberFormat.padded("\(progress.step)", width: digits)
    var lines = [
      context.text("step \(step) of \(progress.stepCount)", .text)
        + context.text("   loss ", .textDim)
        + context.text(NumberFormat.fixed(progress.loss, decimals: 3), .text)
        + context.text(" nats per token   ", .textDim)
        + context.text(NumberFormat.duration(seconds: progress.secondsLeft), .text)
        + context.text(" left", .textDim)
    ]
    if progress.attempt > 1 {
      lines.append(
        context.text(
          "attempt \(progress.attempt): the initialisation before it stalled, as about one in "
            + "four does", .warning))
    }
    return lines
  }
}
