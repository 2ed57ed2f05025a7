import PolicyObjectives
public import TrainingTelemetry

/// A fork of the run on the screen, as a person follows it: what was asked, how far it is, and what
/// it says so far.
///
/// A value that learns by `ForkNews`; who computes the replicas is not its to know.
public struct WatchedFork: Sendable, Hashable {
  public enum Stage: Sendable, Hashable {
    /// The run has not come to the place where it begins.
    case awaitingState
    case computing
    case done
    /// In words that end a sentence.
    case failed(String)
  }

  public private(set) var request: ForkRequest
  public private(set) var stage = Stage.awaitingState
  /// The last update before the fork; `nil` while that is not known.
  public private(set) var begun: UpdatePosition?
  public private(set) var progress: ProgressReport?
  /// Of the replicas that are finished; `nil` before the first.
  public private(set) var summary: ForkSummary?

  public init(_ request: ForkRequest) {
    self.request = request
  }

  public mutating func take(_ news: ForkNews) {
    switch news {
    case .began(let position):
      begun = position
      stage = .computing
    case .progress(let report): progress = report
    case .summary(let newest): summary = newest
    case .finished: stage = .done
    case .failed(let reason): stage = .failed(reason)
    }
  }

  /// A run that is over never comes to where the fork was to begin.
  mutating func take(_ status: RunStatus) {
    if stage == .awaitingState, status.phase == .finished {
      stage = .failed("the run ended before the fork began")
    }
  }

  /// The share of the replicas' computing that is done, in [0, 1].
  public var share: Double { stage == .done ? 1 : progress?.share ?? 0 }

  /// Pairs that may be asked for in all.
  public static let mostReplicas = 256

  /// Goes on with more pairs from the same state.
  ///
  /// - Returns: what is asked now; `nil` where there is no state yet, or as many as may be.
  public mutating func ask(forMorePairs count: Int) -> ForkRequest? {
    let wanted = min(Self.mostReplicas, request.replicas + count)
    guard begun != nil, wanted > request.replicas else { return nil }
    request.replicas = wanted
    stage = .computing
    progress = nil
    return request
  }
}

/// What is heard of a fork from whoever computes it.
public enum ForkNews: Sendable, Hashable {
  /// The state is taken; this is the last update before it.
  case began(at: UpdatePosition)
  case progress(ProgressReport)
  case summary(ForkSummary)
  /// All replicas asked for are made.
  case finished
  case failed(String)
}

extension KnownRun {
  /// `GRPO, σ_base 0.3 → 0.2`: a change as the run would take it.
  public func words(for change: RunChange) -> String {
    let objective = change.objective.map { [ObjectiveCatalog.title(of: $0)] } ?? []
    return
      (objective
      + change.settings.map { setting in
        let knob = snapshot.knob(named: setting.name)
        let now = knob.map { $0.pending?.value ?? $0.value }
        return "\(knob?.specification.symbol ?? setting.name) "
          + (now.map { "\(KnobFormat.text($0)) " } ?? "") + "→ \(KnobFormat.text(setting.value))"
      }).joined(separator: ", ")
  }
}
