import ReasoningTasks
import Testing
import TinyTransformer
import TrainingTelemetry

@testable import PolicyTraining

#if canImport(Glibc)
  import Glibc
#endif

/// Answers beside the run: right numbers, and not a bit of the run changed.
@Suite struct PromptSamplingTests {
  private static let prompt = ChainTask.info.examplePrompt

  private func run(updates: Int = 0) throws -> TrainingRun {
    let run = try TrainingRun(TestPolicies.configuration(), base: TestPolicies.base)
    for _ in 0..<updates {
      if run.isIterationFinished { _ = try run.beginIteration() }
      _ = try run.makeUpdate(.scalars)
    }
    return run
  }

  @Test func aSampleSaysWhatThePolicyDoes() throws {
    let run = try run(updates: 3)
    let sample = run.sample(Self.prompt, count: 4, addsGreedy: true, for: .trial(1))
    #expect(sample.answers.map(\.isGreedy) == [true, false, false, false, false])
    #expect(sample.drawn.count == 4 && sample.position == run.position)
    #expect(sample.solution == ChainTask().solution(of: Self.prompt))
    for answer in sample.answers {
      let text = String(answer.text.filter { $0 != "⊣" })
      #expect(answer.isRight == (!answer.isTruncated && text == sample.solution))
      for token in answer.tokens {
        let best = token.alternatives
        #expect(best.count == 3 && best.map(\.probability) == best.map(\.probability).sorted(by: >))
        #expect(best.reduce(0) { $0 + $1.probability } <= 1 + 1e-9)
        let same = best.first { $0.symbol == token.symbol }
        if let same {
          #expect(abs(same.probability - exp(token.logProbability)) < 1e-5)
        } else {
          #expect(exp(token.logProbability) <= best[2].probability + 1e-5)
        }
        if answer.isGreedy { #expect(token.symbol == best[0].symbol) }
      }
    }
  }

  /// The same numbers as the model's own forward pass gives for the sampled tokens.
  @Test func probabilitiesAreThoseOfAForwardPass() throws {
    let run = try run(updates: 2)
    let sample = run.sample(Self.prompt, count: 2, addsGreedy: true, for: .trial(1))
    var batch = SequenceBatch()
    for answer in sample.answers {
      let text = answer.tokens.map(\.symbol).filter { $0 != "⊣" }.joined()
      let tokens = Vocabulary.arithmetic.encode(text) + (answer.isTruncated ? [] : [Vocabulary.end])
      batch.append(prompt: Vocabulary.arithmetic.encode(prompt: Self.prompt), response: tokens[...])
    }
    run.probe.forward(run.policy, batch, keepsActivations: false)
    let expected = run.probe.tokenStatistics(temperature: sample.temperature)
    let found = sample.answers.flatMap(\.tokens)
    for (index, token) in found.enumerated() {
      #expect(abs(token.logProbability - expected.logProbabilities[index]) < 1e-5)
      #expect(abs(token.entropy - expected.entropies[index]) < 1e-5)
    }
  }

  @Test func trialsDifferAndRepeat() throws {
    let run = try run()
    func texts(_ number: Int) -> [String] {
      run.sample(Self.prompt, count: 16, addsGreedy: false, for: .trial(number)).answers.map(\.text)
    }
    #expect(texts(1) == texts(1))
    #expect(texts(1) != texts(2))
  }

  @Test func promptsOutsideTheTaskAreRefusedWithTheReason() throws {
    let run = try run()
    #expect(run.refusal(of: Self.prompt) == nil)
    #expect(run.refusal(of: "3+4=")?.contains("expected 10 characters") == true)
    #expect(run.refusal(of: "3+4*2-5+x=")?.contains("character 9 is not a digit") == true)
  }

  @Test func samplingBesideTheRunChangesNothingOfIt() throws {
    let plain = try run(updates: 11)
    let watched = try TrainingRun(TestPolicies.configuration(), base: TestPolicies.base)
    var beside = PromptSampling()
    let refusal = beside.pin(Self.prompt, watched)
    #expect(refusal == nil)
    for number in 0..<11 {
      if watched.isIterationFinished {
        _ = try watched.beginIteration()
        beside.samplePinned(watched)
      }
      let before = watched.weightsDigest
      beside.tryPrompt(Self.prompt, watched)
      #expect(watched.weightsDigest == before)
      _ = try watched.makeUpdate(number % 3 == 0 ? .detailed(group: 1) : .scalars)
    }
    #expect(watched.weightsDigest == plain.weightsDigest)
    #expect(watched.position == plain.position && watched.promptsDrawn == plain.promptsDrawn)
    // The dice of later rollouts are the same too.
    while !plain.isIterationFinished { _ = try plain.makeUpdate(.scalars) }
    while !watched.isIterationFinished { _ = try watched.makeUpdate(.scalars) }
    _ = try plain.beginIteration()
    _ = try watched.beginIteration()
    #expect(plain.experience?.tokens.tokens == watched.experience?.tokens.tokens)
    #expect(plain.experience?.minibatches == watched.experience?.minibatches)
    #expect(beside.trial?.number == 11)
    #expect(beside.pinned?.points.map(\.iteration) == [0, 1, 2])
  }

  @Test func aPinCountsWhatItsAnswersAre() throws {
    let run = try run()
    var beside = PromptSampling()
    let refusals = [beside.pin("1+1=", run), beside.pin(Self.prompt, nil)]
    #expect(refusals.allSatisfy { $0 != nil } && beside.pinned == nil)
    _ = beside.pin(Self.prompt, run)
    let pinned = try #require(beside.pinned)
    let sample = try #require(pinned.sample)
    #expect(sample.answers.count == run.configuration.schedule.samplesPerPrompt)
    let right = sample.answers.count(where: \.isRight)
    #expect(pinned.points.map(\.rightShare) == [Double(right) / Double(sample.answers.count)])
    let entropies = sample.answers.flatMap(\.tokens).map(\.entropy)
    #expect(pinned.points[0].entropy == entropies.reduce(0, +) / Double(entropies.count))
    var full = pinned
    for _ in 0..<PinnedPrompt.capacity { full.append(sample) }
    #expect(full.points.count == PinnedPrompt.capacity)
    beside.restart(run)
    #expect(beside.pinned?.points.count == 1)
    _ = beside.pin(nil, run)
    #expect(beside.pinned == nil)
    beside.samplePinned(run)
    #expect(beside.pinned == nil)
  }

  // MARK: In the trainer

  private func start(pace: Double?, paused: Bool, iterations: Int?) throws -> WaitingTrainer {
    var configuration = TestPolicies.configuration()
    configuration.iterationLimit = iterations
    return try WaitingTrainer(configuration) { options in
      options.setPace(pace)
      options.startsPaused = paused
      options.staysOpen = true
    }
  }

  @Test func trialsWorkPausedRunningSlowlyAndAtTheEnd() throws {
    let paused = try start(pace: nil, paused: true, iterations: 1)
    guard case .sampled(let base) = try paused.trial(Self.prompt, number: 1)?.outcome else {
      Issue.record("no sample")
      return
    }
    #expect(base.position.total == 0 && base.answers.count == PromptSampling.trialAnswers + 1)
    #expect(
      try paused.trial("nonsense", number: 2)?.outcome
        == .refused(
          "expected 10 characters for 4 operations, as in 3+4*2-5+6=, found 8"))
    paused.trainer.commands.post(.run)
    let end = try paused.next { $0.status.phase == .finished }
    #expect(end.trial?.number == 2)
    guard case .sampled(let last) = try paused.trial(Self.prompt, number: 3)?.outcome else {
      Issue.record("no sample at the end")
      return
    }
    #expect(last.position == end.status.position)
    // Ten minutes to the next update: the answer comes at once all the same.
    let slow = try start(pace: 1.0 / 600, paused: false, iterations: nil)
    #expect(try slow.trial(Self.prompt, number: 1) != nil)
  }

