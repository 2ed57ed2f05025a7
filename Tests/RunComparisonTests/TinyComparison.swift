import Foundation
import PolicyTraining
import ReasoningTasks
import Synchronization
import TestSupport

@testable import RunComparison

/// A comparison small enough for tests: a few iterations, after half the usual warm
/// start, which is enough to be right now and then.
enum TinyComparison {
  static func plan(
    arms: [String] = ["maspo", "grpo"], seeds: [UInt64] = [1, 2], iterations: Int = 2,
    steps: Int = 600, baseSeed: UInt64? = 1
  ) throws -> ComparisonPlan {
    var template = RunConfiguration()
    template.warmStart.steps = steps
    template.warmStart.stallThreshold = steps < 600 ? 0 : 0.02
    template.optimizer.rampIterations = 0
    template.evaluation.promptCount = 4
    template.evaluation.samplesPerPrompt = 4
    template.evaluation.interval = 1
    template.iterationLimit = iterations
    return try ComparisonPlan(
      arms: try arms.map { try ComparisonArm(parsing: $0) },
      presets: [try Preset.named("edge")], tasks: [ChainTask()], seeds: seeds, baseSeed: baseSeed,
      settings: [
        ComparisonArm.Setting(name: "prompts_per_iteration", value: 8),
        ComparisonArm.Setting(name: "samples_per_prompt", value: 8),
        ComparisonArm.Setting(name: "minibatches", value: 2),
        ComparisonArm.Setting(name: "epochs", value: 2),
      ], template: template)
  }

  /// Base policies shared by all tests, away from the user's cache.
  static let baseFolder = CheckoutFolder.url(named: "base-policies")

  static func perform(
    _ plan: ComparisonPlan, _ store: ResultStore, jobs: Int = 1, stopAfter limit: Int? = nil,
    observer: @escaping @Sendable (ComparisonEvent) -> Void = { _ in }
  ) throws -> [RunResult] {
    let finished = Mutex(0)
    let runner = Mutex<ComparisonRunner?>(nil)
    let made = ComparisonRunner(plan: plan, store: store, jobs: jobs, baseFolder: baseFolder) {
      observer($0)
      guard case .finished = $0 else { return }
      let count = finished.withLock { count in
        count += 1
        return count
      }
      if count == limit { runner.withLock { $0?.stop() } }
    }
    runner.withLock { $0 = made }
    return try made.perform()
  }

  /// A folder of its own, removed afterwards.
  static func withStore<Result>(_ body: (ResultStore) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("comparison-\(UUID().uuidString)", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(ResultStore(folder: folder))
  }
}

extension RunResult {
  /// The same without the only field that may differ between identical runs.
  var withoutTime: RunResult {
    var copy = self
    copy.seconds = 0
    return copy
  }
}
