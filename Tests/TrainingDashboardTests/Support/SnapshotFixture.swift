import Foundation
import PolicyObjectives
import Testing
import TrainingDashboard
import TrainingTelemetry

/// The checked-in snapshot that golden frames are drawn from.
enum SnapshotFixture {
  static let path: String = {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    return folder.appendingPathComponent("Fixtures/snapshot.json").path
  }()

  /// Half a megabyte of JSON, which hundreds of tests want: decoded once.
  private static let decoded = Result { try read() }

  static func load() throws -> TrainingSnapshot { try decoded.get() }

  /// The file as it is now.
  static func read() throws -> TrainingSnapshot {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return try JSONDecoder().decode(TrainingSnapshot.self, from: data)
  }

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
      try encoder.encode(builder.snapshot()).write(to: URL(fileURLWithPath: SnapshotFixture.path))
    }
    let snapshot = try SnapshotFixture.read()
    let update = try #require(snapshot.update)
    let objective = try update.objective.makeObjective()
    let evaluation = objective.evaluate(update.minibatch.tokenBatch)
    for (recorded, computed) in zip(update.minibatch.ratios, evaluation.ratios) {
      #expect(abs(recorded - computed) <= 1e-9 * max(1, computed))
    }
    for (recorded, computed) in zip(update.minibatch.gates, try #require(evaluation.gates)) {
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
