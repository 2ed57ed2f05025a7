import Foundation
import PolicyTraining
import Synchronization
import Testing

@testable import RunComparison

@Suite struct ComparisonRunnerTests {
  @Test func keepsWhatARunGives() throws {
    try TinyComparison.withStore { store in
      let plan = try TinyComparison.plan(seeds: [1])
      let results = try TinyComparison.perform(plan, store)
      #expect(results.map(\.arm) == plan.arms)
      for result in results {
        #expect(result.evaluations.map(\.iteration) == [0, 1, 2])
        #expect(result.updates == 8)
        #expect(result.klMean >= 0)
        #expect(result.klMaximum >= result.klMean)
        #expect(result.lastEntropy > 0)
        // Where no answer is right nothing is learned, and no test of this suite says much.
        #expect(result.startDigest != result.weightsDigest, "\(result.evaluations)")
        #expect(result.failure == nil)
      }
      // One base policy for all but the placebo.
      #expect(Set(results.map(\.startDigest)).count == 2)
      #expect(results[0].startDigest == results[1].startDigest)
    }
  }

  @Test func jobsDoNotChangeTheNumbers() throws {
    let plan = try TinyComparison.plan()
    let one = try TinyComparison.withStore { try TinyComparison.perform(plan, $0, jobs: 1) }
    let two = try TinyComparison.withStore { try TinyComparison.perform(plan, $0, jobs: 2) }
    #expect(one.map(\.withoutTime) == two.map(\.withoutTime))
    let tables = try [one, two].map {
      try ComparisonReport(plan: plan, results: $0).text(as: .csv)
    }
    #expect(tables[0] == tables[1])
  }

  @Test func goesOnWhereItWasStopped() throws {
    let plan = try TinyComparison.plan()
    let whole = try TinyComparison.withStore { try TinyComparison.perform(plan, $0) }
    try TinyComparison.withStore { store in
      let part = try TinyComparison.perform(plan, store, stopAfter: 3)
      #expect(part.count == 3)
      let made = Mutex(0)
      let rest = try TinyComparison.perform(plan, store) {
        if case .finished = $0 { made.withLock { $0 += 1 } }
      }
      // Finished runs are not made again.
      #expect(made.withLock { $0 } == whole.count - 3)
      #expect(rest.map(\.withoutTime) == whole.map(\.withoutTime))
      #expect(Array(rest.prefix(3)) == part)
    }
  }

  /// A file whose digest is right may still count what no run counts.
  @Test(arguments: [Int.max, .min, -1])
  func aResultWithImpossibleCountsIsNotUsed(count: Int) throws {
    try TinyComparison.withStore { store in
      let plan = try TinyComparison.plan(arms: ["maspo"], seeds: [1], iterations: 1)
      let good = try #require(try TinyComparison.perform(plan, store).first)
      let run = try #require(plan.runs().first)
      for change in [
        { $0.evaluations[0].iteration = count }, { $0.updates = count },
        { $0.samplesPerPrompt = count }, { $0.course?[0].iteration = count },
      ] as [(inout RunResult) -> Void] {
        var result = good
        change(&result)
        try store.store(result, of: run, key: "key")
        #expect(
          store.load(run, key: "key") == .damaged("its result counts what no run counts"))
      }
      try store.store(good, of: run, key: "key")
      #expect(store.load(run, key: "key") == .found(good))
    }
  }

  @Test(arguments: ["torn", "empty", "foreign", "changed"])
  func noticesAndRedoesABadFile(kind: String) throws {
    try TinyComparison.withStore { store in
      let plan = try TinyComparison.plan(seeds: [1], iterations: 1)
      let first = try TinyComparison.perform(plan, store)
      let files = try FileManager.default.contentsOfDirectory(
        at: store.folder, includingPropertiesForKeys: nil
      ).sorted { $0.path < $1.path }
      #expect(files.count == first.count)
      let data = try Data(contentsOf: files[0])
      switch kind {
      case "torn": try data.prefix(data.count / 2).write(to: files[0])
      case "empty": try Data().write(to: files[0])
      case "foreign": try Data(contentsOf: files[1]).write(to: files[0])
      default:
        let text = String(decoding: data, as: UTF8.self)
        let changed = text.replacingOccurrences(
          of: "\\\"updates\\\":4", with: "\\\"updates\\\":5")
        #expect(changed != text)
        try Data(changed.utf8).write(to: files[0])
      }
      let notices = Mutex<[String]>([])
      let made = Mutex(0)
      let second = try TinyComparison.perform(plan, store) { event in
        switch event {
        case .notice(let text): notices.withLock { $0.append(text) }
        case .finished: made.withLock { $0 += 1 }
        default: break
        }
      }
      let said = notices.withLock { $0 }
      #expect(said.count == 1)
      #expect(said.first?.contains(files[0].lastPathComponent) == true)
      #expect(made.withLock { $0 } == 1)
      #expect(second.map(\.withoutTime) == first.map(\.withoutTime))
      // The file is whole again.
      let third = try TinyComparison.perform(plan, store)
      #expect(third == second)
    }
  }

  /// The placebo leaves the reference slowly: its first rollout is all but the same.
  @Test func placeboStartsCloseToTheReference() throws {
    try TinyComparison.withStore { store in
      let plan = try TinyComparison.plan(seeds: [1])
      let results = try TinyComparison.perform(plan, store)
      let reference = try #require(results.first { $0.arm.label == "grpo" })
      let placebo = try #require(results.first { $0.arm.isPlacebo })
      #expect(placebo.arm.objective == "grpo")
      #expect(placebo.startDigest != reference.startDigest)
      #expect(placebo.weightsDigest != reference.weightsDigest)
      #expect(abs(placebo.firstEntropy - reference.firstEntropy) < 1e-4)
    }
  }

  @Test func differentSettingsAreDifferentRuns() throws {
    let keys = try ["maspo", "maspo:sigma_base=0.2", "maspo:learning_rate=0.001"].flatMap { arm in
      try TinyComparison.plan(arms: [arm], seeds: [1, 2]).runs().filter { !$0.arm.isPlacebo }
        .filter { $0.arm.objective == "maspo" }.map { $0.key(base: "b") }
    }
    #expect(Set(keys).count == 6)
    let placebo = try TinyComparison.plan(arms: ["grpo"], seeds: [1]).runs()
    #expect(Set(placebo.map { $0.key(base: "b") }).count == 3)
  }
}
