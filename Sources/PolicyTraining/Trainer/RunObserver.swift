public import TrainingTelemetry

/// Keeps a record of a run, in whatever form. The trainer does not learn what becomes of it, and
/// an observer cannot change the run.
///
/// Order of calls, all from the trainer's queue and between two updates: `runBegan` first, and
/// again after each restart; then the others as things happen; `runEnded` last. None of them may
/// wait for anything slow.
public protocol RunObserver: AnyObject, Sendable {
  /// A run begins, or goes on from a checkpoint. Its state may be read during the call.
  func runBegan(_ run: TrainingRun, base: BasePolicy)
  /// A command is about to be carried out. `position` is the last update before it.
  func commandTaken(_ command: TrainerCommand, at position: UpdatePosition)
  func eventsHappened(_ events: [TrainingEvent])
  /// Whether the tokens of one group should be recorded with the update that comes next.
  func wantsTokens(ofUpdateAfter position: UpdatePosition, in run: TrainingRun) -> Bool
  /// The tokens of one group, as the update at their position saw them.
  func tokensRecorded(_ group: GroupRecord)
  /// A rollout or an update is done. The run's state may be read during the call.
  func stepDone(_ run: TrainingRun)
  /// What a person should know about the recording since the last call.
  func takeNotices() -> [Notice]
  /// What keeps the record from being kept at present; `nil` while all is well.
  var trouble: String? { get }
  func runEnded(_ run: TrainingRun, reason: RunStatus.StopReason)
}

extension RunObserver {
  public var trouble: String? { nil }
}

/// A command with its place in the run: the last update before it. Update 0 of an iteration is the
/// moment after its rollout.
public struct PlacedCommand: Sendable, Hashable {
  public var position: UpdatePosition
  public var command: TrainerCommand

  public init(position: UpdatePosition, command: TrainerCommand) {
    self.position = position
    self.command = command
  }

  /// Whether a run that stands at `other` has come to the command's place.
  public func isDue(at other: UpdatePosition) -> Bool {
    (position.total, position.iteration) <= (other.total, other.iteration)
  }
}

/// Where an interrupted run goes on.
public struct ResumePoint: Sendable {
  /// The policy with which the run began, for restarts.
  public var base: BasePolicy
  public var checkpoint: RunCheckpoint
  /// Commands that were carried out after the checkpoint, in order. The trainer carries them out
  /// again at their places, at full pace, before it takes new ones that would change the run.
  public var commands: [PlacedCommand]
  /// What happened before the checkpoint, for whoever watches; it is not recorded again.
  public var history: [TrainingEvent]

  public init(
    base: BasePolicy, checkpoint: RunCheckpoint, commands: [PlacedCommand],
    history: [TrainingEvent]
  ) {
    self.base = base
    self.checkpoint = checkpoint
    self.commands = commands
    self.history = history
  }
}
