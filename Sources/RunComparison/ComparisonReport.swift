internal import Foundation
internal import LocalFiles
internal import RunKnowledge

/// How a summary is written.
public enum ReportFormat: String, Sendable, Hashable, CaseIterable {
  case table, markdown, csv, json
}

extension ComparisonSummary {
  /// The whole summary as text that ends in a newline.
  public func text(as format: ReportFormat) throws -> String {
    switch format {
    case .table: return sections.map(plainSection).joined(separator: "\n") + footer
    case .markdown: return sections.map(markdownSection).joined(separator: "\n")
    case .csv: return csv
    case .json:
      return String(decoding: try JSONText.encodeFinite(self, pretty: true), as: UTF8.self) + "\n"
    }
  }

  private var footer: String {
    let k = samplesPerPrompt
    var lines = [
      "",
      "mean ± standard error over n seeds; in brackets the 95 % confidence interval of the",
      "difference to \(reference), paired by seed (Student t). \"tie\": the interval contains 0.",
      "mean Avg@\(k): over the evaluations of the run; \"in words\" is about it. collapsed: final",
      "Avg@\(k) below half of the best, or below the base policy's by more than noise.",
    ]
    if finishedRuns < plannedRuns {
      lines.append("Only \(finishedRuns) of \(plannedRuns) runs are finished.")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func plainSection(_ section: Section) -> String {
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

  private func markdownSection(_ section: Section) -> String {
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
    let lines = sections.flatMap { section in
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
