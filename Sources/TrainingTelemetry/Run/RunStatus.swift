/// What the trainer is doing, as of a snapshot.
public struct RunStatus: Sendable, Hashable, Codable {
  public enum Phase: String, Sendable, Hashable, Codable {
    /// Supervised warm start of the base policy.
    case warmingUp
    case training
    case evaluating
    /// The run is over; `stopReason` says why.
    case finished
  }

  public enum Mode: String, Sendable, Hashable, Codable {
    case running
    case paused
    /// Carrying out a single-step request; paused afterwards.
    case stepping
  }

  public enum StopReason: Sendable, Hashable, Codable {
    case iterationLimit
    case requested
    /// A breakpoint held where nobody could let the run go on; the text says which and why.
    case breakpoint(String)
    /// A non-finite number; the policy is the last good one. The text names update and term.
    case nonFinite(String)
    /// The run could not go on; the text says why.
    case failed(String)
    /// Another trainer ended it, for this reason.
    case ended(String)
  }

  public var phase: Phase
  public var mode: Mode
  public var stopReason: StopReason?
  public var position: UpdatePosition
  /// Requested pace, updates per second; `nil` means as fast as possible.
  public var paceLimit: Double?
  /// Whether `paceLimit` is chosen by the program (a slow first rollout, then faster).
  public var paceIsAutomatic: Bool
  /// Updates per second over the last two seconds.
  public var measuredPace: Double
  /// Rollout tokens per second of the last rollout.
  public var rolloutTokensPerSecond: Double?
  /// Milliseconds of computing per update, the median of the last ones, without the waits that the
  /// pace asks for and without details for the screen.
  public var updateMilliseconds: Double?
  /// Name of the objective in force.
  public var objective: String
  /// The one that takes over at the next rollout; `nil` where none was asked for.
  public var nextObjective: String?
  public var warmStart: WarmStartProgress?
  /// `nil` where none is set.
  public var breakpoints: BreakpointStatus?
  /// What keeps the run from being recorded at present; `nil` while it is, or where nothing
  /// records it.
  public var recordingTrouble: String?
  /// Of a run that another trainer makes.
  public var attachment: AttachmentStatus?

  public init(
    phase: Phase, mode: Mode, stopReason: StopReason? = nil, position: UpdatePosition,
    paceLimit: Double?, paceIsAutomatic: Bool, measuredPace: Double,
    rolloutTokensPerSecond: Double? = nil, updateMilliseconds: Double? = nil, objective: String,
    warmStart: WarmStartProgress? = nil
  ) {
    self.phase = phase
    self.mode = mode
    self.stopReason = stopReason
    self.position = position
    self.paceLimit = paceLimit
    self.paceIsAutomatic = paceIsAutomatic
    self.measuredPace = measuredPace
    self.rolloutTokensPerSecond = rolloutTokensPerSecond
    self.updateMilliseconds = updateMilliseconds
    self.objective = objective
    self.warmStart = warmStart
  }
}

/// Progress of the supervised warm start.
public struct WarmStartProgress: Sendable, Hashable, Codable {
  public var step: Int
  public var stepCount: Int
  /// Cross-entropy, nats per response token, of the last batch.
  public var loss: Double
  /// 1 for the first initialization; higher after a stalled one.
  public var attempt: Int
  public var secondsLeft: Double

  public init(step: Int, stepCount: Int, loss: Double, attempt: Int, secondsLeft: Double) {
    self.step = step
    self.stepCount = stepCount
    self.loss = loss
    self.attempt = attempt
    self.secondsLeft = secondsLeft
  }
}
