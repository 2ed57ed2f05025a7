import TerminalCanvas
import TrainingTelemetry

extension LimiterModel {
  static func ordered(_ low: Double?, _ high: Double?) -> ClosedRange<Double>? {
    guard let low, let high, low <= high else { return nil }
    return low...high
  }

  /// A whole percentage without its sign; 39.3 % reads `39`.
  static func reachText(_ reach: Double?) -> String {
    NumberFormat.padded(
      reach.map { NumberFormat.fixed($0 * 100, decimals: 0) } ?? NumberFormat.missing, width: 3)
  }

  static func boundsText(_ lower: Double?, _ upper: Double?) -> String {
    PanelNumbers.plain(lower, width: 5) + " " + PanelNumbers.plain(upper, width: 5)
  }

  /// What both signs have, such as `12%/3.4%`.
  static func pair<Side>(
    _ up: Side, _ down: Side, _ text: (Double?) -> String, value: (Side) -> Double?
  ) -> String {
    NumberFormat.padded(text(value(up)), width: 5) + "/"
      + NumberFormat.padded(text(value(down)), width: 5, alignment: .left)
  }

  static func shortNumber(_ value: Double?) -> String {
    String(PanelNumbers.plain(value, width: 5).drop { $0 == " " })
  }

  /// 5 % and 95 % of the ratios.
  static func tailsText(_ quantiles: RatioQuantiles?) -> String {
    PanelNumbers.plain(quantiles?.low, width: 5) + " "
      + PanelNumbers.plain(quantiles?.high, width: 5)
  }

  /// Smallest and largest ratio over several sides.
  static func extremesText(_ quantiles: [RatioQuantiles]) -> String {
    PanelNumbers.plain(quantiles.compactMap(\.smallest).min(), width: 5) + " "
      + PanelNumbers.plain(quantiles.compactMap(\.largest).max(), width: 5)
  }

  static func quantileText(_ quantiles: RatioQuantiles?) -> String {
    [quantiles?.low, quantiles?.median, quantiles?.high]
      .map { PanelNumbers.plain($0, width: 5) }.joined(separator: " ")
  }

  static func range(of bucket: BucketStatistics) -> String {
    if bucket.lowerProbability == 0 { return "<" + edgeText(bucket.upperProbability) }
    if bucket.upperProbability == 1 { return "≥" + edgeText(bucket.lowerProbability) }
    return edgeText(bucket.lowerProbability) + "–" + edgeText(bucket.upperProbability)
  }

  static func edge(of bucket: BucketStatistics) -> String {
    bucket.upperProbability == 1
      ? "≥" + edgeText(bucket.lowerProbability) : "<" + edgeText(bucket.upperProbability)
  }

  /// `.001`, `.1`: probabilities below 1 without their leading zero.
  static func edgeText(_ probability: Double) -> String {
    let text = NumberFormat.short(probability)
    return text.hasPrefix("0.") ? String(text.dropFirst()) : text
  }
}
