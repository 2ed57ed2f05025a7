import RunKnowledge
import TrainingTelemetry

/// Tokens that were not recorded, as the person wants them computed.
struct Recomputation: Sendable, Equatable {
  /// Whether updates without tokens are computed anew where the screen shows them.
  var isOn = false
  /// The iteration that was asked for last, with the group.
  var requested: Request?
  /// The iteration that is being computed on the way to it.
  var reached: Int?

  struct Request: Sendable, Equatable {
    var iteration: Int
    /// As a person chose it; `nil` for one that teaches.
    var group: Int?
  }
}

extension DashboardState {
  mutating func toggleRecomputing(at time: Double) -> [DashboardEffect] {
    recomputation.isOn.toggle()
    recomputation.requested = nil
    guard recomputation.isOn else {
      say("updates without tokens stay so", at: time)
      return []
    }
    let effects = recomputeIfWanted()
    say(
      effects.isEmpty
        ? "updates without tokens are computed anew from now on"
        : "computing iteration \(shown.position.iteration) anew …", at: time)
    return effects
  }

  /// Asks for the tokens of the iteration shown, where the record has none.
  mutating func recomputeIfWanted() -> [DashboardEffect] {
    guard recomputation.isOn, let update = shown.snapshot.update, !update.hasTokens
    else { return [] }
    return recompute(group: recomputation.requested?.group)
  }

  mutating func recompute(group: Int?) -> [DashboardEffect] {
    let iteration = shown.snapshot.update?.metrics.position.iteration ?? 0
    let request = Recomputation.Request(iteration: iteration, group: group)
    guard iteration > 0, recomputation.requested != request else { return [] }
    recomputation.requested = request
    return [.recompute(iteration: iteration, group: group)]
  }

  mutating func take(_ news: RecomputationNews, at time: Double) {
    switch news {
    case .reached(let iteration): recomputation.reached = iteration
    case .done(let details):
      recomputation.reached = nil
      take(details, at: time)
    case .failed(let reason):
      recomputation = Recomputation()
      say("no tokens: \(reason)", .warning, at: time)
    }
  }

  /// Puts computed tokens where the record had none.
  private mutating func take(_ details: [RecomputedDetail], at time: Double) {
    let changed = run.add(details)
    verdictHold.replace(run.present.verdict)
    if let number = past?.number, changed.contains(number) {
      past = PastView(number: number, run: run.past(number))
    }
    clampSelection()
    if let first = details.first, let last = details.last {
      say(
        "iteration \(first.position.iteration) computed anew: updates "
          + "\(first.position.total) to \(last.position.total) have their tokens", at: time)
    }
  }
}
