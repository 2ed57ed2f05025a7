import Testing
import TinyTransformer
import TrainingTelemetry

@testable import PolicyTraining

@Suite struct BreakpointTests {
  private static func parsed(_ text: String) throws -> Breakpoint { try Breakpoint(parsing: text) }

  @Test(arguments: [
    ("kl>0.05", "kl>0.05"), (" kl > .05 ", "kl>0.05"), ("equal_groups>0.8", "equal_groups>0.8"),
    ("entropy<0.1", "entropy<0.1"), ("max_ratio>5", "max_ratio>5"), ("nonfinite", "nonfinite"),
    ("entropy>1e-3", "entropy>0.001"), ("equal_groups<1", "equal_groups<1"),
    ("updates>1152", "updates>1152"),
  ]) func conditionsAreReadAndWritten(text: String, written: String) throws {
    let breakpoint = try Self.parsed(text)
    #expect(breakpoint.description == written)
    #expect(try Self.parsed(written) == breakpoint)
  }

  @Test func everyQuantityIsInItsOwnExample() throws {
    for quantity in Breakpoint.Quantity.allCases {
      #expect(try Self.parsed(quantity.example).quantity == quantity)
    }
  }

  @Test(arguments: [
    ("", "unknown quantity ''; allowed are kl>0.05"), ("loss>1", "unknown quantity 'loss'"),
    ("kl", "after kl belongs > or <"), ("kl=3", "unknown quantity 'kl=3'"),
    ("kl>", "after kl belongs"), ("kl>x", "as in kl>0.05"), ("kl>inf", "after kl belongs"),
    ("kl>nan", "after kl belongs"), ("kl>>1", "after kl belongs"),
    ("nonfinite>1", "nonfinite takes no number"), ("kl<0", "can never hold"),
    ("entropy<-1", "never below 0"), ("equal_groups>1", "a share from 0 to 1"),
    ("equal_groups<0", "can never hold"), ("max_ratio<0", "can never hold"),
    ("updates<0", "can never hold"),
  ]) func whatCannotBeIsNamed(text: String, words: String) {
    let error = #expect(throws: BreakpointError.self) { try Self.parsed(text) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("'\(text)'") == true)
  }

  private func update(
    kl: Double = 0.01, entropy: Double = 0.5, ratio: Double? = 1.2, loss: Double = 0
  ) -> UpdateMetrics {
    let sign = SignMetrics(
      tokenCount: 1, attenuatedCount: nil, push: 0, weightedPush: 0, weightedRemoved: nil,
      gradientNorm: nil)
    return UpdateMetrics(
      position: UpdatePosition(iteration: 1, update: 1, updatesPerIteration: 8, total: 1),
      loss: loss, learningRate: 0, gradientNorm: 0, clipFactor: 1, klMean: kl, kl99: 9,
      klMaximum: 9, entropy: entropy, ratioMinimum: 0.1, ratioMaximum: ratio, tokenCount: 2,
      activeTokenCount: 2, positive: sign, negative: sign, gradientCosine: nil, waterfall: nil,
      runawayTokenCount: 0, seconds: 0)
  }

  private func rollout(equal: Int, of groups: Int = 10) -> RolloutMetrics {
    RolloutMetrics(
      iteration: 1, updatesBefore: 0, reward: 0, groupCount: groups, zeroVarianceGroups: equal,
      allRightGroups: equal, allWrongGroups: 0, truncatedAnswers: 0, answerCount: groups,
      tokenCount: groups, entropy: 0.5, seconds: 0)
  }

