import TestSupport
import Testing
import TrainingTelemetry

@testable import RunKnowledge

@Suite("Verdict")
struct VerdictTests {
  private func verdict(
    _ change: (inout KnownRun) throws -> Void
  ) throws -> Verdict {
    var run = KnownRun(try RunFixture.load())
    try change(&run)
    return Verdict(of: run)
  }

  private func kinds(_ verdict: Verdict) -> [Verdict.Finding.Kind] { verdict.findings.map(\.kind) }

  @Test func ordinaryUpdateTellsShares() throws {
    let verdict = try verdict { _ in }
    #expect(verdict.text.hasPrefix("update 21 of 32: "))
    #expect(kinds(verdict) == [.attenuation, .runaway])
    #expect(verdict.text.contains("% of tokens attenuated"))
    #expect(verdict.text.contains("2 tokens with A<0 ran past ρ 4"))
  }

  @Test func firstUpdateAfterARolloutIsExplained() throws {
    let verdict = try verdict { run in
      run.snapshot.update?.metrics.ratioMinimum = 1
      run.snapshot.update?.metrics.ratioMaximum = 1
      run.snapshot.update?.metrics.runawayTokenCount = 0
      run.snapshot.update?.metrics.position.update = 1
    }
    #expect(kinds(verdict) == [.ratiosAllOne])
    #expect(verdict.text.contains("every ratio is 1"))
    #expect(verdict.advice?.text(naming: \.rawValue).contains("normal after a rollout") == true)
  }

  @Test func almostOneIsNotOne() throws {
    let verdict = try verdict { run in
      run.snapshot.update?.metrics.ratioMinimum = 1
      run.snapshot.update?.metrics.ratioMaximum = 1 + 1e-12
    }
    #expect(!kinds(verdict).contains(.ratiosAllOne))
  }

  @Test(arguments: [(0.0099, true), (0.0101, false)])
  func idleGateIsSaidBelowTheThreshold(share: Double, isIdle: Bool) throws {
    let side = (kept: 1 - share, removed: share)
    let verdict = Verdict(of: try run(positive: side, negative: side))
    #expect(kinds(verdict).contains(.gateIdle) == isIdle)
    if isIdle {
      #expect(verdict.advice?.text(naming: \.rawValue).contains("smaller σ_base") == true)
    }
    // One idle update among others calls for nothing.
    var biting = try run(positive: (0.9, 0.1), negative: (0.9, 0.1))
    biting.snapshot.update?.metrics.positive.weightedRemoved = 0
    biting.snapshot.update?.metrics.negative.weightedRemoved = 0
    #expect(kinds(Verdict(of: biting)).first == .gateIdle)
    #expect(Verdict(of: biting).advice == nil)
  }

