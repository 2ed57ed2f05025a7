import Foundation
import PolicyTraining
import ReasoningTasks
import Testing

@testable import RunComparison
@testable import RunKnowledge

@Suite struct ComparisonSummaryTests {
  private func result(
    _ arm: ComparisonArm, seed: UInt64, _ averages: [Double], failure: String? = nil
  ) -> RunResult {
    RunResult(
      arm: arm, task: "chain", preset: "reuse", seed: seed, baseSeed: seed,
      samplesPerPrompt: 32,
      evaluations: averages.enumerated().map {
        RunResult.Evaluation(iteration: $0.offset * 10, average: $0.element, pass: 0.9)
      }, firstEntropy: 0.1, lastEntropy: 0.05, klMean: 0.01, klMaximum: 2,
      attenuatedShare: arm.objective == "no_clip" ? nil : 0.02, ratioMaximum: 3,
      removedShare: nil, removedSharePositive: nil, removedShareNegative: nil, updates: 10,
      failure: failure, startDigest: "0", weightsDigest: "1", seconds: 1)
  }

  private func plan(sweep: String? = nil) throws -> ComparisonPlan {
    try ComparisonPlan(
      arms: [ComparisonArm(objective: "maspo"), ComparisonArm(objective: "grpo")],
      presets: [try Preset.named("reuse")], tasks: [ChainTask()], seeds: [1, 2, 3],
      sweep: try sweep.map { try ComparisonPlan.Sweep(parsing: $0) })
  }

  /// The base policy's evaluation is not part of the area; uneven steps weigh by their length.
  @Test func areaUnderTheCurve() {
    let even = result(ComparisonArm(objective: "grpo"), seed: 1, [0.2, 0.4, 0.8])
    #expect(abs(even.meanAverage - 0.6) < 1e-15)
    var uneven = even
    uneven.evaluations = [
      RunResult.Evaluation(iteration: 0, average: 0.2, pass: 1),
      RunResult.Evaluation(iteration: 10, average: 0.4, pass: 1),
      RunResult.Evaluation(iteration: 15, average: 0.7, pass: 1),
    ]
    #expect(abs(uneven.meanAverage - (0.4 * 10 + 0.7 * 5) / 15) < 1e-15)
  }

  @Test(arguments: [
    ([0.2, 0.8, 0.5], false), ([0.2, 0.8, 0.39], true), ([0.2, 0.3, 0.179], true),
    // Within two standard errors, √(2 · .2 · .8 / 3200) = .01 each.
    ([0.2, 0.3, 0.181], false),
  ])
  func collapse(averages: [Double], expected: Bool) {
    let arm = ComparisonArm(objective: "grpo")
    #expect(result(arm, seed: 1, averages).isCollapsed(answers: 3200) == expected)
    #expect(result(arm, seed: 1, averages, failure: "a loss is nan").isCollapsed(answers: 3200))
  }

  /// Differences of the means by seed: .1, .2, .3; t(0.975, 2)·0.1/√3 = 0.248413771.
  @Test func pairsBySeed() throws {
    let plan = try plan()
    let (maspo, grpo) = (plan.arms[0], plan.arms[1])
    let results = [
      result(maspo, seed: 3, [0.2, 0.9]), result(grpo, seed: 1, [0.2, 0.5]),
      result(maspo, seed: 1, [0.2, 0.6]), result(grpo, seed: 2, [0.2, 0.1]),
      result(maspo, seed: 2, [0.2, 0.3]), result(grpo, seed: 3, [0.2, 0.6]),
    ]
    let summary = try ComparisonSummary(plan: plan, results: results)
    let arms = try #require(summary.sections.first).arms
    #expect(arms.map(\.label) == ["maspo", "grpo"])
    let difference = try #require(arms[0].meanDifference)
    #expect(abs(difference.estimate.mean - 0.2) < 1e-12)
    #expect(abs((difference.margin ?? 0) - 0.248413771) < 1e-6)
    #expect(difference.verdict == .tie)
    #expect(arms[1].meanDifference == nil)
    #expect(arms[1].collapsedCount == 1)
    #expect(arms[0].seeds == [1, 2, 3])
  }

