import Foundation
import PolicyTraining
import ReasoningTasks
import Testing
import TrainingTelemetry

@testable import RunComparison

/// The finished runs of a store as one course for each arm.
@Suite struct StoredComparisonTests {
  private static func plan(
    _ objectives: String = "grpo,maspo:sigma_base=0.2", preset: String = "reuse",
    iterations: Int = 20
  ) throws -> ComparisonPlan {
    var template = RunConfiguration()
    template.iterationLimit = iterations
    return try ComparisonPlan(
      arms: try objectives.split(separator: ",").map { try ComparisonArm(parsing: String($0)) },
      presets: [try Preset.named(preset)], tasks: [ChainTask()], seeds: [1, 2, 3],
      template: template)
  }

  /// What no training made: every arm and seed has its own line.
  private static func result(_ run: PlannedRun) -> RunResult {
    let gain = run.arm.objective == "maspo" ? 0.1 : run.arm.isPlacebo ? 0.01 : 0
    return RunResult(
      arm: run.arm, task: run.task, preset: run.preset, seed: run.seed, baseSeed: 1,
      samplesPerPrompt: 32,
      evaluations: [0, 10, 20].map {
        RunResult.Evaluation(
          iteration: $0, average: 0.2 + gain + 0.01 * Double($0) + 0.1 * Double(run.seed),
          pass: 0.9)
      }, firstEntropy: 0.1, lastEntropy: 0.05, klMean: 0.01, klMaximum: 2, attenuatedShare: nil,
      ratioMaximum: 3, removedShare: nil, removedSharePositive: nil, removedShareNegative: nil,
      updates: 10, failure: nil, startDigest: "0", weightsDigest: "1", seconds: 1,
      course: (1...20).map {
        RunResult.Iteration(
          iteration: $0, reward: 0.01 * Double($0) + 0.1 * Double(run.seed), entropy: 0.3, kl: nil)
      })
  }

  private static func fill(
    _ store: ResultStore, _ plan: ComparisonPlan,
    except isLeftOut: (PlannedRun) -> Bool = { _ in false }
  ) throws {
    for run in try plan.runs() where !isLeftOut(run) {
      try store.store(result(run), of: run, key: run.key(base: "b"))
    }
  }

  private static func read(
    _ store: ResultStore, _ selection: StoredComparison.Selection = .init(), most: Int = 8
  ) throws -> StoredComparison {
    try StoredComparison(store.folder.path, selection, most: most)
  }

  @Test func eachArmIsTheMeanOverTheSeedsThatAllHave() throws {
    try TinyComparison.withStore { store in
      try Self.fill(store, Self.plan()) { $0.arm.objective == "maspo" && $0.seed == 3 }
      let comparison = try Self.read(store)
      #expect(comparison.seeds == [1, 2])
      #expect(comparison.arms.first?.name == "grpo", "the one that the placebo is of")
      #expect(comparison.arms.last?.isPlacebo == true)
      let maspo = try #require(comparison.arms.first { $0.name == "maspo:sigma_base=0.2" })
      let events = maspo.snapshots.flatMap(\.events)
      let averages = events.compactMap { event in
        if case .evaluation(let metrics) = event { metrics.average } else { nil }
      }
      #expect(zip(averages, [0.45, 0.55, 0.65]).allSatisfy { abs($0 - $1) < 1e-12 })
      #expect(averages.count == 3)
      let rewards = events.compactMap { event in
        if case .rollout(let metrics) = event { metrics.reward } else { nil }
      }
      #expect(rewards.count == 20 && abs(rewards[9] - 0.25) < 1e-12)
      #expect(maspo.snapshots.map(\.status.position.iteration) == Array(0...20))
      #expect(maspo.snapshots.allSatisfy { $0.identity.seed == nil && $0.update == nil })
    }
  }

  @Test func whatIsShownCanBeChosen() throws {
    try TinyComparison.withStore { store in
      try Self.fill(store, Self.plan())
      try Self.fill(store, Self.plan(preset: "steady"))
      #expect(
        throws: StoredComparisonError.severalTasks(
          store.folder.path, ["chain reuse", "chain steady"])
      ) { try Self.read(store) }
      let chosen = try Self.read(
        store, .init(preset: "steady", arms: ["maspo:sigma_base=0.2", "grpo"]))
      #expect(chosen.arms.map(\.name) == ["maspo:sigma_base=0.2", "grpo"])
      #expect(chosen.arms[0].snapshots[0].identity.preset == "steady")
      #expect(
        throws: StoredComparisonError.nothingSelected(
          store.folder.path, ["chain reuse", "chain steady"])
      ) {
        try Self.read(store, .init(task: "add"))
      }
      #expect(throws: StoredComparisonError.oneArm(store.folder.path, "grpo")) {
        try Self.read(store, .init(preset: "reuse", arms: ["grpo"]))
      }
      let all = ["grpo", "maspo:sigma_base=0.2", "no_clip", "placebo of grpo"]
      #expect(throws: StoredComparisonError.unknownArm("sapo", all)) {
        try Self.read(store, .init(preset: "reuse", arms: ["grpo", "sapo"]))
      }
      #expect(throws: StoredComparisonError.tooManyArms(store.folder.path, all, most: 3)) {
        try Self.read(store, .init(preset: "reuse"), most: 3)
      }
    }
  }

  @Test func comparisonsAreNotMixed() throws {
    try TinyComparison.withStore { store in
      try Self.fill(store, Self.plan())
      try Self.fill(store, Self.plan(iterations: 30))
      #expect(throws: StoredComparisonError.severalComparisons(store.folder.path)) {
        try Self.read(store)
      }
    }
  }

  @Test func damagedFilesAreNamedAndLeftOut() throws {
    try TinyComparison.withStore { store in
      try Self.fill(store, Self.plan())
      let files = try FileManager.default.contentsOfDirectory(atPath: store.folder.path).sorted()
      let torn = store.folder.appendingPathComponent(files[0])
      try Data("{".utf8).write(to: torn)
      let comparison = try Self.read(store)
      #expect(comparison.warnings == ["\(files[0]): torn, or not a result"])
      for file in files {
        try Data("{}".utf8).write(to: store.folder.appendingPathComponent(file))
      }
      #expect(
        throws: StoredComparisonError.noResults(
          store.folder.path, "\(files[0]): torn, or not a result")
      ) { try Self.read(store) }
    }
  }
}
