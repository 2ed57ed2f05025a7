public import TrainingTelemetry

/// A verdict on the screen: while updates pass faster than a person reads, it stays for a moment.
public struct VerdictHold: Sendable, Equatable {
  /// Seconds for which a verdict stays.
  static let seconds = 1.5
  /// Updates per second up to which every update gets its own verdict.
  static let readablePace = 2.5

  public private(set) var verdict: Verdict
  public var since = -Double.infinity

  public init(_ verdict: Verdict) { self.verdict = verdict }

  /// Goes over to a newer verdict, unless the present one should stay to be read.
  public mutating func take(_ fresh: Verdict, in status: RunStatus, at time: Double) {
    // The same update may be judged anew: what was said of it before is then wrong.
    let isReadable =
      status.mode != .running || status.measuredPace <= Self.readablePace
      || status.phase == .finished
      || status.attachment != nil && fresh.position == verdict.position
    guard
      isReadable || time - since >= Self.seconds || fresh.level.gravity > verdict.level.gravity
    else { return }
    verdict = fresh
    since = time
  }

  /// What is said of the present has changed without a newer snapshot.
  public mutating func replace(_ fresh: Verdict) { verdict = fresh }
}
