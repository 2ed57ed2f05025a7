import RunKnowledge
import TerminalCanvas

/// A summary as rows of text.
struct ComparisonTable {
  let header: [String]
  let rows: [[String]]

  init(_ section: ComparisonSummary.Section, reference: String, k: Int) {
    header = [
      "objective", "n", "mean Avg@\(k)", "vs \(reference) [95 %]", "in words", "final Avg@\(k)",
      "vs \(reference) [95 %]", "final Pass@\(k)", "collapsed", "entropy", "KL", "max KL",
      "attenuated", "removed", "max ratio",
    ]
    rows = section.arms.map { arm in
      [
        arm.label, "\(arm.seeds.count)", Self.text(arm.meanAverage),
        Self.text(arm.meanDifference), Self.words(arm, reference: reference),
        Self.text(arm.finalAverage), Self.text(arm.finalDifference), Self.text(arm.finalPass),
        "\(arm.collapsedCount)", NumberFormat.fixed(arm.entropy.mean, decimals: 3),
        NumberFormat.fixed(arm.klMean.mean, decimals: 4),
        NumberFormat.fixed(arm.klMaximum, decimals: 2), Self.percent(arm.attenuatedShare),
        Self.percent(arm.removedShare),
        arm.ratioMaximum.map { NumberFormat.fixed($0, decimals: 1) } ?? "–",
      ]
    }
  }

  static func text(_ estimate: MeanEstimate) -> String {
    NumberFormat.fixed(estimate.mean, decimals: 3)
      + (estimate.standardError.map { "±" + NumberFormat.fixed($0, decimals: 3) } ?? "")
  }

  static func text(_ difference: PairedDifference?) -> String {
    guard let difference else { return "–" }
    let mean = signed(difference.estimate.mean)
    guard let lower = difference.lower, let upper = difference.upper else { return mean }
    return "\(mean) [\(signed(lower)), \(signed(upper))]"
  }

  /// The verdict on the mean Avg@k over the run.
  static func words(_ arm: ArmSummary, reference: String) -> String {
    if arm.label == reference { return "reference" }
    return arm.meanDifference?.verdict.rawValue ?? "no pairs"
  }

  static func percent(_ estimate: MeanEstimate?) -> String {
    estimate.map { NumberFormat.fixed($0.mean * 100, decimals: 2) + " %" } ?? "–"
  }

  private static func signed(_ value: Double) -> String {
    // A minus sign as wide as the plus sign.
    String(NumberFormat.signed(value, decimals: 3).map { $0 == "-" ? "−" : $0 })
  }
}
