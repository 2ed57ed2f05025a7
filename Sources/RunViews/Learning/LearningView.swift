/// Which chart of the learning panel is looked at.
public enum LearningView: String, Sendable, Hashable, CaseIterable {
  /// As many charts as there is room for.
  case overview
  case scores
  case kl
  case entropy
  case zeroVarianceGroups = "equalGroups"
  case gradientNorms
}

/// How far back the curves of the learning panel reach.
public enum LearningSpan: String, Sendable, Hashable, CaseIterable {
  case wholeRun
  case last50
  case last10

  /// Iterations up to the newest; `nil` shows all.
  public var iterations: Double? {
    switch self {
    case .wholeRun: nil
    case .last50: 50
    case .last10: 10
    }
  }

  public var name: String {
    switch self {
    case .wholeRun: ""
    case .last50: "last 50"
    case .last10: "last 10"
    }
  }
}
