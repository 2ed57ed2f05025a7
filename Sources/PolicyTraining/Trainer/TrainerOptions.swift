public import TrainingTelemetry

/// How a run is driven, as against what it computes.
public struct TrainerOptions: Sendable {
  public var startsPaused = false
  /// Whether a run that is over waits for `stop`, so that it can be looked at and restarted.
  public var staysOpen = false
  /// Whether held-out evaluations are made.
  public var evaluates = true
  /// Whether every update is made in detail, at any pace: slower, and independent of clocks.
  public var makesEveryDetail = false
  /// Conditions at which the run pauses from the start; commands add and remove them later.
  public var breakpoints: [Breakpoint] = []
  /// Whether a breakpoint ends the run, as it has to where nobody could let it go on.
  public var endsAtBreakpoint = false
  var pace = Pacer.Pace.opening
  /// Keeps a record of the run.
  public var observer: (any RunObserver)?
  /// Where to go on; `nil` begins anew. The configuration is then that of the interrupted run.
  public var resumePoint: ResumePoint?
  /// Takes a copy of the run's exact state for what a person asked of it. Called on the trainer's
  /// thread between two steps; must not block. Without it forks are refused.
  public var takeForkPoint: (@Sendable (ForkPoint, ForkRequest) -> Void)?
  /// Trainers with which it keeps step, and its number among them.
  public var lockStep: (group: LockStep, index: Int)?
  /// Added to the weight in the middle of the base policy's table: a placebo, for races.
  public var weightShift: Float = 0
  /// Called once on the trainer's thread (to give it an alternate signal stack, say).
  public var onThreadStart: @Sendable () -> Void = {}

  public init() {}

  /// Updates per second; `nil` is full speed. Without a call the pace opens slowly.
  public mutating func setPace(_ updatesPerSecond: Double?) {
    pace = updatesPerSecond.map { .limited($0) } ?? .unlimited
  }
}

/// What a finished run came to.
public struct RunSummary: Sendable, Hashable {
  /// Iterations finished.
  public let iterations: Int
  public let updates: Int
  /// Response tokens sampled for training.
  public let rolloutTokens: Int
  /// FNV-1a over the little-endian bytes of all parameters in table order, 16 hex digits.
  public let weightsDigest: String
}
