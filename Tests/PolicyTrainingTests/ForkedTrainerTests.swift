import Synchronization
import Testing
import TrainingTelemetry

@testable import PolicyTraining

/// A live run hands out its exact state and goes on as if nothing had happened.
@Suite struct ForkedTrainerTests {
  private static func configuration(iterations: Int = 3) -> RunConfiguration {
    var configuration = TestPolicies.configuration()
    configuration.iterationLimit = iterations
    return configuration
  }
  private static let change = RunChange(
    settings: [KnobSetting(name: "learning_rate", value: 1e-3)])

  private static func finish(_ run: TrainingRun) throws -> String {
    while run.position.iteration < 3 || !run.isIterationFinished {
      if run.isIterationFinished {
        _ = try run.beginIteration()
      } else {
        _ = try run.makeUpdate(.scalars)
      }
    }
    return run.weightsDigest
  }

  /// Held or not, within an iteration and after it: the run ends with the weights that it would
  /// have had, and so does an unchanged continuation with its own seed.
  @Test(arguments: [0, 1, 3], [false, true])
  func theRunIsNotTouched(updates: Int, holdsRun: Bool) throws {
    let whole = try WaitingTrainer(Self.configuration()) { _ in }
    _ = try whole.rest()
    let expected = try #require(whole.leave()).weightsDigest

    let point = Mutex<ForkPoint?>(nil)
    let trainer = try WaitingTrainer(Self.configuration()) { options in
      options.startsPaused = true
      options.takeForkPoint = { taken, _ in point.withLock { $0 = taken } }
    }
    _ = try trainer.rest()
    for _ in 0..<updates { _ = try trainer.resume([.stepUpdate]) }
    let request = ForkRequest(change: Self.change, holdsRun: holdsRun)
    _ = try trainer.resume([.fork(request), .run])
    let end = try #require(trainer.leave())
    #expect(end.weightsDigest == expected, "the run was touched")

    let taken = try #require(point.withLock { $0 })
    #expect(taken.position.total == updates)
    #expect(try Self.finish(taken.makeRun(in: Self.configuration())) == expected)
    #expect(
      try Self.finish(taken.makeRun(in: Self.configuration(), change: Self.change)) != expected)
  }

  /// A run that is to wait stands still where the fork begins, though it was running.
  @Test func aRunThatIsToWaitStandsWhereTheForkBegins() throws {
    let point = Mutex<ForkPoint?>(nil)
    let trainer = try WaitingTrainer(Self.configuration(iterations: 100_000)) {
      $0.takeForkPoint = { taken, _ in point.withLock { $0 = taken } }
    }
    _ = try trainer.next { $0.status.position.total >= 3 }
    trainer.trainer.commands.post(.fork(ForkRequest(change: Self.change, holdsRun: true)))
    let pause = try trainer.rest()
    let taken = try #require(point.withLock { $0 })
    #expect(pause.status.mode == .paused && taken.position == pause.status.position)
    _ = trainer.leave()
  }

  @Test func whoeverTakesNoForksSaysSo() throws {
    let trainer = try WaitingTrainer(Self.configuration()) { $0.startsPaused = true }
    _ = try trainer.rest()
    _ = try trainer.resume([.fork(ForkRequest(change: Self.change)), .run])
    #expect(
      trainer.events.contains { event in
        if case .notice(let notice) = event { notice.text.contains("takes a fork") } else { false }
      })
    _ = trainer.leave()
  }
}
