internal import PolicyTraining

/// A quantity in which the arms of a fork are compared; in the order of the table.
public enum ForkMeasure: String, Sendable, Hashable, Codable, CaseIterable {
  /// Mean Avg@k over the evaluations since the fork: the words of a fork are about it.
  case meanAverage = "mean_avg"
  /// Avg@k and Pass@k at the end.
  case finalAverage = "final_avg"
  case finalPass = "final_pass"
  /// Means over the rollouts since the fork.
  case reward
  case entropy
  /// KL(π_old‖π), nats per token, mean over the updates since the fork.
  case kl
  /// Mean over the updates of the share of the weighted push that the gate removed.
  case removedShare = "removed_share"
  /// 1 for a replica that lost what it had, else 0.
  case collapse

  /// The row's name.
  ///
  /// - Parameter k: of Avg@k and Pass@k.
  public func title(k: Int) -> String {
    switch self {
    case .meanAverage: "mean Avg@\(k)"
    case .finalAverage: "final Avg@\(k)"
    case .finalPass: "final Pass@\(k)"
    case .reward: "reward"
    case .entropy: "entropy"
    case .kl: "KL"
    case .removedShare: "removed"
    case .collapse: "collapsed"
    }
  }

  /// Digits after the point that a difference needs.
  public var decimals: Int { self == .kl ? 4 : 3 }

  /// Whether more of it is better; `nil` where it is neither good nor bad.
  var moreIsBetter: Bool? {
    switch self {
    case .meanAverage, .finalAverage, .finalPass, .reward: true
    case .collapse: false
    case .entropy, .kl, .removedShare: nil
    }
  }

  /// - Parameter answers: of one evaluation.
  func value(in result: RunResult, answers: Int) -> Double? {
    switch self {
    case .meanAverage: result.meanAverage
    case .finalAverage: result.finalAverage
    case .finalPass: result.finalPass
    case .reward: result.meanReward
    case .entropy: result.meanEntropy
    case .kl: result.klMean
    case .removedShare: result.removedShare
    case .collapse: result.isCollapsed(answers: answers) ? 1 : 0
    }
  }

  /// The step in which it is counted; equal differences are not known better than that.
  func step(of plan: ForkPlan) -> Double {
    let answers = plan.evaluation.promptCount * plan.evaluation.samplesPerPrompt
    switch self {
    case .meanAverage, .finalAverage: return 1 / Double(answers)
    case .finalPass: return 1 / Double(plan.evaluation.promptCount)
    case .reward:
      let schedule = plan.point.configuration.schedule
      return 1 / Double(schedule.sequencesPerIteration * plan.iterations)
    case .entropy, .kl, .removedShare: return 0
    // As many replicas of both arms collapsed: nothing is known of how often they do.
    case .collapse: return 1
    }
  }
}

/// What may be said of the difference of two arms of a fork.
public enum ForkWords: String, Sendable, Hashable, Codable {
  case better
  case worse
  case higher
  case lower
  case notToldApart = "not told apart from chance"
  case tooFewPairs = "too few pairs"

  init(_ difference: PairedDifference?, moreIsBetter: Bool?) {
    switch (difference?.verdict, moreIsBetter) {
    case (nil, _), (.unknown, _): self = .tooFewPairs
    case (.tie, _): self = .notToldApart
    case (.better, true), (.worse, false): self = .better
    case (.better, false), (.worse, true): self = .worse
    case (.better, nil): self = .higher
    case (.worse, nil): self = .lower
    }
  }
}