  @Test func writesEveryFormat() throws {
    let plan = try plan()
    let results = plan.arms.flatMap { arm in
      (1...3).map { result(arm, seed: UInt64($0), [0.2, arm.objective == "maspo" ? 0.9 : 0.5]) }
    }
    let report = try ComparisonReport(plan: plan, results: results)
    let summary = report.summary
    let table = try report.text(as: .table)
    let lines = table.split(separator: "\n")
    #expect(lines.count == 6 + 4)
    #expect(lines[2].contains("+0.400 [+0.399, +0.401]"))
    #expect(lines[2].contains("better"))
    #expect(lines[3].contains("reference"))
    #expect(lines[5].contains("tie"))
    // An objective without a gate has no attenuated share, not a share of zero.
    #expect(lines[4].contains("–"))
    // All rows of a table are equally wide.
    #expect(Set(lines[1...5].map(\.count)).count == 1)
    #expect(try report.text(as: .markdown).contains("| maspo | 3 | 0.900±0.000 |"))
    let csv = try report.text(as: .csv).split(separator: "\n")
    #expect(csv.count == 5)
    #expect(
      Set(csv.map { $0.split(separator: ",", omittingEmptySubsequences: false).count }).count == 1)
    let decoded = try JSONDecoder().decode(
      ComparisonSummary.self, from: Data(try report.text(as: .json).utf8))
    #expect(decoded == summary)
  }

  @Test func saysWhichRunsAreMissing() throws {
    let plan = try plan()
    let found = [result(plan.arms[0], seed: 1, [0.2, 0.5]), result(plan.arms[3], seed: 2, [0.1])]
    let report = try ComparisonReport(plan: plan, results: found)
    #expect(
      report.missing == [
        "Only 2 of 12 runs are finished. Missing:",
        "  chain, reuse, seed 1: grpo, no_clip, placebo of grpo",
        "  chain, reuse, seed 2: maspo, grpo, no_clip",
        "  chain, reuse, seed 3: maspo, grpo, no_clip, placebo of grpo",
      ])
    #expect(try report.text(as: .table).hasSuffix(report.missing.joined(separator: "\n") + "\n"))
    #expect(report.summary.missing.map(\.arms.count) == [3, 3, 4])
    let third = try ComparisonShard(parsing: "1/3")
    let shared = try ComparisonReport(plan: plan, results: found, shard: third)
    #expect(shared.missing.last == "They belong to --shard 1/3, 2/3, 3/3.")
    let whole = plan.arms.flatMap { arm in
      (1...3).map { result(arm, seed: UInt64($0), [0.2, 0.5]) }
    }
    let partly = whole.filter { $0.seed != 2 }
    #expect(
      try ComparisonReport(plan: plan, results: partly, shard: third).missing.last
        == "They belong to --shard 2/3.")
    #expect(try ComparisonReport(plan: plan, results: whole, shard: third).missing.isEmpty)
  }

  @Test func curvesHaveALineForEachEvaluation() throws {
    let plan = try plan(sweep: "sigma_base=0.5")
    var first = result(plan.arms[0], seed: 2, [0.25, 0.5], failure: "a loss, \"nan\"")
    first.evaluations[1].updates = 40
    let report = try ComparisonReport(
      plan: plan, results: [first, result(plan.arms[3], seed: 7, [0.125])])
    #expect(
      try report.text(as: .csvCurves) == """
        task,preset,arm,objective,settings,placebo,seed,base_seed,iteration,updates,prompts,k,\
        avg_at_k,pass_at_k,failure
        chain,reuse,maspo:sigma_base=0.5,maspo,sigma_base=0.5,false,2,2,0,,100,32,0.25,0.9,\
        "a loss, ""nan""\"
        chain,reuse,maspo:sigma_base=0.5,maspo,sigma_base=0.5,false,2,2,10,40,100,32,0.5,0.9,\
        "a loss, ""nan""\"
        chain,reuse,placebo of grpo,grpo,,true,7,7,0,,100,32,0.125,0.9,

        """)
  }

  @Test func plotsASweep() throws {
    let plan = try plan(sweep: "sigma_base=0.1,1,10")
    let results = plan.arms.flatMap { arm in
      (1...2).map { seed in
        result(arm, seed: seed, [0.2, 0.4 + 0.1 * (arm.settings.first?.value ?? 0)])
      }
    }
    let summary = try ComparisonSummary(plan: plan, results: results)
    let text = try #require(SweepPlot(plan: plan, summary: summary)).text()
    #expect(text.contains("mean Avg@32 of maspo over sigma_base (log10), level line: grpo 0.400"))
    #expect(text.split(separator: "\n").count > 10)
    #expect(text.unicodeScalars.contains { (0x2801...0x28FF).contains($0.value) })
    #expect(SweepPlot(plan: try self.plan(), summary: summary) == nil)
  }
}
