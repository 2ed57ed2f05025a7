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
}

/// What may be said of the difference of two arms of a fork.
public enum ForkWords: String, Sendable, Hashable, Codable {
  case better
  case worse
  case higher
  case lower
  case notToldApart = "not told apart from chance"
  case tooFewPairs = "too few pairs"

  /// For narrow columns.
  public var short: String { self == .notToldApart ? "not told apart" : rawValue }

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
