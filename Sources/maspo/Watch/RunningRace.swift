internal import CursesTerminal
internal import PolicyTraining
internal import RunKnowledge
internal import TrainingDashboard
internal import TrainingTelemetry

/// A run that races another one.
struct Rival {
  let label: String
  let isPlacebo: Bool
  let prepared: PreparedRun
}

/// The trainers of a race beside the first: started once there is a base policy, commanded together
/// where a command is about the pace of all, else only the one that is shown.
///
/// Belongs to the thread of the screen.
final class RunningRace {
  private struct Lane {
    let rival: Rival
    let trainer: Trainer
  }

  private let lanes: [Lane]
  private let first: CommandMailbox
  private var shown = 0
  private var hasStarted = false

  /// - Parameters:
  ///   - options: of the first run, which keeps step with the rivals from here on.
  ///   - first: its commands.
  ///   - signal: called when a rival has news.
  /// - Returns: `nil` without rivals.
  init?(
    _ rivals: [Rival], _ options: inout TrainerOptions, _ first: CommandMailbox,
    signal: @escaping @Sendable () -> Void
  ) {
    guard !rivals.isEmpty else { return nil }
    let group = LockStep(count: rivals.count + 1)
    var shared = options
    options.lockStep = (group, 0)
    shared.takeForkPoint = options.takeForkPoint
    self.first = first
    lanes = rivals.enumerated().map { index, rival in
      var own = shared
      own.lockStep = (group, index + 1)
      own.observer = rival.prepared.observer
      own.weightShift = rival.isPlacebo ? Self.placeboShift : 0
      return Lane(
        rival: rival,
        trainer: Trainer(
          rival.prepared.configuration, options: own, commands: CommandMailbox(),
          snapshots: SnapshotMailbox(onArrival: signal)))
    }
  }

  private static let placeboShift: Float = 1e-6

  /// The race before any of its runs has begun.
  func state(beside trainer: Trainer, of configuration: RunConfiguration) -> DashboardState {
    let own = Race.Lane(
      configuration.objectiveTitle, WatchedRun(trainer.initialSnapshot))
    return DashboardState(
      Race(
        [own]
          + lanes.map {
            Race.Lane(
              $0.rival.label, WatchedRun($0.trainer.initialSnapshot),
              isPlacebo: $0.rival.isPlacebo)
          }))
  }

  /// Starts the rivals, once.
  func start() {
    guard !hasStarted else { return }
    hasStarted = true
    for lane in lanes { lane.trainer.start() }
  }

  func show(_ lane: Int) { shown = lane }

  func post(_ command: TrainerCommand) {
    guard !command.isForTheWholeRace else {
      first.post(command)
      for lane in lanes { lane.trainer.commands.post(command) }
      return
    }
    (shown == 0 ? first : lanes[shown - 1].trainer.commands).post(command)
  }

  /// One command to each run, by its place; `nil` is none.
  func post(all commands: [TrainerCommand?]) {
    for (index, command) in commands.enumerated().prefix(lanes.count + 1) {
      guard let command else { continue }
      (index == 0 ? first : lanes[index - 1].trainer.commands).post(command)
    }
  }

  /// The rivals' newest snapshots.
  func takeNews() -> [DashboardAction] {
    lanes.enumerated().compactMap { index, lane in
      lane.trainer.snapshots.take().map { .laneArrived(index + 1, $0) }
    }
  }

  /// Ends the rivals' runs and recordings.
  ///
  /// - Returns: what is to be said of each.
  func stop() -> [String] {
    for lane in lanes where hasStarted { lane.trainer.commands.post(.stop) }
    return lanes.compactMap { lane in
      guard hasStarted else {
        // What was not begun leaves no folder behind.
        _ = lane.rival.prepared.closeRecording()
        return nil
      }
      lane.trainer.waitUntilFinished()
      let digest = lane.trainer.summary.map { "weights_digest \($0.weightsDigest)" }
      let recording = lane.rival.prepared.closeRecording()?.words
      return "rival \(lane.rival.label): "
        + [digest, recording].compactMap { $0 }.joined(separator: ", ")
    }
  }
}

extension TrainerCommand {
  /// Whether it is about when steps are made, which all runs of a race do together.
  fileprivate var isForTheWholeRace: Bool {
    switch self {
    case .run, .pause, .stepUpdate, .stepIteration, .setPace, .evaluate, .restart, .stop: true
    case .setKnobs, .setObjective, .change, .showGroup, .followGroups, .addBreakpoint,
      .removeBreakpoint, .tryPrompt, .pinPrompt, .fork:
      false
    }
  }
}
