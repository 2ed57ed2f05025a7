import PolicyObjectives
import Testing
import TinyTransformer
import TrainingTelemetry

@testable import PolicyTraining

@Suite struct TrainingRunTests {
  /// Runs whole iterations and returns the scalars of every update.
  private func train(
    _ run: TrainingRun, iterations: Int, telemetry: UpdateTelemetry = .scalars
  ) throws -> [UpdateMetrics] {
    var metrics: [UpdateMetrics] = []
    for _ in 0..<iterations {
      _ = try run.beginIteration()
      while !run.isIterationFinished { metrics.append(try run.makeUpdate(telemetry).metrics) }
    }
    return metrics
  }

  @Test func theFirstUpdateAfterARolloutHasRatioExactlyOne() throws {
    let run = try TrainingRun(TestPolicies.configuration(), base: TestPolicies.base)
    for _ in 0..<2 {
      _ = try run.beginIteration()
      let first = try run.makeUpdate(.detailed(group: 3))
      #expect(first.detail?.minibatch?.ratios.allSatisfy { $0 == 1 } == true)
      #expect(first.metrics.klMaximum == 0)
      #expect(first.group?.answers.allSatisfy { $0.tokens.allSatisfy { $0.ratio == 1 } } == true)
      let second = try run.makeUpdate(.detailed(group: 3))
      #expect(second.detail?.minibatch?.ratios.contains { $0 != 1 } == true)
      while !run.isIterationFinished { _ = try run.makeUpdate(.scalars) }
    }
  }

  @Test func theSignedGradientsAddUpToTheAppliedOne() throws {
    let run = try TrainingRun(TestPolicies.configuration(), base: TestPolicies.base)
    _ = try run.beginIteration()
    var seen = 0
    while !run.isIterationFinished {
      let metrics = try run.makeUpdate(.scalars).metrics
      // A small minibatch may have one sign alone.
      guard metrics.positive.tokenCount > 0, metrics.negative.tokenCount > 0 else { continue }
      seen += 1
      let up = try #require(metrics.positive.gradientNorm)
      let down = try #require(metrics.negative.gradientNorm)
      let cosine = try #require(metrics.gradientCosine)
      // The law of cosines for g = g₊ + g₋.
      let expected = (up * up + down * down + 2 * up * down * cosine).squareRoot()
      let norm = try #require(metrics.gradientNorm)
      #expect(abs(norm - expected) < 1e-4 * expected)
    }
    #expect(seen > 0)
  }

  @Test func equalSeedsGiveEqualRunsOnAnyNumberOfThreads() throws {
    func result(seed: UInt64, threads: Int) throws -> ([UpdateMetrics], String) {
      let run = try TrainingRun(
        TestPolicies.configuration(seed: seed, threads: threads), base: TestPolicies.base)
      let metrics = try train(run, iterations: 2).map { metrics in
        var timeless = metrics
        timeless.seconds = 0
        return timeless
      }
      return (metrics, run.weightsDigest)
    }
    let one = try result(seed: 7, threads: 1)
    let two = try result(seed: 7, threads: 2)
    let three = try result(seed: 7, threads: 3)
    let other = try result(seed: 8, threads: 2)
    #expect(one == two)
    #expect(one == three)
    #expect(one.1 != other.1)
  }

  @Test func neitherDetailNorEvaluationChangesTraining() throws {
    let plain = try TrainingRun(TestPolicies.configuration(), base: TestPolicies.base)
    _ = try train(plain, iterations: 2)
    let watched = try TrainingRun(TestPolicies.configuration(), base: TestPolicies.base)
    _ = watched.evaluate()
    _ = try train(watched, iterations: 1, telemetry: .detailed(group: 1))
    _ = watched.groupRecord(4)
    _ = watched.evaluate()
    _ = try train(watched, iterations: 1, telemetry: .detailed(group: 2))
    #expect(plain.weightsDigest == watched.weightsDigest)
  }

