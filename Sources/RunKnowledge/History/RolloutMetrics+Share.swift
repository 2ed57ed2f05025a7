public import TrainingTelemetry

extension RolloutMetrics {
  /// Share of the groups whose rewards are all equal, in [0, 1].
  public var zeroVarianceShare: Double { Double(zeroVarianceGroups) / Double(max(1, groupCount)) }
}
