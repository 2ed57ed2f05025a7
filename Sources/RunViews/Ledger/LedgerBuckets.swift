import RunKnowledge
import TerminalCanvas
import Theming
import TrainingTelemetry

/// What the bars of the buckets stand for, in numbers: a column for each bucket.
struct LedgerBuckets: Hashable {
  struct Row: Hashable {
    var title: String
    var role: ThemeRole
    /// One for each bucket.
    var values: [String]
  }

  var labels: [String]
  /// The most telling first: where rows are few, the others drop out.
  var rows: [Row]

  init(_ buckets: [BucketStatistics]) {
    labels = buckets.map(LimiterModel.edge)
    let pushed = buckets.reduce(0) { $0 + $1.positive.weightedPush + $1.negative.weightedPush }
    func row(
      _ title: String, _ role: ThemeRole, _ side: KeyPath<BucketStatistics, BucketSide>,
      _ text: (BucketSide) -> String
    ) -> Row {
      Row(title: title, role: role, values: buckets.map { text($0[keyPath: side]) })
    }
    func pair(_ title: String, _ text: (BucketSide) -> String) -> [Row] {
      [
        row("▲ \(title)", .positive, \.positive, text),
        row("▼ \(title)", .negative, \.negative, text),
      ]
    }
    rows =
      pair("n") { NumberFormat.count($0.tokenCount) }
      + pair("push") { NumberFormat.share(pushed > 0 ? $0.weightedPush / pushed : nil) }
      + pair("Σ|Δπ|") { LimiterModel.shortNumber($0.tokenCount > 0 ? $0.massMoved : nil) }
      + pair("H") { LimiterModel.shortNumber($0.entropy) }
      + pair("ρ 5%") { LimiterModel.shortNumber($0.ratioQuantiles?.low) }
      + pair("ρ 95%") { LimiterModel.shortNumber($0.ratioQuantiles?.high) }
      + pair("ρ min") { LimiterModel.shortNumber($0.ratioQuantiles?.smallest) }
      + pair("ρ max") { LimiterModel.shortNumber($0.ratioQuantiles?.largest) }
  }

  func draw(in area: Rectangle, on buffer: inout CellBuffer, _ context: DrawingContext) {
    let shown = rows.prefix(max(0, area.height - 1))
    let titles = rows.map { context.text($0.title, $0.role).width }.max() ?? 0
    let width = max(5, min(9, (area.width - titles) / max(1, labels.count) - 1))
    // The last column takes what is left, so that the others stay together.
    let columns =
      [Table.Column(context.text("π_old", .textDim), extent: .fixed(titles))]
      + labels.map {
        Table.Column(context.text($0, .textDim), alignment: .right, extent: .fixed(width))
      } + [Table.Column(StyledText(), extent: .flexible())]
    Table(
      columns: columns,
      rows: shown.map { row in
        Table.Row(
          [context.text(row.title, row.role)] + row.values.map { context.text($0, .text) }
            + [StyledText()])
      }
    ).draw(into: &buffer, in: area, glyphs: context.glyphs)
  }
}
