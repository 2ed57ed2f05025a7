import PolicyObjectives
import PolicyTraining
import ReasoningTasks
import Testing

@testable import RunComparison

@Suite struct ComparisonPlanTests {
  private func plan(
    _ arms: [String], reference: String? = nil, seeds: [UInt64] = [1, 2],
    baseSeed: UInt64? = nil, sweep: String? = nil
  ) throws -> ComparisonPlan {
    try ComparisonPlan(
      arms: try arms.map { try ComparisonArm(parsing: $0) }, reference: reference,
      presets: [try Preset.named("reuse"), try Preset.named("edge")],
      tasks: [ChainTask(), AddTask()],
      seeds: seeds, baseSeed: baseSeed,
      sweep: try sweep.map { try ComparisonPlan.Sweep(parsing: $0) })
  }

  @Test func addsNoClipAndPlacebo() throws {
    let labels = try plan(["maspo", "grpo"]).arms.map(\.label)
    #expect(labels == ["maspo", "grpo", "no_clip", "placebo of grpo"])
    #expect(
      try plan(["no_clip", "maspo"]).arms.map(\.label)
        == ["no_clip", "maspo", "placebo of no_clip"])
  }

  @Test func everyCombinationOnce() throws {
    let runs = try plan(["maspo", "grpo"]).runs()
    #expect(runs.count == 2 * 2 * 2 * 4)
    let names = Set(runs.map { "\($0.task) \($0.preset) \($0.seed) \($0.arm.label)" })
    #expect(names.count == runs.count)
    // A seed's arms follow one another, so that pairs are whole early.
    #expect(runs.prefix(4).map(\.seed) == [1, 1, 1, 1])
  }

  @Test func runsTakeTheirConfigurationFromThePlan() throws {
    let runs = try plan(["maspo:sigma_base=0.2:learning_rate=0.001", "grpo"]).runs()
    let first = try #require(runs.first)
    #expect(try first.configuration.objective.value(of: "sigma_base") == 0.2)
    #expect(first.configuration.optimizer.learningRate == 0.001)
    #expect(first.configuration.iterationLimit == 50)
    #expect(first.configuration.threads == 1)
    #expect(runs.allSatisfy { $0.configuration.baseSeed == $0.seed })
    let shared = try plan(["grpo"], baseSeed: 7).runs()
    #expect(shared.allSatisfy { $0.configuration.baseSeed == 7 })
  }

  @Test func sweepsTheArmsThatHaveTheKnob() throws {
    let labels = try plan(["maspo:alpha=0", "grpo"], sweep: "sigma_base=0.1,1").arms.map(\.label)
    #expect(
      labels == [
        "maspo:alpha=0:sigma_base=0.1", "maspo:alpha=0:sigma_base=1", "grpo", "no_clip",
        "placebo of grpo",
      ])
  }

  @Test func asymmetrySetsBothRisks() throws {
    let run = try #require(try plan(["maspo", "grpo"], sweep: "asymmetry=0.25").runs().first)
    #expect(try run.configuration.objective.value(of: "beta_pos") == 0.25)
    #expect(try run.configuration.objective.value(of: "beta_neg") == 0.25)
  }

  @Test(arguments: ["maspo:", "maspo:sigma_base", "maspo:sigma_base=x", "maspo:sigma=1", "maspos"])
  func refusesArms(text: String) {
    #expect(throws: (any Error).self) { try ComparisonArm(parsing: text) }
  }

  @Test func refusesWhatCannotBe() {
    #expect(throws: ComparisonError.unknownSweep("sigma")) {
      try plan(["maspo"], sweep: "sigma=1")
    }
    #expect(throws: ComparisonError.malformedSweep("sigma_base=1,,2")) {
      try plan(["maspo"], sweep: "sigma_base=1,,2")
    }
    #expect(throws: ComparisonError.unknownReference("sapo", known: ["maspo", "no_clip"])) {
      try plan(["maspo"], reference: "sapo")
    }
    #expect(throws: ComparisonError.empty("seeds")) { try plan(["maspo"], seeds: []) }
    // A value that the objective refuses is refused before any run.
    #expect(throws: (any Error).self) { try plan(["maspo"], sweep: "sigma_base=-1") }
  }

  @Test(arguments: [("3", [1, 2, 3]), ("4-6", [4, 5, 6]), ("1,9", [1, 9]), ("7-7", [7])])
  func readsSeeds(text: String, expected: [UInt64]) throws {
    #expect(try ComparisonPlan.seeds(parsing: text) == expected)
  }

  @Test(arguments: ["", "0", "x", "5-3", "1,,2", "-2"])
  func refusesSeeds(text: String) {
    #expect(throws: ComparisonError.malformedSeeds(text)) {
      try ComparisonPlan.seeds(parsing: text)
    }
  }
}
