import PolicyObjectives
import Synchronization
import Testing
import TrainingTelemetry

@testable import PolicyTraining

/// Runs in lock step: none is ever more than a step ahead, and none is another run for it.
@Suite struct LockStepTests {
  private static func configuration(_ objective: any PolicyObjective) -> RunConfiguration {
    var configuration = TestPolicies.configuration(objective: objective)
    configuration.iterationLimit = 2
    return configuration
  }

  private static let objectives: [any PolicyObjective] = [MASPOObjective(), GRPOObjective()]

  /// How far each has come, and the largest distance that was ever seen.
  private final class Watcher: Sendable {
    private let group: Mutex<(steps: [Int], distance: Int)>
    init(_ count: Int) { group = Mutex((Array(repeating: 0, count: count), 0)) }

    var distance: Int { group.withLock { $0.distance } }

    func note(_ index: Int, _ steps: Int) {
      group.withLock { state in
        state.steps[index] = steps
        state.distance = max(
          state.distance, (state.steps.max() ?? 0) - (state.steps.min() ?? 0))
      }
    }
  }

  /// One of the runs, telling the watcher of each of its steps.
  private final class Runner: RunObserver {
    let watcher: Watcher
    let index: Int
    init(_ watcher: Watcher, _ index: Int) {
      self.watcher = watcher
      self.index = index
    }

    func runBegan(_ run: TrainingRun, base: BasePolicy) {}
    func commandTaken(_ command: TrainerCommand, at position: UpdatePosition) {}
    func eventsHappened(_ events: [TrainingEvent]) {}
    func wantsTokens(ofUpdateAfter position: UpdatePosition, in run: TrainingRun) -> Bool { false }
    func tokensRecorded(_ group: GroupRecord) {}
    // A rollout is a step as well.
    func stepDone(_ run: TrainingRun) {
      watcher.note(index, run.position.total + run.position.iteration)
    }
    func takeNotices() -> [Notice] { [] }
    func runEnded(_ run: TrainingRun, reason: RunStatus.StopReason) {}
  }

  private static func race(
    _ watcher: Watcher, paused: Bool = false
  ) throws -> [WaitingTrainer] {
    let group = LockStep(count: objectives.count)
    return try objectives.enumerated().map { index, objective in
      try WaitingTrainer(configuration(objective)) { options in
        options.lockStep = (group, index)
        options.observer = Runner(watcher, index)
        options.startsPaused = paused
      }
    }
  }

  @Test func noRunIsAheadAndEachIsTheRunThatItWouldBeAlone() throws {
    let watcher = Watcher(2)
    let race = try Self.race(watcher)
    for trainer in race { _ = try trainer.next { $0.status.phase == .finished } }
    #expect(watcher.distance == 1, "two runs in lock step are a step apart now and then")
    for (trainer, objective) in zip(race, Self.objectives) {
      let alone = try WaitingTrainer(Self.configuration(objective)) { _ in }
      _ = try alone.next { $0.status.phase == .finished }
      #expect(try #require(trainer.leave()).weightsDigest == #require(alone.leave()).weightsDigest)
    }
  }

  /// After a pause, and after each step, all stand at the same update.
  @Test func pausesAndStepsHoldForAll() throws {
    let race = try Self.race(Watcher(2), paused: true)
    for trainer in race { _ = try trainer.rest() }
    for step in 1...3 {
      for trainer in race { trainer.trainer.commands.post(.stepUpdate) }
      for trainer in race {
        _ = try trainer.next { $0.status.mode == .paused && $0.status.position.total == step }
      }
    }
    // One that gets ahead while all rest is caught up with, so that a pause ends at one update.
    race[1].trainer.commands.post(.stepUpdate)
    for trainer in race {
      _ = try trainer.next { $0.status.mode == .paused && $0.status.position.total == 4 }
    }
    for trainer in race { trainer.trainer.commands.post(.run) }
    for trainer in race { _ = try trainer.next { $0.status.position.total >= 5 } }
    for trainer in race { trainer.trainer.commands.post(.pause) }
    var totals: [Int] = []
    for trainer in race { totals.append(try trainer.rest().status.position.total) }
    // The one that was paused first makes the step that the other has made meanwhile.
    while Set(totals).count > 1 {
      let behind = totals[0] < totals[1] ? 0 : 1
      totals[behind] = try race[behind].next {
        $0.status.position.total > totals[behind]
      }.status.position.total
    }
    #expect(totals[0] == totals[1])
    for trainer in race { _ = trainer.leave() }
  }
}
