public import TrainingTelemetry

/// A move of one or more knobs, with what it replaced, so that it can be undone.
public struct KnobMove: Sendable, Hashable {
  public var before: [KnobSetting]
  public var after: [KnobSetting]
  /// What it replaced in the other runs of a race, by lane, where it was made on all.
  public var beforeInRivals: [Int: [KnobSetting]]

  public init(
    before: [KnobSetting], after: [KnobSetting], beforeInRivals: [Int: [KnobSetting]] = [:]
  ) {
    self.before = before
    self.after = after
    self.beforeInRivals = beforeInRivals
  }
}
