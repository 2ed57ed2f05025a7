public import TrainingTelemetry

/// Decides when a run pauses. A breakpoint that has acted rests until its condition was found
/// false once, so that going on goes on; it does not act again on every update of a long excursion.
///
/// Update quantities are looked at after each update, `equal_groups` and `reward` after each
/// rollout, `avg` and `pass` after each evaluation, and `nonfinite` where an update had to be refused.
public struct BreakpointWatch: Sendable, Hashable {
  /// Those set, in the order in which they were.
  public private(set) var all: [Breakpoint] = []
  /// Why the run is paused.
  public private(set) var hits: [BreakpointHit] = []
  /// Those that acted and whose condition has held since.
  private var resting: Set<Breakpoint> = []

  public init(_ breakpoints: [Breakpoint] = []) {
    for breakpoint in breakpoints { _ = add(breakpoint) }
  }

  /// What a snapshot tells of them; `nil` where there are none and none was hit.
  public var status: BreakpointStatus? {
    all.isEmpty && hits.isEmpty ? nil : BreakpointStatus(all: all, hits: hits)
  }

  /// - Returns: whether it was not there yet. One that is there is armed anew.
  public mutating func add(_ breakpoint: Breakpoint) -> Bool {
    resting.remove(breakpoint)
    guard !all.contains(breakpoint) else { return false }
    all.append(breakpoint)
    return true
  }

  /// - Returns: whether there was such a breakpoint.
  public mutating func remove(_ breakpoint: Breakpoint) -> Bool {
    resting.remove(breakpoint)
    guard let index = all.firstIndex(of: breakpoint) else { return false }
    all.remove(at: index)
    return true
  }

  /// The run goes on: what it paused for is over.
  public mutating func resume() { hits = [] }

  /// The run begins anew: everything is armed.
  public mutating func rearm() {
    hits = []
    resting = []
  }

  /// Whether the run will pause after an update with these scalars.
  public func wouldPause(after metrics: UpdateMetrics) -> Bool {
    var trial = self
    return !trial.look(at: metrics).isEmpty
  }

  /// Takes note of an update.
  ///
  /// - Returns: the breakpoints that act now.
  public mutating func look(at metrics: UpdateMetrics) -> [BreakpointHit] {
    judge { breakpoint in
      switch breakpoint.quantity {
      case .kl:
        .init(metrics.klMean, of: breakpoint) { "KL \($0) nats per token" }
      case .entropy:
        .init(metrics.entropy, of: breakpoint) { "entropy \($0) nats per token" }
      case .maxRatio:
        // Without a token that has an advantage there is no ratio to judge, and nothing to hold.
        metrics.ratioMaximum == nil
          ? .isFalse : .init(metrics.ratioMaximum, of: breakpoint) { "largest ratio ρ \($0)" }
      case .nonfinite: metrics.nonfinite.map { .holds($0) } ?? .isFalse
      case .updates:
        .init(Double(metrics.position.total), of: breakpoint) { _ in
          "\(metrics.position.total) were made"
        }
      case .removedShare:
        .init(metrics.removedShare, of: breakpoint) { "the gate took \($0) of the push" }
      case .zeroVarianceGroups, .reward, .average, .pass: .isUnknown
      }
    }
  }

  /// Takes note of a rollout.
  ///
  /// - Returns: the breakpoints that act now.
  public mutating func look(at metrics: RolloutMetrics) -> [BreakpointHit] {
    judge { breakpoint in
      if breakpoint.quantity == .reward {
        return .init(metrics.reward, of: breakpoint) { "mean reward \($0)" }
      }
      guard breakpoint.quantity == .zeroVarianceGroups, metrics.groupCount > 0 else {
        return .isUnknown
      }
      let share = Double(metrics.zeroVarianceGroups) / Double(metrics.groupCount)
      return .init(share, of: breakpoint) {
        "\(metrics.zeroVarianceGroups) of \(metrics.groupCount) groups have equal rewards (\($0))"
      }
    }
  }

  /// Takes note of an evaluation on held-out prompts.
  ///
  /// - Returns: the breakpoints that act now.
  public mutating func look(at metrics: EvaluationMetrics) -> [BreakpointHit] {
    judge { breakpoint in
      let (name, value): (String, Double)
      switch breakpoint.quantity {
      case .average: (name, value) = ("Avg", metrics.average)
      case .pass: (name, value) = ("Pass", metrics.pass)
      default: return .isUnknown
      }
      return .init(value, of: breakpoint) {
        "\(name)@\(metrics.samplesPerPrompt) \($0) on held-out prompts"
      }
    }
  }

  /// Takes note of an update that was refused because a number was not finite.
  ///
  /// - Returns: the breakpoints that act now; empty the second time in a row.
  public mutating func look(at error: NonFiniteError) -> [BreakpointHit] {
    judge { $0.quantity == .nonfinite ? .holds(error.description) : .isUnknown }
  }

  private enum Judgement {
    case holds(String)
    case isFalse
    case isUnknown

    /// - Parameter finding: what is the case, of the number in words.
    init(_ value: Double?, of breakpoint: Breakpoint, _ finding: (String) -> String) {
      guard let value else {
        self = .isUnknown
        return
      }
      self = breakpoint.holds(for: value) ? .holds(finding(value.threeDigits)) : .isFalse
    }
  }

  private mutating func judge(_ judgement: (Breakpoint) -> Judgement) -> [BreakpointHit] {
    var acting: [BreakpointHit] = []
    for breakpoint in all {
      switch judgement(breakpoint) {
      case .holds(let finding):
        if resting.insert(breakpoint).inserted {
          acting.append(BreakpointHit(breakpoint, finding: finding))
        }
      case .isFalse: resting.remove(breakpoint)
      case .isUnknown: break
      }
    }
    hits = acting
    return acting
  }
}

extension UpdateMetrics {
  /// The first scalar of the update that is not finite, in words.
  fileprivate var nonfinite: String? {
    let scalars: [(String, Double?)] = [
      ("the loss", loss), ("the gradient's norm", gradientNorm), ("KL", klMean),
      ("the largest KL", klMaximum), ("entropy", entropy), ("the largest ratio", ratioMaximum),
    ]
    return scalars.first { $0.1.map { !$0.isFinite } ?? false }
      .map { "\($0.0) is \($0.1 ?? .nan)" }
  }
}
