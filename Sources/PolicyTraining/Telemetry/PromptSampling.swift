internal import ReasoningTasks
internal import RepeatableRandom
internal import TinyTransformer
internal import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

extension TrainingRun {
  /// What answers beside the run are for; each purpose draws from streams of its own.
  enum SamplingPurpose {
    /// A prompt that a person tries, with the number of the try.
    case trial(Int)
    case pinned

    fileprivate func stream(_ seed: SeedPath, at position: UpdatePosition) -> SeedPath {
      switch self {
      case .trial(let number):
        seed.appending("trial").appending(position.total).appending(number)
      case .pinned:
        seed.appending("pinned").appending(position.iteration).appending(position.update)
      }
    }
  }

  /// Why the task takes no such prompt; `nil` where it does.
  func refusal(of prompt: String) -> String? {
    do {
      try task.validatePrompt(prompt)
      return nil
    } catch .invalidPrompt(_, _, let reason) {
      return reason
    } catch {
      return "\(error)"
    }
  }

  /// Samples answers to a prompt from the present weights, at the temperature of the rollouts.
  /// Neither weights nor any stream of random numbers that training draws from is touched.
  ///
  /// - Parameters:
  ///   - count: answers to draw.
  ///   - addsGreedy: whether an answer of the most probable tokens comes first.
  /// - Precondition: `refusal(of: prompt)` is `nil`.
  func sample(
    _ prompt: String, count: Int, addsGreedy: Bool, for purpose: SamplingPurpose
  ) -> PromptSample {
    let temperature = configuration.schedule.temperature
    let streams = purpose.stream(seed, at: position)
    func answers(_ count: Int, isGreedy: Bool) -> [SampledAnswer] {
      let tokens = sampler.sample(
        policy, prompts: [task.vocabulary.encode(prompt: prompt)],
        Sampler<Float>.Request(
          samplesPerPrompt: count, maximumResponse: task.maximumResponseLength,
          temperature: temperature, endToken: Vocabulary.end, isGreedy: isGreedy),
        stream: { streams.appending($0).generator })
      return (0..<count).map { answer(tokens, $0, to: prompt, temperature, isGreedy: isGreedy) }
    }
    return PromptSample(
      prompt: prompt, position: position, temperature: temperature,
      solution: task.solution(of: prompt), isHeldOut: task.split(of: prompt) == .heldOut,
      answers: (addsGreedy ? answers(1, isGreedy: true) : []) + answers(count, isGreedy: false))
  }

  private func answer(
    _ tokens: RolloutTokens<Float>, _ sequence: Int, to prompt: String, _ temperature: Double,
    isGreedy: Bool
  ) -> SampledAnswer {
    let response = Array(tokens.response(sequence))
    let first = tokens.range(of: sequence).lowerBound
    let size = tokens.vocabularySize
    let records = response.indices.map { index in
      let row = (tokens.firstLogitsRow(of: sequence) + index) * size
      return SampledToken(
        symbol: task.vocabulary.symbol(of: response[index]),
        logProbability: tokens.logProbabilities[first + index],
        entropy: tokens.entropies[first + index],
        alternatives: Self.mostProbable(
          tokens.logits[row..<row + size], temperature, task.vocabulary))
    }
    return SampledAnswer(
      isRight: task.reward(responseTokens: response, to: prompt) > 0,
      isTruncated: tokens.isTruncated[sequence], isGreedy: isGreedy, tokens: records)
  }

  /// The three most probable tokens of a distribution, falling; of equals the first.
  static func mostProbable(
    _ logits: ArraySlice<Float>, _ temperature: Double, _ vocabulary: Vocabulary
  ) -> [TokenAlternative] {
    let scores = logits.map { Double($0) / temperature }
    let largest = scores.max() ?? 0
    let total = scores.reduce(0) { $0 + exp($1 - largest) }
    let best = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }.prefix(3)
    return best.map {
      TokenAlternative(
        symbol: vocabulary.symbol(of: Int32($0)), probability: exp(scores[$0] - largest) / total)
    }
  }
}

/// The answers that are sampled beside the run: to a prompt that a person tries, and to the pinned
/// prompt after every rollout. With neither it costs nothing.
struct PromptSampling {
  /// Answers drawn to a tried prompt, the greedy one apart.
  static let trialAnswers = 4

  private(set) var trial: PromptTrial?
  private(set) var pinned: PinnedPrompt?
  private static let notYet =
    "the base policy is still in its warm start; there is nothing to sample from yet"

  /// - Parameter run: `nil` before the base policy is ready.
  mutating func tryPrompt(_ prompt: String, _ run: TrainingRun?) {
    let number = (trial?.number ?? 0) + 1
    let outcome: PromptTrial.Outcome
    if let reason = run.map({ $0.refusal(of: prompt) }) ?? Self.notYet {
      outcome = .refused(reason)
    } else if let run {
      outcome = .sampled(
        run.sample(prompt, count: Self.trialAnswers, addsGreedy: true, for: .trial(number)))
    } else {
      return
    }
    trial = PromptTrial(number: number, prompt: prompt, outcome: outcome)
  }

  /// Pins a prompt in place of any other and samples it at once, or lets go of the one there is.
  ///
  /// - Returns: why the prompt cannot be pinned.
  mutating func pin(_ prompt: String?, _ run: TrainingRun?) -> String? {
    guard let prompt else {
      pinned = nil
      return nil
    }
    guard let run else { return Self.notYet }
    if let reason = run.refusal(of: prompt) { return reason }
    pinned = PinnedPrompt(prompt: prompt)
    samplePinned(run)
    return nil
  }

  /// Another run begins: the pin stays, its history does not.
  mutating func restart(_ run: TrainingRun) {
    guard let prompt = pinned?.prompt else { return }
    _ = pin(prompt, run)
  }

  /// Samples the pinned prompt, if there is one, from the weights in force: after each rollout, as
  /// many answers as a group of it has.
  mutating func samplePinned(_ run: TrainingRun) {
    guard let prompt = pinned?.prompt else { return }
    pinned?.append(
      run.sample(
        prompt, count: run.configuration.schedule.samplesPerPrompt, addsGreedy: false,
        for: .pinned))
  }
}
