public import TrainingTelemetry

/// A change of knobs that a person looks at before it is made: nothing is sent until it is applied.
public struct KnobDraft: Sendable, Hashable {
  /// What the person moved, in the order of moving.
  public var settings: [KnobSetting] = []

  public init() {}

  /// The drafted value of a knob; `nil` where the draft leaves it alone.
  public func value(of name: String) -> PendingValue? {
    settings.first { $0.name == name }.map { PendingValue(value: $0.value) }
  }

  /// Takes new values in place of earlier ones of the same knobs.
  public mutating func set(_ changed: [KnobSetting]) {
    let names = Set(changed.map(\.name))
    settings.removeAll { names.contains($0.name) }
    settings += changed
  }
}
