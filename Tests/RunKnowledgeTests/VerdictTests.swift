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
    let verdict = try verdict { run in
      guard var metrics = run.snapshot.update?.metrics else { return }
      metrics.runawayTokenCount = 0
      for path in [\UpdateMetrics.positive, \UpdateMetrics.negative] {
        let push = metrics[keyPath: path].weightedPush
        metrics[keyPath: path].weightedRemoved = push * share / (1 - share)
      }
      run.snapshot.update?.metrics = metrics
    }
    #expect(kinds(verdict).contains(.gateIdle) == isIdle)
    if isIdle {
      #expect(verdict.advice?.text(naming: \.rawValue).contains("smaller σ_base") == true)
    }
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
      .map(\.gradientNorm).sorted()
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

  @Test func oneSidedUpdateNamesTheSide() throws {
    let verdict = try verdict { $0.snapshot.update?.metrics.negative.weightedPush *= 4 }
    let finding = try #require(verdict.findings.first { $0.kind == .oneSided })
    #expect(finding.text.contains("A<0"))
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
