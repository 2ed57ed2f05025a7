import RepeatableRandom
import Testing

@testable import TinyTransformer

@Suite struct SamplerTests {
  private func prompts(
    _ count: Int, _ configuration: TransformerConfiguration, seed: Int
  ) -> [[Int32]] {
    var generator = SeedPath(UInt64(seed)).appending("prompts").generator
    return (0..<count).map { _ in
      (0..<1 + generator.integer(below: configuration.contextLength / 2)).map { _ in
        Int32(generator.integer(below: configuration.vocabularySize))
      }
    }
  }

  private func sample(
    _ policy: TransformerPolicy<Float>, _ prompts: [[Int32]], perPrompt: Int,
    temperature: Double = 1, threads: Int = 1, slots: Int = 64
  ) -> RolloutTokens<Float> {
    let configuration = policy.configuration
    return Sampler<Float>(configuration: configuration, threads: threads, slots: slots).sample(
      policy, prompts: prompts,
      .init(
        samplesPerPrompt: perPrompt, maximumResponse: configuration.contextLength / 2,
        temperature: temperature, endToken: 2)
    ) { SeedPath(5).appending($0).generator }
  }

  /// What the update says of the sampled tokens is what the sampler said, bit for bit: logits,
  /// log-probabilities, entropies; and the divergence between the two is exactly zero.
  @Test(
    arguments: InvarianceTests.configurations,
    [(1, 1, 1.0), (3, 5, 0.7), (10, 1, 1.5), (7, 43, 1)])
  func updateAgreesBitForBit(
    configuration: TransformerConfiguration,
    _ size: (prompts: Int, perPrompt: Int, temperature: Double)
  ) {
    let policy = randomPolicy(Float.self, configuration, seed: 8)
    let prompts = prompts(size.prompts, configuration, seed: size.prompts)
    let rollout = sample(
      policy, prompts, perPrompt: size.perPrompt, temperature: size.temperature, threads: 2)
    let pass = ForwardBackward<Float>(configuration: configuration, threads: 2)
    var batch = SequenceBatch()
    for index in 0..<rollout.sequenceCount {
      batch.append(
        prompt: prompts[index / size.perPrompt], response: rollout.response(index),
        sign: Int8(index % 3 - 1))
    }
    pass.forward(policy, batch)
    let statistics = rollout.logits.withUnsafeBufferPointer { logits in
      logits.baseAddress.map {
        pass.tokenStatistics(
          temperature: size.temperature,
          behavior: BehaviorLogits(
            base: $0, firstRows: (0..<rollout.sequenceCount).map(rollout.firstLogitsRow)))
      }
    }
    let logits = pass.copyLogits()
    let vocabulary = configuration.vocabularySize
    for index in 0..<rollout.sequenceCount {
      let own = batch.tokenRange(of: index)
      let sampled = rollout.range(of: index)
      #expect(statistics?.logProbabilities[own] == rollout.logProbabilities[sampled])
      #expect(statistics?.entropies[own] == rollout.entropies[sampled])
      #expect(statistics?.squaredSums[own] == rollout.squaredSums[sampled])
      #expect(
        logits[own.lowerBound * vocabulary..<own.upperBound * vocabulary]
          == rollout.logits[sampled.lowerBound * vocabulary..<sampled.upperBound * vocabulary])
    }
    #expect(statistics?.divergences?.allSatisfy { $0 == 0 } == true)
  }

  /// A worker with one slot computes every response by itself; with more, responses share what
  /// they have in common: at a low temperature nearly everything.
  @Test(arguments: InvarianceTests.configurations, [1, 0.1])
  func threadsAndSlotsChangeNothing(
    configuration: TransformerConfiguration, temperature: Double
  ) {
    let policy = randomPolicy(Float.self, configuration, seed: 9)
    let prompts = prompts(6, configuration, seed: 9)
    let alone = sample(policy, prompts, perPrompt: 7, temperature: temperature, slots: 1)
    for (threads, slots) in [(1, 64), (2, 32), (3, 1), (2, 5), (8, 64)] {
      let other = sample(
        policy, prompts, perPrompt: 7, temperature: temperature, threads: threads, slots: slots)
      #expect(other.tokens == alone.tokens && other.lengths == alone.lengths)
      #expect(other.logits == alone.logits && other.isTruncated == alone.isTruncated)
      #expect(other.logProbabilities == alone.logProbabilities)
      #expect(other.entropies == alone.entropies && other.squaredSums == alone.squaredSums)
    }
  }

  @Test func endsAndTruncates() {
    let configuration = TransformerConfiguration.odd
    let policy = randomPolicy(Float.self, configuration, seed: 10)
    let rollout = sample(policy, prompts(8, configuration, seed: 10), perPrompt: 8)
    #expect(Set(rollout.isTruncated).count == 2, "the sample should have both kinds")
    for index in 0..<rollout.sequenceCount {
      let response = Array(rollout.response(index))
      #expect(!response.dropLast().contains(2))
      #expect((response.last == 2) != rollout.isTruncated[index])
      if rollout.isTruncated[index] { #expect(response.count == rollout.maximumResponse) }
    }
    #expect(rollout.tokenCount == rollout.lengths.reduce(0, +))
  }

  /// Frequencies of the first token against its distribution: within five standard deviations.
  @Test(arguments: [0.5, 1, 2])
  func drawsFromTheDistribution(temperature: Double) {
    let configuration = TransformerConfiguration.odd
    let policy = randomPolicy(Float.self, configuration, seed: 11)
    let count = 20_000
    let rollout = Sampler<Float>(configuration: configuration, threads: 2).sample(
      policy, prompts: [[1, 2, 3]],
      .init(
        samplesPerPrompt: count, maximumResponse: 1, temperature: temperature, endToken: 2)
    ) { SeedPath(6).appending($0).generator }
    let weights = rollout.logits.prefix(configuration.vocabularySize).map {
      exponential(Double($0) / temperature)
    }
    let total = weights.reduce(0, +)
    for token in 0..<configuration.vocabularySize {
      let expected = weights[token] / total
      let seen = Double(rollout.tokens.count { $0 == Int32(token) }) / Double(count)
      #expect(abs(seen - expected) < 5 * (expected / Double(count)).squareRoot() + 1e-4)
    }
  }

  @Test func keepsNoLogitsUnasked() {
    let configuration = TransformerConfiguration.single
    let policy = randomPolicy(Float.self, configuration, seed: 12)
    let sampler = Sampler<Float>(configuration: configuration, threads: 1)
    let request = Sampler<Float>.Request(
      samplesPerPrompt: 3, maximumResponse: 4, temperature: 1, endToken: 2, keepsLogits: false)
    let rollout = sampler.sample(policy, prompts: [[1], [3, 4]], request) {
      SeedPath(7).appending($0).generator
    }
    #expect(rollout.logits.isEmpty && rollout.tokenCount > 0)
    let none = sampler.sample(policy, prompts: [], request) { _ in SeedPath(0).generator }
    #expect(none.sequenceCount == 0)
  }

  /// A greedy response has the largest logit everywhere, with the figures of the update's pass.
  @Test(arguments: InvarianceTests.configurations)
  func greedyTakesTheMostProbableToken(configuration: TransformerConfiguration) {
    let policy = randomPolicy(Float.self, configuration, seed: 8)
    let prompts = prompts(3, configuration, seed: 4)
    let greedy = Sampler<Float>(configuration: configuration, threads: 2).sample(
      policy, prompts: prompts,
      .init(
        samplesPerPrompt: 2, maximumResponse: configuration.contextLength / 2, temperature: 0.8,
        endToken: 2, isGreedy: true)
    ) { SeedPath(5).appending($0).generator }
    let vocabulary = configuration.vocabularySize
    for index in 0..<greedy.sequenceCount {
      for (step, token) in greedy.response(index).enumerated() {
        let row = greedy.firstLogitsRow(of: index) + step
        let logits = Array(greedy.logits[row * vocabulary..<(row + 1) * vocabulary])
        #expect(logits[Int(token)] == logits.max())
      }
    }
    let pass = ForwardBackward<Float>(configuration: configuration, threads: 1)
    var batch = SequenceBatch()
    for index in 0..<greedy.sequenceCount {
      batch.append(prompt: prompts[index / 2], response: greedy.response(index), sign: 1)
    }
    pass.forward(policy, batch)
    let statistics = pass.tokenStatistics(temperature: 0.8)
    for index in 0..<greedy.sequenceCount {
      let own = batch.tokenRange(of: index)
      let found = greedy.logProbabilities[greedy.range(of: index)]
      for (one, other) in zip(statistics.logProbabilities[own], found) {
        #expect(abs(one - other) < 1e-5)
      }
    }
  }
}
