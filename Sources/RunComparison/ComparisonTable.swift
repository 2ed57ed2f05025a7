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
        "\(arm.collapsedCount)", fixed(arm.entropy.mean, 3), fixed(arm.klMean.mean, 4),
        fixed(arm.klMaximum, 2), Self.percent(arm.attenuatedShare), Self.percent(arm.removedShare),
        arm.ratioMaximum.map { fixed($0, 1) } ?? "–",
      ]
    }
  }

  static func text(_ estimate: MeanEstimate) -> String {
    fixed(estimate.mean, 3) + (estimate.standardError.map { "±" + fixed($0, 3) } ?? "")
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
    estimate.map { fixed($0.mean * 100, 2) + " %" } ?? "–"
  }

  private static func signed(_ value: Double) -> String {
    let text = fixed(abs(value), 3)
    if text == "0.000" { return text }
    return (value < 0 ? "−" : "+") + text
  }
}

/// `value` with this many decimals; `Foundation`-free, and a NaN stays one.
func fixed(_ value: Double, _ decimals: Int) -> String {
  guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
  let scale = (0..<decimals).reduce(1.0) { product, _ in product * 10 }
  let units = Int64((abs(value) * scale).rounded())
  let whole = units / Int64(scale)
  let fraction = String(units % Int64(scale))
  let sign = value < 0 && units != 0 ? "-" : ""
  guard decimals > 0 else { return "\(sign)\(whole)" }
  return "\(sign)\(whole)."
    + String(repeating: "0", count: decimals - fraction.count) + fraction
}
