import Dispatch
import Synchronization
import Testing
import TrainingTelemetry

@testable import PolicyTraining

/// Keeps everything, and posts commands at given steps.
///
/// `@unchecked Sendable`: all is touched on the trainer's queue, and read after the run is over.
private final class TestObserver: RunObserver, @unchecked Sendable {
  private(set) var checkpoints: [RunCheckpoint] = []
  /// How many commands had been taken when the checkpoint of the same index was made.
  private(set) var commandCounts: [Int] = []
  private(set) var commands: [PlacedCommand] = []
  private(set) var events: [TrainingEvent] = []
  private(set) var ends: [RunStatus.StopReason] = []
  private(set) var groups: [GroupRecord] = []
  private let mailbox: CommandMailbox
  private let plan: [Int: [TrainerCommand]]
  private var steps = 0

  init(_ mailbox: CommandMailbox, plan: [Int: [TrainerCommand]] = [:]) {
    self.mailbox = mailbox
    self.plan = plan
  }

  func runBegan(_ run: TrainingRun, base: BasePolicy) {}
  func commandTaken(_ command: TrainerCommand, at position: UpdatePosition) {
    commands.append(PlacedCommand(position: position, command: command))
  }
  func eventsHappened(_ events: [TrainingEvent]) { self.events += events }
  func wantsTokens(ofUpdateAfter position: UpdatePosition, in run: TrainingRun) -> Bool {
    position.update == 1
  }
  func tokensRecorded(_ group: GroupRecord) { groups.append(group) }
  func stepDone(_ run: TrainingRun) {
    steps += 1
    checkpoints.append(run.checkpoint)
    commandCounts.append(commands.count)
    for command in plan[steps] ?? [] { mailbox.post(command) }
  }
  func takeNotices() -> [Notice] { [] }
  func runEnded(_ run: TrainingRun, reason: RunStatus.StopReason) { ends.append(reason) }
}

@Suite struct ResumedTrainerTests {
  private static let plan: [Int: [TrainerCommand]] = [
    2: [.setKnobs([KnobSetting(name: "sigma_base", value: 0.2)])],
    5: [.setObjective("grpo"), .evaluate],
    // Step 9 is the end of the first iteration, step 10 the rollout of the second.
    9: [.setKnobs([KnobSetting(name: "temperature", value: 1.1)])],
    10: [.setKnobs([KnobSetting(name: "minibatches", value: 2)])],
    13: [.setKnobs([KnobSetting(name: "learning_rate", value: -1)])],
    15: [.setKnobs([KnobSetting(name: "learning_rate", value: 1e-4)]), .setObjective("maspo")],
  ]