  @Test func everyConditionLooksAtItsOwnNumber() throws {
    func findings(_ text: String, _ metrics: UpdateMetrics) throws -> [String] {
      var watch = BreakpointWatch([try Self.parsed(text)])
      return watch.look(at: metrics).map(\.text)
    }
    #expect(
      try findings("kl>0.05", update(kl: 0.061234))
        == ["kl>0.05 holds: KL 0.0612 nats per token"])
    #expect(try findings("kl>0.05", update(kl: 0.05)).isEmpty)
    #expect(try findings("kl>0.05", update(kl: .nan)).isEmpty)
    #expect(
      try findings("entropy<0.1", update(entropy: 0.04))
        == ["entropy<0.1 holds: entropy 0.04 nats per token"])
    #expect(try findings("entropy<0.1", update(entropy: 0.1)).isEmpty)
    #expect(
      try findings("max_ratio>5", update(ratio: 1234))
        == ["max_ratio>5 holds: largest ratio ρ 1230"])
    #expect(try findings("max_ratio>5", update(ratio: nil)).isEmpty)
    #expect(try findings("updates>0", update()) == ["updates>0 holds: 1 were made"])
    #expect(try findings("updates>1", update()).isEmpty)
    #expect(
      try findings("nonfinite", update(loss: .infinity)) == ["nonfinite holds: the loss is inf"])
    #expect(try findings("nonfinite", update()).isEmpty)
    #expect(try findings("equal_groups>0.1", update()).isEmpty)

    var watch = BreakpointWatch([try Self.parsed("equal_groups>0.8")])
    let seen = [rollout(equal: 8), rollout(equal: 9), rollout(equal: 0, of: 0)].map {
      watch.look(at: $0).map(\.finding)
    }
    #expect(seen == [[], ["9 of 10 groups have equal rewards (0.9)"], []])
    var other = BreakpointWatch([.nonfinite])
    let refused = other.look(at: NonFiniteError(description: "update 3")).map(\.finding)
    #expect(refused == ["update 3"])
  }

  @Test func aBreakpointThatActedRestsUntilItsConditionWasFalse() throws {
    let breakpoint = try Self.parsed("kl>0.05")
    var watch = BreakpointWatch([breakpoint])
    let acts = [0.01, 0.06, 0.07, 0.04, 0.06].map { kl in
      let metrics = update(kl: kl)
      let expected = watch.wouldPause(after: metrics)
      let hits = watch.look(at: metrics)
      #expect(expected == !hits.isEmpty)
      #expect(watch.hits == hits)
      return !hits.isEmpty
    }
    #expect(acts == [false, true, false, false, true])
    // A rollout says nothing about KL, so it arms nothing.
    _ = watch.look(at: rollout(equal: 0))
    #expect(!watch.wouldPause(after: update(kl: 0.06)))
    // Set again, or after a restart, it is armed.
    let isNew = watch.add(breakpoint)
    #expect(!isNew)
    #expect(watch.wouldPause(after: update(kl: 0.06)))
    _ = watch.look(at: update(kl: 0.06))
    watch.rearm()
    #expect(watch.hits.isEmpty && watch.wouldPause(after: update(kl: 0.06)))
    let removals = [watch.remove(breakpoint), watch.remove(breakpoint)]
    #expect(removals == [true, false])
    #expect(!watch.wouldPause(after: update(kl: 0.06)))
    #expect(watch.status == nil)
  }

  // MARK: In the trainer

  private func start(
    _ breakpoints: [Breakpoint], ends: Bool = false, from checkpoint: RunCheckpoint? = nil
  ) throws -> WaitingTrainer {
    var configuration = TestPolicies.configuration()
    configuration.iterationLimit = 3
    return try WaitingTrainer(configuration, from: checkpoint) { options in
      options.breakpoints = breakpoints
      options.endsAtBreakpoint = ends
    }
  }

  @Test func theRunPausesAfterExactlyTheUpdateAndShowsItsTokens() throws {
    // KL is 0 at the first update of a rollout and grows with every further one.
    let run = try start([try Self.parsed("kl>1e-9")])
    let pause = try run.rest()
    #expect(pause.status.position.total == 2)
    #expect(run.updates.map { ($0.klMean ?? 0) > 1e-9 } == [false, true])
    #expect(pause.rollout?.group.position == pause.status.position)
    #expect(pause.update?.metrics.position == pause.status.position)
    let hit = try #require(pause.status.breakpoints?.hits.first)
    #expect(run.notices == ["paused: \(hit.text)"])
    // Going on goes on: not again before KL was 0 after the next rollout.
    let second = try run.resume()
    #expect(second.status.position.total == 10 && second.status.position.update == 2)
    // Single steps are not stopped for long; removed, it does not act at all.
    let stepped = try run.resume([.stepUpdate])
    #expect(stepped.status.position.total == 11)
    #expect(stepped.status.breakpoints?.hits.isEmpty == true)
    let end = try run.resume([.removeBreakpoint(try Self.parsed("kl>1e-9")), .run])
    #expect(end.status.phase == .finished && end.status.stopReason == .iterationLimit)
    #expect(end.status.breakpoints == nil)
    #expect(run.notices.last == "breakpoint kl>1e-9 removed")
  }

  @Test func breakpointsDoNotChangeTheRun() throws {
    let plain = try start([])
    #expect(try plain.rest().status.phase == .finished)
    let broken = try start([try Self.parsed("kl>1e-9"), try Self.parsed("max_ratio>1.0001")])
    var pauses = 0
    var snapshot = try broken.rest()
    while snapshot.status.phase != .finished {
      pauses += 1
      snapshot = try broken.resume()
    }
    #expect(pauses >= 3)
    #expect(plain.trainer.summary == broken.trainer.summary)
  }

  @Test func equalGroupsPauseBeforeTheFirstUpdateOfTheRollout() throws {
    let run = try start([try Self.parsed("equal_groups>0")])
    let pause = try run.rest()
    #expect(pause.status.position.iteration == 1 && pause.status.position.update == 0)
    #expect(pause.rollout?.metrics.zeroVarianceGroups ?? 0 > 0)
    #expect(pause.status.breakpoints?.hits.count == 1)
  }

  @Test func oneAddedByACommandActsAtTheNextUpdate() throws {
    let run = try start([try Self.parsed("equal_groups>0")])
    _ = try run.rest()
    let pause = try run.resume([.addBreakpoint(try Self.parsed("entropy>0")), .run])
    #expect(pause.status.position.total == 1)
    #expect(pause.status.breakpoints?.all.map(\.description) == ["equal_groups>0", "entropy>0"])
    #expect(run.notices.contains("breakpoint entropy>0 set"))
  }

  @Test func aNumberThatIsNotFinitePausesOnTheLastGoodPolicyAndThenEnds() throws {
    let damaged = try TrainingRun(TestPolicies.configuration(), base: TestPolicies.base)
    _ = try damaged.beginIteration()
    _ = try damaged.makeUpdate(.scalars)
    damaged.policy.withParameters { $0[100] = .nan }
    let run = try start([.nonfinite], from: damaged.checkpoint)
    let pause = try run.rest()
    #expect(pause.status.position.total == 1)
    #expect(run.notices.last?.hasPrefix("paused: nonfinite holds: update 2") == true)
    // Nothing was changed, so trying again ends the run as it does without a breakpoint.
    let end = try run.resume()
    guard case .nonFinite = end.status.stopReason else {
      Issue.record("ended by \(String(describing: end.status.stopReason))")
      return
    }
    #expect(end.status.position.total == 1)
  }

  @Test func whereNobodyCanGoOnTheRunEnds() throws {
    let run = try start([try Self.parsed("kl>1e-9")], ends: true)
    let end = try run.rest()
    #expect(end.status.phase == .finished && end.status.position.total == 2)
    guard case .breakpoint(let text) = end.status.stopReason else {
      Issue.record("ended by \(String(describing: end.status.stopReason))")
      return
    }
    #expect(text.hasPrefix("kl>1e-9 holds: KL "))
    #expect(run.notices == ["stopped: \(text)"])
  }
}

extension WaitingTrainer {
  fileprivate var updates: [UpdateMetrics] {
    events.compactMap { if case .update(let metrics) = $0 { metrics } else { nil } }
  }

  fileprivate var notices: [String] {
    events.compactMap { if case .notice(let notice) = $0 { notice.text } else { nil } }
  }
}
