public import PolicyObjectives
public import TrainingTelemetry

extension KnobState {
  /// Why the knob cannot take `value`; `nil` if it can.
  public func refusal(of value: Double?) -> ObjectiveError? {
    do {
      try specification.validate(value)
    } catch {
      return error
    }
    guard isInteger, let value, value != value.rounded() else { return nil }
    return .outOfRange(
      parameter: name, value: KnobFormat.text(value),
      allowed: "a whole number, \(specification.allowedRange)")
  }
}

extension KnobRow {
  /// The value `offset` steps from the present one, or `nil` at the end of the steps. No limit
  /// counts as the step after the last, where a knob allows it.
  public func step(by offset: Int) -> PendingValue? {
    guard offset != 0, let value = future ?? (isMixed ? steps.first : nil) else {
      guard offset < 0, let last = steps.last else { return nil }
      return PendingValue(value: last)
    }
    guard !steps.isEmpty else { return tenth(from: value, by: offset) }
    let tolerance = 1e-9 * max(1, abs(value))
    let next =
      offset > 0
      ? steps.filter { $0 > value + tolerance }.dropFirst(offset - 1).first
      : steps.filter { $0 < value - tolerance }.dropLast(-offset - 1).last
    if let next { return PendingValue(value: next) }
    return offset > 0 && allowsNone ? PendingValue(value: nil) : nil
  }

  /// For knobs without steps: a tenth, or one for whole numbers, within the range.
  private func tenth(from value: Double, by offset: Int) -> PendingValue? {
    let unit = isInteger ? 1 : 0.1
    let next = min(maximum, max(minimum, ((value / unit).rounded() + Double(offset)) * unit))
    return next == value ? nil : PendingValue(value: next)
  }
}
