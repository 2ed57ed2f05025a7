internal import RunKnowledge
public import TerminalCanvas

#if canImport(Glibc)
  import Glibc
#endif

/// A sweep as a picture in text: mean Avg@k over the run against the swept knob, with a bar of one
/// standard error at each value and the reference as a level line.
public struct SweepPlot {
  private let charts: [(title: String, chart: LineChart)]

  /// - Returns: `nil` where the plan sweeps nothing or nothing of the sweep is finished.
  public init?(plan: ComparisonPlan, summary: ComparisonSummary) {
    guard let sweep = plan.sweep else { return nil }
    // Powers of ten in the sweep would crowd its small values together on a linear axis.
    let isLogarithmic =
      sweep.values.allSatisfy { $0 > 0 }
      && (sweep.values.max() ?? 1) / (sweep.values.min() ?? 1) >= 8
    charts = summary.sections.flatMap { section in
      Self.sweptArms(of: plan, sweep: sweep).compactMap { name, arms in
        let points = arms.compactMap { value, label in
          section.arms.first { $0.label == label }.map { (value, $0.meanAverage) }
        }
        guard !points.isEmpty else { return nil }
        let reference = section.arms.first { $0.label == summary.reference }?.meanAverage.mean
        let unit = isLogarithmic ? " (log10)" : ""
        return (
          "\(section.task), \(section.preset): mean Avg@\(summary.samplesPerPrompt) of \(name) "
            + "over \(sweep.name)\(unit)"
            + (reference.map {
              ", level line: \(summary.reference) " + NumberFormat.fixed($0, decimals: 3)
            } ?? ""),
          Self.chart(
            points.sorted { $0.0 < $1.0 }, reference: reference, isLogarithmic: isLogarithmic)
        )
      }
    }
    if charts.isEmpty { return nil }
  }

  /// The plot, a line a row.
  public func text(width: Int = 72, height: Int = 14, glyphs: GlyphSet = .braille) -> String {
    charts.map { title, chart in
      var buffer = CellBuffer(width: width, height: height)
      chart.draw(into: &buffer, in: buffer.bounds, glyphs: glyphs)
      let lines = buffer.text.split(separator: "\n", omittingEmptySubsequences: false).map {
        String($0.reversed().drop(while: { $0 == " " }).reversed())
      }
      return ([title] + lines).joined(separator: "\n") + "\n"
    }.joined(separator: "\n")
  }

  /// For each objective that is swept, its arms with their values.
  private static func sweptArms(
    of plan: ComparisonPlan, sweep: ComparisonPlan.Sweep
  ) -> [(name: String, arms: [(Double, String)])] {
    var groups: [(name: String, arms: [(Double, String)])] = []
    for arm in plan.arms where !arm.isPlacebo {
      guard let setting = arm.settings.last(where: { $0.name == sweep.name }),
        let value = setting.value
      else { continue }
      var rest = arm
      rest.settings.removeAll { $0.name == sweep.name }
      if let index = groups.firstIndex(where: { $0.name == rest.label }) {
        groups[index].arms.append((value, arm.label))
      } else {
        groups.append((rest.label, [(value, arm.label)]))
      }
    }
    return groups
  }

  private static func chart(
    _ points: [(Double, MeanEstimate)], reference: Double?, isLogarithmic: Bool
  ) -> LineChart {
    func place(_ value: Double) -> Double { isLogarithmic ? log10(value) : value }
    let line = points.map { LineChart.Point(x: place($0.0), y: $0.1.mean) }
    let bars = points.map { value, estimate in
      let error = estimate.standardError ?? 0
      return LineChart.Series(points: [
        LineChart.Point(x: place(value), y: estimate.mean - error),
        LineChart.Point(x: place(value), y: estimate.mean + error),
      ])
    }
    var series = bars + [LineChart.Series(points: line)]
    if let reference, let first = line.first, let last = line.last {
      series.append(
        LineChart.Series(points: [
          LineChart.Point(x: first.x, y: reference), LineChart.Point(x: last.x, y: reference),
        ]))
    }
    return LineChart(series: series)
  }
}
