public import RunKnowledge
public import TerminalCanvas
import Theming
import TrainingTelemetry

/// The runs of a race as a table: a row for each, with its distance to the first.
public struct RaceDrawing {
  private struct Column {
    let title: String
    let cells: [String]
    var width: Int { cells.reduce(title.count) { max($0, $1.count) } }
  }

  private static let gap = 2

  let race: Race
  let runs: [KnownRun]
  let area: Rectangle
  let context: DrawingContext

  /// - Parameter present: the run that is shown.
  public init(race: Race, present: KnownRun, area: Rectangle, context: DrawingContext) {
    self.race = race
    runs = race.runs(showing: present)
    self.area = area
    self.context = context
  }

  public func draw(on buffer: inout CellBuffer) {
    let all = columns
    var room = area.width
    var x = area.x
    for column in all {
      guard column.width <= room else { break }
      for (row, cell) in ([column.title] + column.cells).enumerated() where row < area.height {
        let isShown = row - 1 == race.shown
        buffer.draw(
          context.text(cell, row == 0 ? .textDim : .text, isShown ? .bold : []),
          in: Rectangle(x: x, y: area.y + row, width: column.width, height: 1),
          alignment: x == area.x ? .left : .right, glyphs: context.glyphs)
      }
      x += column.width + Self.gap
      room -= column.width + Self.gap
    }
    let lines = context.text(note, .textDim).wrapped(to: max(1, area.width))
    for (row, line) in lines.enumerated() {
      buffer.draw(line, in: area.row(runs.count + 2 + row), glyphs: context.glyphs)
    }
  }

  /// What the differences mean.
  private var note: String {
    guard let difference = placeboDifference else {
      return
        "Δ: Avg@k less that of the first. One run each: how far chance alone leads is not known "
        + "without --against placebo."
    }
    return "Δ: Avg@k less that of the first. Chance alone: the placebo is "
      + "\(Self.signed(difference)) from it."
  }

  private var placeboDifference: Double? {
    race.lanes.firstIndex(where: \.isPlacebo).flatMap { difference(of: runs[$0]) }
  }

  /// Avg@k less that of the first run, at the last evaluation that both have.
  private func difference(of run: KnownRun) -> Double? {
    let first = runs[0].history.evaluations
    for evaluation in run.history.evaluations.reversed() {
      if let other = first.last(where: { $0.iteration == evaluation.iteration }) {
        return evaluation.average - other.average
      }
    }
    return nil
  }

  private var columns: [Column] {
    func column(_ title: String, _ cell: (KnownRun) -> String) -> Column {
      Column(
        title: context.glyphs.spelled(title), cells: runs.map { context.glyphs.spelled(cell($0)) })
    }
    func number(_ value: Double?, _ decimals: Int = 3) -> String {
      value.map { NumberFormat.fixed($0, decimals: decimals) } ?? NumberFormat.missing
    }
    let k = runs[0].history.evaluations.last?.samplesPerPrompt
    let at = k.map { "@\($0)" } ?? ""
    let names = race.lanes.enumerated().map { index, lane in
      context.glyphs.spelled((index == race.shown ? "▸ " : "  ") + lane.label)
    }
    return [
      Column(title: "", cells: names),
      column("reward") { number($0.history.rollouts.last?.reward) },
      column("Avg\(at)") { number($0.history.evaluations.last?.average) },
      Column(
        title: context.glyphs.spelled("Δ"),
        cells: runs.enumerated().map { index, run in
          index == 0
            ? ""
            : context.glyphs.spelled(difference(of: run).map(Self.signed) ?? NumberFormat.missing)
        }),
      column("Pass\(at)") { number($0.history.evaluations.last?.pass) },
      column("H") { number($0.history.updates.last?.entropy) },
      column("KL") { number($0.history.updates.last?.klMean, 4) },
      column("removed") { NumberFormat.share($0.history.updates.last?.removedShare) },
      column("ρ max") { run in
        run.history.updates.compactMap(\.ratioMaximum).max().map {
          NumberFormat.significant($0)
        } ?? NumberFormat.missing
      },
      column("update") { "\($0.position.total)" },
      column("ms") { run in
        run.status.updateMilliseconds.map { NumberFormat.significant($0) } ?? NumberFormat.missing
      },
    ]
  }

  private static func signed(_ value: Double) -> String {
    String(NumberFormat.signed(value, decimals: 3).map { $0 == "-" ? "−" : $0 })
  }
}