  @Test func aPinnedPromptIsSampledAfterEveryRolloutAndTheRunStaysTheSame() throws {
    let plain = try start(pace: nil, paused: true, iterations: 3)
    plain.trainer.commands.post(.run)
    _ = try plain.next { $0.status.phase == .finished }
    let pinned = try start(pace: nil, paused: true, iterations: 3)
    pinned.trainer.commands.post(.pinPrompt(Self.prompt))
    pinned.trainer.commands.post(.run)
    let end = try pinned.next { $0.status.phase == .finished }
    #expect(end.pinned?.prompt == Self.prompt)
    #expect(end.pinned?.points.map(\.iteration) == [0, 1, 2, 3])
    pinned.trainer.commands.post(.pinPrompt(nil))
    #expect(try pinned.next { $0.pinned == nil }.trial == nil)
    pinned.trainer.commands.post(.pinPrompt("1+1="))
    let refused = try pinned.next { !$0.events.isEmpty }
    #expect(refused.pinned == nil)
    guard case .notice(let notice) = refused.events.last else {
      Issue.record("no notice")
      return
    }
    #expect(notice.level == .warning && notice.text.hasPrefix("cannot pin 1+1=: expected 10"))
    let summaries = [plain.leave(), pinned.leave()]
    #expect(summaries[0] != nil && summaries[0] == summaries[1])
  }
}

extension WaitingTrainer {
  fileprivate func trial(_ prompt: String, number: Int) throws -> PromptTrial? {
    trainer.commands.post(.tryPrompt(prompt))
    return try next { $0.trial?.number == number }.trial
  }
}

/// What the gate takes from the groups of a rollout.
@Suite struct RemovedByGroupTests {
  @Test func theGroupsShareWhatTheMinibatchLost() throws {
    let run = try TrainingRun(TestPolicies.configuration(), base: TestPolicies.base)
    _ = try run.beginIteration()
    _ = try run.makeUpdate(.scalars)
    let outcome = try run.makeUpdate(.detailed(group: 0))
    let removed = try #require(outcome.removedByGroup)
    #expect(removed.count == run.rollout?.groups.count)
    let total =
      (outcome.metrics.positive.weightedRemoved ?? 0)
      + (outcome.metrics.negative.weightedRemoved ?? 0)
    #expect(total > 0 && abs(removed.reduce(0, +) - total) < 1e-9 * total)
    #expect(try run.makeUpdate(.scalars).removedByGroup == nil)
  }
}
