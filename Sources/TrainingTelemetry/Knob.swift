public import PolicyObjectives

/// One number of the run that a person may change while it runs.
public struct KnobState: Sendable, Hashable, Codable {
  public enum Effect: String, Sendable, Hashable, Codable {
    case nextUpdate
    case nextRollout
  }

  /// Name, symbol, summary, range and steps; `specification.name` identifies the knob.
  public var specification: ParameterSpecification
  /// When a change takes effect.
  public var effect: Effect
  /// Whether the value must be a whole number.
  public var isInteger: Bool
  /// Value at the start, before any change: the reset value. `nil` means "no limit".
  public var initialValue: Double?
  /// Value now in force; `nil` means "no limit".
  public var value: Double?
  /// A change that waits for its moment, if any.
  public var pending: PendingValue?

  public init(
    specification: ParameterSpecification, effect: Effect, isInteger: Bool = false,
    initialValue: Double?, value: Double?, pending: PendingValue? = nil
  ) {
    self.specification = specification
    self.effect = effect
    self.isInteger = isInteger
    self.initialValue = initialValue
    self.value = value
    self.pending = pending
  }

  public var name: String { specification.name }
  public var isChanged: Bool { value != initialValue }
}

/// A knob value that is accepted but not yet in force; wraps the optional so that "no limit" can
/// be pending too.
public struct PendingValue: Sendable, Hashable, Codable {
  public var value: Double?

  public init(value: Double?) {
    self.value = value
  }
}

/// A request to set one knob.
public struct KnobSetting: Sendable, Hashable, Codable {
  public var name: String
  public var value: Double?

  public init(name: String, value: Double?) {
    self.name = name
    self.value = value
  }
}
