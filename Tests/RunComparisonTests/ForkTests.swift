import Foundation
import PolicyObjectives
import PolicyTraining
import Synchronization
import Testing
import TrainingTelemetry

@testable import RunComparison
@testable import RunKnowledge

@Suite struct ForkTests {
  private static let change = RunChange(
    settings: [KnobSetting(name: "learning_rate", value: 1e-3)])

  /// A run of the tiny comparison at the end of its first iteration, or within its second.
  private static func run(updatesMore: Int = 0) throws -> TrainingRun {
    let planned = try #require(
      try TinyComparison.plan(seeds: [1]).runs().first { $0.arm.objective == "maspo" })
    let source = BasePolicySource(
      planned.configuration, cacheFolder: TinyComparison.baseFolder)
    let base = try #require(try source.find { _, _ in true })
    let run = try TrainingRun(planned.configuration, base: base)
    try goOn(run, toIteration: 1)
    if updatesMore > 0 { _ = try run.beginIteration() }
    for _ in 0..<updatesMore { _ = try run.makeUpdate(.scalars) }
    return run
  }

  private static func goOn(_ run: TrainingRun, toIteration limit: Int) throws {
    while run.position.iteration < limit || !run.isIterationFinished {
      if run.isIterationFinished {
        _ = try run.beginIteration()
      } else {
        _ = try run.makeUpdate(.scalars)
      }
    }
  }

  private static func plan(
    of run: TrainingRun, change: RunChange = change, replicas: [Int] = [1, 2, 3],
    iterations: Int = 2
  ) throws -> ForkPlan {
    try ForkPlan(
      from: ForkPoint(run.configuration, checkpoint: run.checkpoint), change: change,
      replicas: replicas, iterations: iterations)
  }

  private static func perform(
    _ plan: ForkPlan, _ store: ResultStore, stopAfter limit: Int? = nil
  ) throws -> [RunResult] {
    let finished = Mutex(0)
    let runner = Mutex<ComparisonRunner?>(nil)
    let made = ComparisonRunner(plan: plan, store: store, jobs: 2) { event in
      guard case .finished = event else { return }
      let count = finished.withLock { count in
        count += 1
        return count
      }
      if count == limit { runner.withLock { $0?.stop() } }
    }
    runner.withLock { $0 = made }
    return try made.perform()
  }

  /// At the end of an iteration, right after a rollout's first update, and further on.
  @Test(arguments: [0, 1, 3])
  func anUnchangedReplicaWithTheRunsOwnSeedIsTheRun(updatesMore: Int) throws {
    try TinyComparison.withStore { store in
      let run = try Self.run(updatesMore: updatesMore)
      let plan = try Self.plan(of: run)
      let results = try Self.perform(plan, store)
      // The run that was forked goes on as if nothing had happened.
      let begun = run.position.iteration
      try Self.goOn(run, toIteration: begun + 2)
      let unchanged = results.filter { $0.arm == plan.unchanged }
      #expect(unchanged.map(\.weightsDigest).first == run.weightsDigest)
      #expect(ForkSummary(plan: plan, results: results).unchangedDigests[0] == run.weightsDigest)
      #expect(Set(unchanged.map(\.weightsDigest)).count == 3, "replicas have seeds of their own")
      #expect(unchanged.allSatisfy { $0.course?.map(\.iteration) == [begun + 1, begun + 2] })
      #expect(unchanged[0].evaluations.map(\.iteration) == [begun, begun + 1, begun + 2])
    }
  }

  @Test func armsDifferInTheChangeAlone() throws {
    try TinyComparison.withStore { store in
      let run = try Self.run()
      let plan = try Self.plan(of: run)
      let results = try Self.perform(plan, store)
      for seed in Set(results.map(\.seed)) {
        let arms = results.filter { $0.seed == seed }
        #expect(arms.map(\.arm) == [plan.unchanged, plan.changed, plan.placebo])
        #expect(arms[0].startDigest == arms[1].startDigest)
        #expect(arms[0].startDigest != arms[2].startDigest)
        // The same prompts and samples, until the change has acted.
        #expect(arms[0].course?.first?.reward == arms[1].course?.first?.reward)
        #expect(arms[0].course?.first?.entropy == arms[1].course?.first?.entropy)
        #expect(Set(arms.map(\.weightsDigest)).count == 3)
        let planned = try plan.runs().filter { $0.seed == seed }
        #expect(Set(planned.map { $0.key(base: "") }).count == 3)
        #expect(Set(planned.map { "\($0.configuration)" }).count == 1)
      }
      // The changed arm is the run to which a person says the same.
      try run.take(.change(Self.change))
      try Self.goOn(run, toIteration: 3)
      #expect(results.first { $0.arm == plan.changed }?.weightsDigest == run.weightsDigest)
    }
  }

  @Test func anotherObjectiveBringsItsKnobs() throws {
    try TinyComparison.withStore { store in
      let run = try Self.run()
      let change = RunChange(
        objective: "grpo",
        settings: [KnobSetting(name: "eps_low", value: 0.1), KnobSetting(name: "epochs", value: 1)])
      let plan = try Self.plan(of: run, change: change, replicas: [1], iterations: 1)
      #expect(plan.changed.label == "grpo:eps_low=0.1:epochs=1")
      let changed = try #require(
        try Self.perform(plan, store).first { $0.arm == plan.changed })
      #expect(changed.updates == run.position.total + 2, "two minibatches, one epoch")
    }
  }

  @Test func aForkThatWasStoppedGoesOnToTheSameTable() throws {
    let plan = try Self.plan(of: try Self.run())
    let whole = try TinyComparison.withStore { try Self.perform(plan, $0) }
    try TinyComparison.withStore { store in
      let part = try Self.perform(plan, store, stopAfter: 4)
      #expect(part.count < whole.count)
      let partly = ForkSummary(plan: plan, results: part)
      #expect(partly.finishedPairs < 3 && partly.main.words == .tooFewPairs)
      let rest = try Self.perform(plan, store)
      #expect(rest.map(\.withoutTime) == whole.map(\.withoutTime))
      let texts = [whole, rest].map { ForkSummary(plan: plan, results: $0).text }
      #expect(texts[0] == texts[1])
      #expect(texts[0].contains("3 of 3 pairs"))
    }
  }

  @Test func whatChangesNothingOrCannotBeIsRefused() throws {
    let run = try Self.run()
    let now = try run.configuration.objective.value(of: "sigma_base")
    for change in [
      RunChange(), RunChange(objective: "maspo"),
      RunChange(settings: [KnobSetting(name: "sigma_base", value: now)]),
    ] {
      #expect(throws: ComparisonError.nothingChanges(change.text)) {
        try Self.plan(of: run, change: change)
      }
    }
    for settings in [
      [KnobSetting(name: "no_such_knob", value: 1)], [KnobSetting(name: "sigma_base", value: -1)],
    ] {
      #expect(throws: (any Error).self) {
        try Self.plan(of: run, change: RunChange(settings: settings))
      }
    }
    let asymmetry = RunChange(settings: [KnobSetting(name: "asymmetry", value: 2.4)])
    #expect(
      try Self.plan(of: run, change: asymmetry).change.text == "beta_pos=2.4, beta_neg=2.4")
    for text in ["0", "a", "3-1", "1,1", ""] {
      #expect(throws: ComparisonError.malformedReplicas(text)) {
        try ForkPlan.replicas(parsing: text)
      }
    }
    #expect(try ForkPlan.replicas(parsing: "9-11") == [9, 10, 11])
  }

  /// t(0.975, 2) = 4.303: differences 1, 2, 3 have mean 2, s = 1 and the interval 2 ± 2.484. With
  /// four pairs the half width would be 3.182/√4 = 1.591.
  @Test func pairsThatItWouldTake() throws {
    let three = try #require(PairedDifference([1, 2, 3], step: 0))
    #expect(three.verdict == .tie)
    #expect(three.pairsToTellApart() == 4)
    #expect(PairedDifference([1, 2], step: 0)?.pairsToTellApart() == nil)
    #expect(PairedDifference([-1, 0, 1], step: 0)?.pairsToTellApart() == nil)
    // s = 1, mean 0.1: (1.96/0.1)² = 384 and a few.
    let many = try #require(PairedDifference([-0.9, 0.1, 1.1], step: 0))
    #expect((384...392).contains(many.pairsToTellApart() ?? 0))
    #expect(many.pairsToTellApart(limit: 300) == nil)
  }

  @Test func wordsFollowTheIntervalAndTheDirection() {
    let up = PairedDifference([1, 1.1, 0.9], step: 0)
    let down = PairedDifference([-1, -1.1, -0.9], step: 0)
    let tie = PairedDifference([1, -1, 0.1], step: 0)
    #expect(ForkWords(up, moreIsBetter: true) == .better)
    #expect(ForkWords(up, moreIsBetter: false) == .worse)
    #expect(ForkWords(down, moreIsBetter: true) == .worse)
    #expect(ForkWords(down, moreIsBetter: false) == .better)
    #expect(ForkWords(up, moreIsBetter: nil) == .higher)
    #expect(ForkWords(down, moreIsBetter: nil) == .lower)
    #expect(ForkWords(tie, moreIsBetter: true) == .notToldApart)
    #expect(ForkWords(nil, moreIsBetter: true) == .tooFewPairs)
    #expect(ForkWords(PairedDifference([1, 1], step: 0), moreIsBetter: true) == .tooFewPairs)
  }
}
