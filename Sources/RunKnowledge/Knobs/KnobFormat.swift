import TerminalCanvas
public import TrainingTelemetry

/// How knob values are written and read.
public enum KnobFormat {
  /// `0.2`, `2e-4`, `none`.
  public static func text(_ value: Double?) -> String {
    value.map { NumberFormat.significant($0, digits: 3, trimsZeros: true) } ?? "none"
  }

  /// Reads what a person types: a number, or `none`.
  ///
  /// - Returns: `nil` for what is neither.
  public static func value(_ text: String) -> PendingValue? {
    let typed = text.filter { $0 != " " }
    if typed.lowercased() == "none" { return PendingValue(value: nil) }
    guard let number = Double(typed), number.isFinite else { return nil }
    return PendingValue(value: number)
  }
}
