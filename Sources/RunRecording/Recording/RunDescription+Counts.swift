public import TrainingTelemetry

extension RunProgress: PlausibleCounts {
  public var isPlausible: Bool {
    CountBounds.inIteration.contains(iterations)
      && CountBounds.inIteration.contains(iterationLimit ?? 0)
      && CountBounds.inIteration.contains(k ?? 0) && CountBounds.inRun.contains(updates)
      && CountBounds.inRun.contains(rolloutTokens)
  }
}

extension RunDescription: PlausibleCounts {
  public var isPlausible: Bool {
    CountBounds.inRun.contains(parameterCount)
      && CountBounds.inIteration.contains(iterationLimit ?? 0)
      && CountBounds.inRun.contains(parent?.update ?? 0)
      && CountBounds.inIteration.contains(parent?.iteration ?? 0)
  }
}