  private func run(
    from point: ResumePoint, plan: [Int: [TrainerCommand]] = [:],
    prepare: (CommandMailbox) -> Void = { _ in }
  ) throws -> (observer: TestObserver, summary: RunSummary) {
    var configuration = TestPolicies.configuration()
    configuration.iterationLimit = 3
    let mailbox = CommandMailbox()
    let observer = TestObserver(mailbox, plan: plan)
    var options = TrainerOptions()
    options.setPace(nil)
    options.evaluates = false
    options.observer = observer
    options.resumePoint = point
    prepare(mailbox)
    let trainer = Trainer(
      configuration, options: options, commands: mailbox, snapshots: SnapshotMailbox())
    trainer.start()
    trainer.waitUntilFinished()
    return (observer, try #require(trainer.summary))
  }

  private static func start() throws -> RunCheckpoint {
    try TrainingRun(TestPolicies.configuration(), base: TestPolicies.base).checkpoint
  }

  private func point(
    _ checkpoint: RunCheckpoint, _ commands: [PlacedCommand] = []
  ) -> ResumePoint {
    ResumePoint(
      base: TestPolicies.base, checkpoint: checkpoint, commands: commands, history: [])
  }

  @Test func aRunWithCommandsGoesOnFromAnyCheckpointToTheSameEnd() throws {
    let (whole, summary) = try run(from: point(Self.start()), plan: Self.plan)
    #expect(summary.iterations == 3 && whole.ends == [.iterationLimit])
    #expect(whole.commands.count == 8)
    let untouched = try run(from: point(Self.start())).summary
    #expect(untouched.weightsDigest != summary.weightsDigest)
    for step in [0, 1, 3, 8, 9, 11, 14] {
      let rest = Array(whole.commands[whole.commandCounts[step]...])
      let (resumed, end) = try run(from: point(whole.checkpoints[step], rest))
      #expect(end == summary, "resumed after step \(step + 1)")
      #expect(resumed.commands.isEmpty, "a repeated command is not a new one")
    }
  }

  @Test func newCommandsWaitUntilTheOldOnesAreRepeated() throws {
    let old = PlacedCommand(
      position: UpdatePosition(iteration: 1, update: 4, updatesPerIteration: 8, total: 4),
      command: .setKnobs([KnobSetting(name: "sigma_base", value: 0.2)]))
    let (observer, _) = try run(from: point(Self.start(), [old])) { mailbox in
      mailbox.post(.setKnobs([KnobSetting(name: "sigma_base", value: 0.5)]))
    }
    let changes = observer.events.compactMap { event in
      if case .knobChange(let change) = event { change } else { nil }
    }
    #expect(changes.map(\.newValue).count == 1 && changes.first?.newValue == 0.5)
    #expect(observer.commands.map(\.position.total) == [4])
  }

  @Test func tokensAreRecordedOnlyWhenAskedFor() throws {
    let (observer, _) = try run(from: point(Self.start()))
    #expect(observer.groups.map(\.position.update) == [2, 2, 2])
    let updates = observer.events.filter { if case .update = $0 { true } else { false } }
    #expect(updates.count == 24)
  }

  /// At full speed few updates are made in detail; the one that a pause stops after is.
  @Test(arguments: [5, 9, 10]) func aPauseShowsTheTokensOfTheLastUpdate(step: Int) throws {
    let mailbox = CommandMailbox()
    let observer = TestObserver(mailbox, plan: [step: [.pause]])
    var options = TrainerOptions()
    options.setPace(nil)
    options.evaluates = false
    options.observer = observer
    options.resumePoint = point(try Self.start())
    let arrivals = DispatchSemaphore(value: 0)
    let snapshots = SnapshotMailbox { arrivals.signal() }
    let trainer = Trainer(
      TestPolicies.configuration(), options: options, commands: mailbox, snapshots: snapshots)
    trainer.start()
    var last: TrainingSnapshot?
    while last?.status.mode != .paused {
      arrivals.wait()
      if let snapshot = snapshots.take() { last = snapshot }
    }
    mailbox.post(.stop)
    trainer.waitUntilFinished()
    let paused = try #require(last)
    // One more update is made in detail, unless the last one was so already, as on a slow machine.
    // Step 9 ends an iteration, step 10 is the next rollout.
    let allowed = [5: 4...5, 9: 8...9, 10: 8...9][step]
    #expect(allowed?.contains(paused.status.position.total) == true)
    #expect(paused.rollout?.group.position == paused.status.position)
    #expect(paused.update?.metrics.position.total == paused.status.position.total)
  }

  /// So is the last update of an iteration that is stepped, and that of the run. Nobody takes
  /// snapshots here, which at full speed makes all other details superfluous.
  @Test(arguments: [true, false]) func whatStaysOnTheScreenIsTheLastUpdate(steps: Bool) throws {
    let mailbox = CommandMailbox()
    // Step 9 ends an iteration.
    let observer = TestObserver(mailbox, plan: steps ? [9: [.stop]] : [:])
    var configuration = TestPolicies.configuration()
    configuration.iterationLimit = steps ? nil : 1
    var options = TrainerOptions()
    options.setPace(nil)
    options.startsPaused = steps
    options.evaluates = false
    options.observer = observer
    options.resumePoint = point(try Self.start())
    let snapshots = SnapshotMailbox()
    if steps { mailbox.post(.stepIteration) }
    let trainer = Trainer(
      configuration, options: options, commands: mailbox, snapshots: snapshots)
    trainer.start()
    trainer.waitUntilFinished()
    let last = try #require(snapshots.take())
    #expect(last.status.position.total == 8)
    #expect(last.rollout?.group.position == last.status.position)
    #expect(last.update?.metrics.position == last.status.position)
  }
}
