public import TrainingTelemetry

/// A move of one or more knobs, with what it replaced, so that it can be undone.
public struct KnobMove: Sendable, Hashable {
  public var before: [KnobSetting]
  public var after: [KnobSetting]

  public init(before: [KnobSetting], after: [KnobSetting]) {
    self.before = before
    self.after = after
  }
}