  @Test func aKnobActsFromTheNextUpdateOn() throws {
    var configuration = TestPolicies.configuration()
    configuration.scripted = [try ScriptedSetting(parsing: "5:sigma_base=0.01")]
    let scripted = try TrainingRun(configuration, base: TestPolicies.base)
    _ = try scripted.beginIteration()
    var before = 0.0
    for _ in 1...4 {
      let outcome = try scripted.makeUpdate(.scalars)
      #expect(outcome.events.isEmpty)
      before = max(before, outcome.metrics.removedShare ?? 1)
    }
    let fifth = try scripted.makeUpdate(.scalars)
    #expect(
      fifth.events == [
        .knobChange(
          KnobChange(
            name: "sigma_base", symbol: MASPOObjective.specifications[0].symbol, oldValue: 1,
            newValue: 0.01, updatesBefore: 4, iteration: 1))
      ])
    #expect((fifth.metrics.removedShare ?? 0) > 2 * before)

    let moved = try TrainingRun(TestPolicies.configuration(), base: TestPolicies.base)
    _ = try moved.beginIteration()
    for _ in 1...4 { _ = try moved.makeUpdate(.scalars) }
    try moved.knobs.request([KnobSetting(name: "sigma_base", value: 0.01)])
    _ = try moved.makeUpdate(.scalars)
    #expect(moved.weightsDigest == scripted.weightsDigest)
  }

  /// GRPO takes over at the second rollout, and the knob planned for it before then is in force.
  @Test func aPlannedObjectiveBringsItsKnobs() throws {
    for plan in [["5:objective=grpo", "6:eps_low=0.1"], ["9:eps_low=0.1", "9:objective=grpo"]] {
      var configuration = TestPolicies.configuration()
      configuration.scripted = try plan.map { try ScriptedSetting(parsing: $0) }
      try configuration.validate()
      let run = try TrainingRun(configuration, base: TestPolicies.base)
      _ = try train(run, iterations: 1, telemetry: .scalars)
      let resumed = try TrainingRun(configuration, checkpoint: run.checkpoint)
      for run in [run, resumed] {
        #expect(run.configuration.objectiveName == "maspo")
        let events = try run.beginIteration()
        #expect(run.configuration.objectiveName == "grpo")
        #expect(try run.configuration.objective.value(of: "eps_low") == 0.1)
        let changes = events.filter { event in
          switch event {
          case .knobChange, .objectiveChange: true
          default: false
          }
        }
        #expect(changes.count == 2, "both are told: \(changes)")
      }
    }
  }

  /// The person took another objective meanwhile: told, and the run goes on.
  @Test func aPlannedKnobThatIsGoneIsRefusedInWords() throws {
    var configuration = TestPolicies.configuration()
    configuration.scripted = [try ScriptedSetting(parsing: "10:sigma_base=0.5")]
    let run = try TrainingRun(configuration, base: TestPolicies.base)
    _ = try run.beginIteration()
    try run.take(.setObjective("grpo"))
    while !run.isIterationFinished { _ = try run.makeUpdate(.scalars) }
    _ = try run.beginIteration()
    _ = try run.makeUpdate(.scalars)
    let tenth = try run.makeUpdate(.scalars)
    guard case .notice(let notice)? = tenth.events.first, tenth.events.count == 1 else {
      Issue.record("\(tenth.events)")
      return
    }
    #expect(notice.level == .warning && notice.text.contains("10:sigma_base=0.5"))
  }

  @Test(arguments: ["10:minibatches=4096", "3:eps_low=0.1", "3:objective=ppo"])
  func whatCanNeverBePlannedIsRefusedAtOnce(setting: String) throws {
    var configuration = TestPolicies.configuration()
    configuration.scripted = [try ScriptedSetting(parsing: setting)]
    #expect(throws: (any Error).self) { try configuration.validate() }
  }

  @Test(arguments: ObjectiveCatalog.names)
  func everyObjectiveTrains(name: String) throws {
    let objective = try ObjectiveCatalog.objective(named: name)
    let run = try TrainingRun(
      TestPolicies.configuration(objective: objective), base: TestPolicies.base)
    let untrained = run.weightsDigest
    let metrics = try train(run, iterations: 2, telemetry: .scalars)
    #expect(metrics.count == 16)
    #expect(metrics.allSatisfy { $0.loss?.isFinite == true && $0.gradientNorm?.isFinite == true })
    #expect(metrics.contains { ($0.gradientNorm ?? 0) > 0 })
    #expect(run.configuration.objectiveName == name)
    #expect(run.weightsDigest != untrained, "the weights have not moved")
    let again = try TrainingRun(
      TestPolicies.configuration(objective: objective), base: TestPolicies.base)
    let repeated = try train(again, iterations: 2, telemetry: .scalars)
    #expect(repeated.map(\.loss) == metrics.map(\.loss))
    #expect(again.weightsDigest == run.weightsDigest)
  }

  /// What the screen shows of a token is what the update did with it, for objectives too whose
  /// bounds come from the whole minibatch.
  @Test(arguments: ObjectiveCatalog.names)
  func theShownTokensAreThoseOfTheUpdate(name: String) throws {
    let objective = try ObjectiveCatalog.objective(named: name)
    let run = try TrainingRun(
      TestPolicies.configuration(objective: objective), base: TestPolicies.base)
    var compared = 0
    for _ in 1...2 {
      _ = try run.beginIteration()
      while !run.isIterationFinished {
        let outcome = try run.makeUpdate(.detailed(group: 1))
        let record = try #require(outcome.detail?.minibatch)
        let group = try #require(outcome.group)
        let sequences = try #require(record.sequences)
        var start = 0
        for (sequence, length) in zip(sequences, record.sequenceLengths) {
          defer { start += length }
          let place = sequence - group.index * group.answers.count
          guard group.answers.indices.contains(place) else { continue }
          let answer = group.answers[place]
          #expect(answer.isInMinibatch && answer.tokens.count == length)
          for (offset, token) in answer.tokens.enumerated() {
            let index = start + offset
            #expect(token.ratio == record.ratios[index])
            #expect(token.advantage == record.advantages[index])
            #expect(token.gate == (record.hasGates ? record.gates[index] : nil))
            #expect(token.push == abs(record.gradient[index]))
            #expect(
              token.weightedRemoved == (record.hasGates ? record.weightedRemoved(index) : nil))
            compared += token.advantage == 0 ? 0 : 1
          }
        }
      }
    }
    #expect(compared > 20, "\(compared) tokens were compared")
  }

  @Test func theTelemetryOfAnUpdateIsCoherent() throws {
    let run = try TrainingRun(TestPolicies.configuration(), base: TestPolicies.base)
    _ = try run.beginIteration()
    for _ in 1...5 { _ = try run.makeUpdate(.scalars) }
    let outcome = try run.makeUpdate(.detailed(group: 2))
    let detail = try #require(outcome.detail)
    let metrics = outcome.metrics
    let waterfall = try #require(metrics.waterfall)
    let minibatch = try #require(detail.minibatch)
    let net = zip(minibatch.gradient, minibatch.advantages).reduce(0) { $0 - $1.0 }
    // Weights, gates and ratios against their product, both in single precision.
    let size = minibatch.gradient.reduce(0) { $0 + abs($1) }
    #expect(abs(waterfall.net - net) < 1e-6 * size)
    let counted = detail.buckets.reduce(0) { $0 + $1.activeTokenCount + $1.idleTokenCount }
    #expect(counted == metrics.tokenCount)
    let pushes = detail.buckets.reduce(0) { $0 + $1.positive.weightedPush }
    #expect(abs(pushes - metrics.positive.weightedPush) < 1e-12)
    #expect(try #require(metrics.realisedStepOnBatch) > 0)
    #expect(try #require(metrics.realisedStepOffBatch) > 0)
    let group = try #require(outcome.group)
    #expect(group.position == metrics.position)
    #expect(group.answers.count == run.configuration.schedule.samplesPerPrompt)
    #expect(
      group.answers.contains { $0.tokens.contains { ($0.realisedMove ?? 0) != 0 } }
        || group.answers.allSatisfy { $0.advantage == 0 })
  }

  @Test func theRunStopsBeforeANumberThatIsNotFinite() throws {
    let run = try TrainingRun(TestPolicies.configuration(), base: TestPolicies.base)
    _ = try run.beginIteration()
    _ = try run.makeUpdate(.scalars)
    run.policy.withParameters { $0[100] = .nan }
    let before = run.position
    let error = #expect(throws: NonFiniteError.self) { _ = try run.makeUpdate(.scalars) }
    #expect(run.position == before)
    #expect(error?.description.contains("update 2") == true)
    for part in ["prompt ", "answer ", "token 1 '", "': log π is nan"] {
      #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    }
  }
}