  @Test(arguments: [(16, Verdict.Finding.Kind.allGroupsEqual), (10, .mostGroupsEqual), (9, nil)])
  func equalGroupsAreCounted(equal: Int, kind: Verdict.Finding.Kind?) throws {
    let verdict = try verdict { run in
      run.snapshot.rollout?.metrics.zeroVarianceGroups = equal
    }
    let found = kinds(verdict).first { $0 == .allGroupsEqual || $0 == .mostGroupsEqual }
    #expect(found == kind)
    if kind != nil { #expect(verdict.level == .warning) }
  }

  @Test(arguments: [(0.009, 0.5, true), (0.009, 0.95, false), (0.011, 0.5, false)])
  func lowEntropyIsCollapseOnlyWithoutSuccess(
    entropy: Double, reward: Double, collapsed: Bool
  ) throws {
    let verdict = try verdict { run in
      run.snapshot.rollout?.metrics.entropy = entropy
      run.snapshot.rollout?.metrics.reward = reward
    }
    #expect(kinds(verdict).contains(.entropyCollapsed) == collapsed)
  }

  @Test(arguments: [(0.29, true), (0.28, false)])
  func risingEntropyIsDissolution(entropy: Double, exploded: Bool) throws {
    // The first rollout of the fixture has 0.115 nats; 2.5 times that is 0.2875.
    let verdict = try verdict { $0.snapshot.rollout?.metrics.entropy = entropy }
    #expect(kinds(verdict).contains(.entropyExploded) == exploded)
  }

  @Test func gradientSpikeIsMeasuredAgainstTheUsual() throws {
    // Of the updates before the one that is judged.
    let norms = try KnownRun(RunFixture.load()).history.updates.dropLast().suffix(64)
      .compactMap(\.gradientNorm).sorted()
    let usual = norms[norms.count / 2]
    for (factor, clip, expected) in [
      (4.9, 0.5, false), (5.1, 0.5, true), (9.9, 1, false), (10.1, 1, true),
    ] {
      let verdict = try verdict {
        $0.snapshot.update?.metrics.gradientNorm = usual * factor
        $0.snapshot.update?.metrics.clipFactor = clip
      }
      #expect(kinds(verdict).contains(.gradientSpike) == expected)
    }
  }

  @Test func manyRunawaysAreAWarning() throws {
    let few = try verdict { $0.snapshot.update?.metrics.runawayTokenCount = 5 }
    #expect(few.level == .information)
    let many = try verdict { $0.snapshot.update?.metrics.runawayTokenCount = 6 }
    #expect(many.level == .warning && many.findings[0].kind == .runaway)
    let none = try verdict { $0.snapshot.update?.metrics.runawayTokenCount = 0 }
    #expect(!kinds(none).contains(.runaway))
  }

  /// A run whose last updates all kept and lost the same of each sign.
  private func run(
    positive: (kept: Double, removed: Double), negative: (kept: Double, removed: Double)
  ) throws -> KnownRun {
    var snapshot = try RunFixture.load()
    func set(_ metrics: inout UpdateMetrics) {
      metrics.runawayTokenCount = 0
      (metrics.positive.weightedPush, metrics.positive.weightedRemoved) = positive
      (metrics.negative.weightedPush, metrics.negative.weightedRemoved) = negative
    }
    snapshot.events = snapshot.events.map { event in
      guard case .update(var metrics) = event else { return event }
      set(&metrics)
      return .update(metrics)
    }
    if var metrics = snapshot.update?.metrics {
      set(&metrics)
      snapshot.update?.metrics = metrics
    }
    return KnownRun(snapshot)
  }

  @Test func aGateThatTiltsTheUpdateIsNamedAsTheCause() throws {
    let tilted = Verdict(of: try run(positive: (1, 3), negative: (4, 1)))
    let finding = try #require(tilted.findings.first { $0.kind == .gateTilts })
    #expect(
      finding.text.contains(
        "took 75% of A>0 and 20% of A<0 over the last 16 updates: wrong answers make 56% of the "
          + "push before it, 80% after it"), "\(finding.text)")
    #expect(
      finding.advice?.text(naming: \.rawValue).hasPrefix("moreAsymmetry raises") == true)
    let other = Verdict(of: try run(positive: (4, 1), negative: (1, 3)))
    #expect(
      other.findings.first { $0.kind == .gateTilts }?.advice?.text(naming: \.rawValue)
        .hasPrefix("lessAsymmetry lowers") == true)
  }

  @Test func aRolloutThatIsOneSidedIsNotTheGatesDoing() throws {
    let verdict = Verdict(of: try run(positive: (1, 0.1), negative: (4, 0.4)))
    #expect(!kinds(verdict).contains(.gateTilts))
    let finding = try #require(verdict.findings.first { $0.kind == .oneSided })
    #expect(finding.text.contains("80% of the push from wrong answers"))
    #expect(finding.text.contains("before the gate as well"))
    let even = Verdict(of: try run(positive: (3, 1), negative: (4, 1)))
    #expect(!kinds(even).contains(.gateTilts) && !kinds(even).contains(.oneSided))
  }

  /// One update of the other sign does not turn the advice around.
  @Test func adviceRestsOnMoreThanOneUpdate() throws {
    var run = try run(positive: (1, 3), negative: (4, 1))
    run.snapshot.update?.metrics.positive.weightedPush = 4
    run.snapshot.update?.metrics.positive.weightedRemoved = 0
    run.snapshot.update?.metrics.negative.weightedPush = 1
    run.snapshot.update?.metrics.negative.weightedRemoved = 3
    let advice = Verdict(of: run).advice?.text(naming: \.rawValue)
    #expect(advice?.hasPrefix("moreAsymmetry") == true, "\(advice ?? "")")
  }

  @Test(arguments: [
    (0.25, 0.8, 0.16, 0.7, false), (0.25, 0.8, 0.05, 0.5, true), (0.25, 0.8, 0.25, 0.4, true),
    (0.25, 0.8, 0.5, 0.9, false),
  ])
  func aCollapseIsSaidLoudly(
    base: Double, basePass: Double, now: Double, pass: Double, isCollapse: Bool
  ) throws {
    var snapshot = try RunFixture.load()
    func score(_ iteration: Int, _ average: Double, _ pass: Double) -> TrainingEvent {
      .evaluation(
        EvaluationMetrics(
          iteration: iteration, updatesBefore: 32 * iteration, promptCount: 100,
          samplesPerPrompt: 32, average: average, pass: pass, seconds: 1))
    }
    snapshot.events = snapshot.events.filter {
      if case .evaluation = $0 { false } else { true }
    }
    snapshot.events += [score(0, base, basePass), score(10, now, pass)]
    let verdict = Verdict(of: KnownRun(snapshot))
    #expect((verdict.findings[0].kind == .collapsed) == isCollapse)
    if isCollapse {
      #expect(verdict.level == .error)
      #expect(verdict.findings[0].text.contains("where the base policy had Avg@32 0.250"))
    }
    // From its best, too.
    snapshot.events += [score(20, 0.9, 0.95), score(30, 0.4, 0.9)]
    let fallen = Verdict(of: KnownRun(snapshot))
    #expect(fallen.findings[0].text.contains("where iteration 20 had Avg@32 0.900"))
  }

  /// Where nothing is evaluated, the rewards of rollouts tell.
  @Test(arguments: [
    ([0.4, 0.5, 0.6, 0.5, 0.6, 0.5, 0.4, 0.5, 0.1, 0.2, 0.1, 0.1, 0, 0.1, 0.2, 0], true),
    ([0.4, 0.5, 0.6, 0.5, 0.6, 0.5, 0.4, 0.5, 0.4, 0.3, 0.4, 0.3, 0.4, 0.3, 0.4, 0.3], false),
    // Low, but no lower than noise makes it.
    ([0.9, 0, 0, 0.1, 0, 0.9, 0, 0, 0.4, 0, 0, 0, 0.2, 0, 0, 0], false),
    // Too short to tell.
    ([0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0, 0, 0, 0, 0, 0, 0, 0], false),
  ])
  func rewardsThatFallAreACollapse(rewards: [Double], isCollapse: Bool) throws {
    var snapshot = try RunFixture.load()
    let rollout = try #require(snapshot.rollout?.metrics)
    snapshot.events = rewards.enumerated().map { index, reward in
      var metrics = rollout
      metrics.iteration = index + 1
      metrics.reward = reward
      return .rollout(metrics)
    }
    let verdict = Verdict(of: KnownRun(snapshot))
    #expect((verdict.findings[0].kind == .collapsed) == isCollapse)
    if isCollapse {
      #expect(verdict.level == .error)
      #expect(
        verdict.findings[0].text
          == "collapsed: mean reward 0.1 over rollouts 9 to 16, where it was 0.5 over rollouts 1 "
          + "to 8")
    }
  }

  @Test func groupsThatAreAllWrongAreNotSolved() throws {
    let verdict = try verdict { run in
      run.snapshot.rollout?.metrics.zeroVarianceGroups = 12
      run.snapshot.rollout?.metrics.allRightGroups = 9
      run.snapshot.rollout?.metrics.allWrongGroups = 3
      run.snapshot.rollout?.metrics.reward = 0.69
    }
    let advice = verdict.advice?.text(naming: \.rawValue) ?? ""
    #expect(!advice.contains("solved") && advice.contains("temperature"), "\(advice)")
  }

  @Test func attenuationInTheTailIsLocated() throws {
    let verdict = try verdict { run in
      guard var buckets = run.snapshot.update?.buckets else { return }
      for index in buckets.indices where buckets[index].lowerProbability >= 0.1 {
        buckets[index].positive.attenuatedCount = 0
        buckets[index].negative.attenuatedCount = 0
      }
      run.snapshot.update?.buckets = buckets
    }
    #expect(verdict.text.contains("most of them where π_old < 0.1"))
  }

  @Test func nonFiniteStopNamesWhatHappened() throws {
    let verdict = try verdict { run in
      run.snapshot.status.phase = .finished
      run.snapshot.status.stopReason = .nonFinite("update 180, loss is nan")
    }
    #expect(verdict.level == .error)
    #expect(verdict.text.contains("update 180, loss is nan"))
  }

  @Test func aBreakpointIsSaidFirstWhilePausedAndOnlyOnceInTheJournal() throws {
    var run = WatchedRun(try RunFixture.load())
    var snapshot = run.present.snapshot
    snapshot.status.mode = .paused
    let hit = BreakpointHit(try Breakpoint(parsing: "kl>0.05"), finding: "KL 0.0612")
    snapshot.status.breakpoints = BreakpointStatus(all: [hit.breakpoint], hits: [hit])
    snapshot.events = [
      .notice(Notice(level: .warning, text: "paused: \(hit.text)", updatesBefore: 5))
    ]
    _ = run.take(snapshot)
    #expect(run.present.verdict.findings.first?.kind == .breakpoint)
    #expect(run.present.verdict.level == .warning)
    #expect(run.present.verdict.text.contains("paused: kl>0.05 holds: KL 0.0612; "))
    #expect(run.present.verdict.advice?.text(naming: \.rawValue).hasPrefix("run goes on") == true)
    #expect(run.present.journal.entries.count { $0.text.contains("kl>0.05") } == 1)
    snapshot.status.mode = .running
    snapshot.events = []
    _ = run.take(snapshot)
    #expect(!run.present.verdict.text.contains("kl>0.05"))
  }

  @Test func objectivesWithoutATokenGateSaySo() throws {
    let verdict = try verdict { run in
      run.snapshot.update?.metrics.positive.attenuatedCount = nil
      run.snapshot.update?.metrics.positive.weightedRemoved = nil
    }
    #expect(kinds(verdict).contains(.noTokenGate))
  }

  @Test func lastingWarningIsWrittenDownOnce() throws {
    var run = WatchedRun(try RunFixture.load())
    var snapshot = run.present.snapshot
    snapshot.rollout?.metrics.zeroVarianceGroups = 16
    let before = run.present.journal.entries.count
    for step in 1...70 {
      snapshot.status.position.total = 181 + step
      _ = run.take(snapshot)
    }
    #expect(run.present.journal.entries.count == before + 1)
    #expect(run.present.journal.entries.last?.kind == .warning)
  }

  @Test func warmStartAndWaiting() throws {
    let warming = try verdict { $0.snapshot.status.phase = .warmingUp }
    #expect(kinds(warming) == [.warmingUp])
    let waiting = try verdict { $0.snapshot.update = nil }
    #expect(kinds(waiting) == [.waiting])
    let paused = try verdict { run in
      run.snapshot.update = nil
      run.snapshot.status.mode = .paused
    }
    #expect(
      paused.text.contains("paused")
        && paused.advice?.text(naming: \.rawValue).contains("run runs") == true)
  }
}
