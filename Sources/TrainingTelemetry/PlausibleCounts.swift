/// Numbers that count something in a run, and that may come from a file that somebody else wrote.
///
/// Whoever reads such a value asks `isPlausible` once, where it comes in; behind that, counts can
/// be added and multiplied with each other without overflow.
public protocol PlausibleCounts {
  /// Whether every count is one that a run could have, and no part is larger than its whole.
  var isPlausible: Bool { get }
}

/// What counts can be at most.
public enum CountBounds {
  /// Within one iteration, and iterations themselves: products of two of them fit into an `Int`.
  public static let inIteration = 0...Int(Int32.max)
  /// Over a whole run: a sum over eight million lines fits.
  public static let inRun = 0...1 << 40
}

extension UpdatePosition: PlausibleCounts {
  public var isPlausible: Bool {
    CountBounds.inIteration.contains(iteration)
      && CountBounds.inIteration.contains(updatesPerIteration)
      && CountBounds.inRun.contains(total) && update >= 0
      && update <= min(updatesPerIteration, total) && (iteration > 0 || total == 0)
  }
}

extension RolloutMetrics: PlausibleCounts {
  public var isPlausible: Bool {
    CountBounds.inIteration.contains(iteration) && CountBounds.inRun.contains(updatesBefore)
      && [groupCount, answerCount, tokenCount].allSatisfy(CountBounds.inIteration.contains)
      && (0...groupCount).contains(zeroVarianceGroups)
      && (0...groupCount).contains(allRightGroups) && (0...groupCount).contains(allWrongGroups)
      && (0...answerCount).contains(truncatedAnswers)
  }
}

extension UpdateMetrics: PlausibleCounts {
  public var isPlausible: Bool {
    position.isPlausible && CountBounds.inIteration.contains(tokenCount)
      && (0...tokenCount).contains(activeTokenCount)
      && (0...tokenCount).contains(runawayTokenCount) && positive.isPlausible
      && negative.isPlausible
  }
}

extension SignMetrics: PlausibleCounts {
  public var isPlausible: Bool {
    CountBounds.inIteration.contains(tokenCount)
      && (0...tokenCount).contains(attenuatedCount ?? 0)
  }
}

extension EvaluationMetrics: PlausibleCounts {
  public var isPlausible: Bool {
    CountBounds.inIteration.contains(iteration) && CountBounds.inRun.contains(updatesBefore)
      && CountBounds.inIteration.contains(promptCount)
      && CountBounds.inIteration.contains(samplesPerPrompt)
  }
}

extension KnobChange: PlausibleCounts {
  public var isPlausible: Bool {
    CountBounds.inIteration.contains(iteration) && CountBounds.inRun.contains(updatesBefore)
  }
}

extension ObjectiveChange: PlausibleCounts {
  public var isPlausible: Bool {
    CountBounds.inIteration.contains(iteration) && CountBounds.inRun.contains(updatesBefore)
  }
}

extension Notice: PlausibleCounts {
  public var isPlausible: Bool { CountBounds.inRun.contains(updatesBefore) }
}
