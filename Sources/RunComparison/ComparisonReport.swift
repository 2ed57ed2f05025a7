internal import FoundationEssentials
internal import LocalFiles
internal import PolicyTraining
internal import RunKnowledge

/// How a summary is written.
public enum ReportFormat: String, Sendable, Hashable, CaseIterable {
  case table, markdown, csv, json
  /// Not the summary but what it is made of.
  case csvCurves = "csv-curves"
}

/// The results of a comparison, to be written in any format.
public struct ComparisonReport: Sendable {
  public let summary: ComparisonSummary
  private let results: [RunResult]
  private let promptCount: Int
  /// Shares that have runs without a result, in order; empty where the plan is made in one.
  private let missingShares: [String]

  private var reference: String { summary.reference }
  private var samplesPerPrompt: Int { summary.samplesPerPrompt }

  /// - Parameters:
  ///   - results: the finished runs, in the plan's order.
  ///   - shard: says into how many shares the plan is cut.
  /// - Throws: what is wrong with a run of the plan.
  public init(plan: ComparisonPlan, results: [RunResult], shard: ComparisonShard? = nil) throws {
    summary = try ComparisonSummary(plan: plan, results: results)
    self.results = results
    promptCount = plan.template.evaluation.promptCount
    missingShares =
      try shard.map { shard in
        let finished = Set(results.map(RunName.init))
        let runs = try plan.runs()
        let numbers = zip(runs, ComparisonShard.numbers(of: runs, count: shard.count))
          .filter { !finished.contains(RunName($0.0)) }.map(\.1)
        return Set(numbers).sorted().map { "\($0)/\(shard.count)" }
      } ?? []
  }

  /// The whole report as text that ends in a newline.
  public func text(as format: ReportFormat) throws -> String {
    switch format {
    case .table:
      return summary.sections.map(plainSection).joined(separator: "\n") + footer
    case .markdown: return summary.sections.map(markdownSection).joined(separator: "\n")
    case .csv: return csv
    case .csvCurves: return CurveTable.text(results, promptCount: promptCount)
    case .json:
      return String(decoding: try JSONText.encodeFinite(summary, pretty: true), as: UTF8.self)
        + "\n"
    }
  }

  /// What is missing, a line each, at most `mostLines` for runs; empty where all are finished.
  public var missing: [String] {
    let missing = summary.missing
    guard !missing.isEmpty else { return [] }
    var lines = [
      "Only \(summary.finishedRuns) of \(summary.plannedRuns) runs are finished. Missing:"
    ]
    lines += missing.prefix(Self.mostLines).map {
      "  \($0.task), \($0.preset), seed \($0.seed): \($0.arms.joined(separator: ", "))"
    }
    if missing.count > Self.mostLines {
      lines.append("  and more of \(missing.count - Self.mostLines) other seeds")
    }
    if !missingShares.isEmpty {
      lines.append("They belong to --shard \(missingShares.joined(separator: ", ")).")
    }
    return lines
  }

  private static let mostLines = 8

  private var footer: String {
    let k = samplesPerPrompt
    var lines = [
      "",
      "mean ± standard error over n seeds; in brackets the 95 % confidence interval of the",
      "difference to \(reference), paired by seed (Student t). \"tie\": the interval contains 0.",
      "mean Avg@\(k): over the evaluations of the run; \"in words\" is about it. collapsed: final",
      "Avg@\(k) below half of the best, or below the base policy's by more than noise.",
    ]
    lines += missing
    return lines.joined(separator: "\n") + "\n"
  }

  private func plainSection(_ section: ComparisonSummary.Section) -> String {
    let table = ComparisonTable(section, reference: reference, k: samplesPerPrompt)
    let lines = [table.header] + table.rows
    let widths = table.header.indices.map { column in
      lines.map { $0[column].count }.max() ?? 0
    }
    let text = lines.map { line in
      zip(line, widths).enumerated().map { column, cell in
        let padding = String(repeating: " ", count: cell.1 - cell.0.count)
        return column == 0 || column == 4 ? cell.0 + padding : padding + cell.0
      }.joined(separator: "  ")
    }
    return "\(section.task), \(section.preset)\n" + text.joined(separator: "\n") + "\n"
  }

  private func markdownSection(_ section: ComparisonSummary.Section) -> String {
    let table = ComparisonTable(section, reference: reference, k: samplesPerPrompt)
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    let rule = table.header.indices.map { $0 == 0 || $0 == 4 ? "---" : "--:" }
    let lines = [line(table.header), line(rule)] + table.rows.map(line)
    return "### \(section.task), \(section.preset)\n\n" + lines.joined(separator: "\n") + "\n"
  }

  /// One line for each arm, numbers at full precision; absent values are empty.
  private var csv: String {
    let header = [
      "task", "preset", "objective", "seeds", "mean_avg", "mean_avg_se", "mean_difference",
      "mean_difference_low", "mean_difference_high", "verdict", "final_avg", "final_avg_se",
      "final_difference", "final_difference_low", "final_difference_high", "final_pass",
      "final_pass_se", "base_avg", "collapsed", "failures", "entropy", "kl_mean", "kl_max",
      "attenuated_share", "removed_share", "removed_share_positive", "removed_share_negative",
      "ratio_max",
    ]
    func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    let lines = summary.sections.flatMap { section in
      section.arms.map { arm in
        let mean = arm.meanDifference
        let final = arm.finalDifference
        let verdict = ComparisonTable.words(arm, reference: reference)
        return [
          section.task, section.preset, arm.label, "\(arm.seeds.count)",
          text(arm.meanAverage.mean), text(arm.meanAverage.standardError),
          text(mean?.estimate.mean), text(mean?.lower), text(mean?.upper), verdict,
          text(arm.finalAverage.mean), text(arm.finalAverage.standardError),
          text(final?.estimate.mean), text(final?.lower), text(final?.upper),
          text(arm.finalPass.mean), text(arm.finalPass.standardError),
          text(arm.baseAverage.mean), "\(arm.collapsedCount)", "\(arm.failureCount)",
          text(arm.entropy.mean), text(arm.klMean.mean), text(arm.klMaximum),
          text(arm.attenuatedShare?.mean), text(arm.removedShare?.mean),
          text(arm.removedSharePositive?.mean), text(arm.removedShareNegative?.mean),
          text(arm.ratioMaximum),
        ]
      }
    }
    return ([header] + lines).map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n"
  }
}
