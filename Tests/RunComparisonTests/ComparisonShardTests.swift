import Foundation
import PolicyTraining
import ReasoningTasks
import Synchronization
import Testing

@testable import RunComparison

@Suite struct ComparisonShardTests {
  @Test(arguments: ["0/16", "17/16", "x", "", "3", "3/", "/16", "1/0", "+1/16", "1/10001", "1/2/3"])
  func refusesWhatIsNoShare(text: String) throws {
    let error = #expect(throws: ComparisonError.malformedShard(text)) {
      try ComparisonShard(parsing: text)
    }
    let words = try #require(error).description
    #expect(words.contains("'\(text)'") && words.contains("K from 1 to N"))
  }

  /// Every run is in one share; one share is everything; the work is about equal, and few shares
  /// need the same base policy.
  @Test(arguments: [1, 2, 3, 7, 16, 100])
  func sharesArePartsOfThePlan(count: Int) throws {
    let runs = try ComparisonPlan(
      arms: [ComparisonArm(objective: "maspo"), ComparisonArm(objective: "grpo")],
      presets: [try Preset.named("steady"), try Preset.named("edge")],
      tasks: [ChainTask(), AddTask()],
      seeds: Array(1...8)
    ).runs()
    let numbers = ComparisonShard.numbers(of: runs, count: count)
    #expect(numbers.count == runs.count && numbers.allSatisfy((1...count).contains))
    let costs = (1...count).map { number in
      zip(runs, numbers).reduce(0) { $0 + ($1.1 == number ? $1.0.cost : 0) }
    }
    let fair = costs.reduce(0, +) / Double(count)
    let largest = runs.map(\.cost).max() ?? 0
    #expect(costs.allSatisfy { abs($0 - fair) <= largest })
    let bases = (1...count).map { number in
      Set(zip(runs, numbers).filter { $0.1 == number }.map { BasePolicyIdentity($0.0) }).count
    }
    // Sixteen base policies, each cut through at most once for each border between shares.
    #expect(bases.reduce(0, +) <= 16 + count - 1)
  }

  /// Shares made at the same time give the results, table, JSON and CSV of one program: from a
  /// base policy that can learn, and from six that none of them has when all begin.
  @Test(arguments: [false, true])
  func sixteenSharesAreTheWhole(fromNothing: Bool) throws {
    let plan = try TinyComparison.plan(
      seeds: Array(1...6), iterations: 1, steps: fromNothing ? 20 : 600,
      baseSeed: fromNothing ? nil : 1)
    let whole = try TinyComparison.withStore { try TinyComparison.perform(plan, $0) }
    #expect(whole.count == 24)
    try TinyComparison.withStore { store in
      let folder =
        fromNothing
        ? store.folder.appendingPathComponent("base-policies") : TinyComparison.baseFolder
      let failures = Mutex<[String]>([])
      let counts = Mutex<[Int]>([])
      let threads = try (1...16).map { number in
        let shard = try ComparisonShard(parsing: "\(number)/16")
        return {
          do {
            let made = Mutex(0)
            let runner = ComparisonRunner(
              plan: plan, store: store, jobs: 1, shard: shard, baseFolder: folder
            ) {
              if case .finished = $0 { made.withLock { $0 += 1 } }
            }
            let found = try runner.perform()
            let missing = try ComparisonReport(plan: plan, results: found, shard: shard).missing
            let own = "\(number)/16"
            if missing.last?.split(whereSeparator: { " ,.".contains($0) }).contains(own[...])
              == true
            {
              failures.withLock { $0.append("\(own) is not whole: \(missing)") }
            }
            counts.withLock { $0.append(made.withLock { $0 }) }
          } catch {
            failures.withLock { $0.append("\(number): \(error)") }
          }
        } as @Sendable () -> Void
      }
      let group = DispatchGroup()
      for body in threads {
        group.enter()
        Thread {
          body()
          group.leave()
        }.start()
      }
      group.wait()
      #expect(failures.withLock { $0 } == [])
      #expect(counts.withLock { $0 }.reduce(0, +) == 24, "each run is made once")
      let together = try TinyComparison.perform(plan, store) {
        if case .finished(let result) = $0 { Issue.record("made again: \(result.arm.label)") }
      }
      #expect(together.map(\.withoutTime) == whole.map(\.withoutTime))
      let reports = try [whole, together].map { try ComparisonReport(plan: plan, results: $0) }
      for format in ReportFormat.allCases {
        #expect(try reports[0].text(as: format) == reports[1].text(as: format), "\(format)")
      }
      #expect(reports[1].missing.isEmpty)
    }
  }

  @Test func resultsOfOtherArithmeticAreNamedAndNotMixedIn() throws {
    try TinyComparison.withStore { store in
      let plan = try TinyComparison.plan(arms: ["maspo"], seeds: [1], iterations: 1)
      let made = try TinyComparison.perform(plan, store)
      let run = try #require(plan.runs().first)
      let result = try #require(made.first)
      let keys = ["base x; arithmetic 1f; rest", "base x; arithmetic 2e; rest", "base y; rest"]
      try store.store(result, of: run, key: keys[0])
      #expect(store.countInOtherArithmetic([(run, keys[1])]) == 1)
      #expect(store.countInOtherArithmetic([(run, keys[0])]) == 0)
      #expect(store.countInOtherArithmetic([(run, keys[2])]) == 0)
      #expect(store.load(run, key: keys[1]) == .absent)
    }
  }
}
