import Foundation
import PolicyObjectives
import TestSupport
import Testing
import TrainingDashboard
import TrainingTelemetry

/// A screen on the run of `RunFixture`.
enum SnapshotFixture {
  static func load() throws -> TrainingSnapshot { try RunFixture.load() }

  /// A state with the fixture taken in, at a size.
  static func state(width: Int = 120, height: Int = 40) throws -> DashboardState {
    var state = DashboardState(snapshot: try load())
    state.size = ScreenSize(width: width, height: height)
    state.showsFirstHint = false
    return state
  }
}

@Suite("Snapshot fixture")
struct SnapshotFixtureTests {
  /// With RECORD_SNAPSHOTS=fixture in the environment the fixture is made anew.
  @Test func fixtureIsCoherent() throws {
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "fixture" {
      var builder = try SnapshotBuilder()
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      try encoder.encode(builder.snapshot()).write(to: URL(fileURLWithPath: RunFixture.path))
    }
    let snapshot = try RunFixture.read()
    let update = try #require(snapshot.update)
    let objective = try update.objective.makeObjective()
    let minibatch = try #require(update.minibatch)
    let evaluation = objective.evaluate(minibatch.tokenBatch)
    for (recorded, computed) in zip(minibatch.ratios, evaluation.ratios) {
      #expect(abs(recorded - computed) <= 1e-9 * max(1, computed))
    }
    for (recorded, computed) in zip(minibatch.gates, try #require(evaluation.gates)) {
      #expect(abs(recorded - computed) <= 1e-9)
    }
    #expect(
      update.buckets.reduce(0) { $0 + $1.activeTokenCount } == update.metrics.activeTokenCount)
    let rollout = try #require(snapshot.rollout)
    for token in rollout.group.answers.flatMap(\.tokens) {
      #expect(abs(token.ratio - exp(token.logProbability - token.behaviorLogProbability)) < 1e-9)
    }
  }
}
