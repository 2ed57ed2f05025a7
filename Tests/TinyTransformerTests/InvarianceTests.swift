import RepeatableRandom
import Testing

@testable import TinyTransformer

/// What must not change a single bit.
@Suite struct InvarianceTests {
  static let configurations: [TransformerConfiguration] = [.odd, .single, .reference]

  private struct Outcome: Equatable {
    var logits: [Float]
    var logProbabilities: [Double]
    var divergences: [Double]?
    var total: [Float]
    var positive: [Float]?
    var negative: [Float]?
    var unsigned: [Float]?
    var norms: [Double?]
    var weights: UInt64
  }

  private func train(
    _ configuration: TransformerConfiguration, threads: Int, budget: Int = 1 << 30
  ) -> Outcome {
    let policy = randomPolicy(Float.self, configuration, seed: 3)
    let pass = ForwardBackward<Float>(
      configuration: configuration, threads: threads, activationBudget: budget)
    let gradients = GradientSet<Float>(configuration: configuration)
    let optimizer = AdamW<Float>(configuration: configuration)
    var statistics = TokenStatistics(count: 0)
    for step in 0..<2 {
      let batch = SequenceBatch.random(60, configuration, seed: step)
      pass.forward(policy, batch)
      let behavior = pass.copyLogits().map { $0 + 0.25 }
      let firstRows = (0..<batch.sequenceCount).map { batch.tokenRange(of: $0).lowerBound }
      behavior.withUnsafeBufferPointer { behavior in
        guard let base = behavior.baseAddress else { return }
        statistics = pass.tokenStatistics(
          temperature: 0.9, behavior: BehaviorLogits(base: base, firstRows: firstRows))
      }
      pass.backward(
        policy, coefficients: randomCoefficients(batch.responseTokenCount, seed: step),
        temperature: 0.9, into: gradients)
      optimizer.step(
        policy, gradients, learningRate: 1e-2, gradientScale: gradients.clipFactor(limit: 1),
        threads: threads)
    }
    return Outcome(
      logits: pass.copyLogits(), logProbabilities: statistics.logProbabilities,
      divergences: statistics.divergences, total: gradients.total, positive: gradients.positive,
      negative: gradients.negative, unsigned: gradients.unsigned,
      norms: [
        gradients.totalNorm, gradients.positiveNorm, gradients.negativeNorm, gradients.cosine,
      ],
      weights: policy.weightsDigest())
  }

  @Test(arguments: configurations)
  func threadsChangeNothing(configuration: TransformerConfiguration) {
    let one = train(configuration, threads: 1)
    #expect(one.logits.allSatisfy { $0.isFinite })
    for threads in 2...5 { #expect(train(configuration, threads: threads) == one) }
  }

  /// Activations that were not kept are computed again.
  @Test(arguments: configurations)
  func memoryChangesNothing(configuration: TransformerConfiguration) {
    let all = train(configuration, threads: 2)
    for budget in [0, 20_000, 200_000] {
      #expect(train(configuration, threads: 2, budget: budget) == all)
    }
  }

  /// A batch with the sequences of other batches in it, in another order, with other prompts
  /// shared: each sequence's logits stay what they are alone.
  @Test(arguments: configurations)
  func neighborsChangeNoLogits(configuration: TransformerConfiguration) {
    let policy = randomPolicy(Float.self, configuration, seed: 4)
    let batch = SequenceBatch.random(40, configuration, seed: 4)
    let pass = ForwardBackward<Float>(configuration: configuration, threads: 2)
    pass.forward(policy, batch)
    let together = pass.copyLogits()
    let vocabulary = configuration.vocabularySize
    for (index, sequence) in batch.sequences.enumerated() {
      let range = batch.tokenRange(of: index)
      var alone = SequenceBatch()
      alone.append(
        prompt: batch.prompts[sequence.promptIndex], response: batch.responseTokens[range])
      pass.forward(policy, alone, keepsActivations: index % 2 == 0)
      #expect(
        pass.copyLogits()
          == Array(together[range.lowerBound * vocabulary..<range.upperBound * vocabulary]))
    }
  }

  /// positive + negative + unsigned = total, and each is the gradient of its sequences alone.
  @Test(arguments: configurations)
  func signsComeApartAndAddUp(configuration: TransformerConfiguration) throws {
    let policy = randomPolicy(Double.self, configuration, seed: 6)
    let batch = SequenceBatch.random(50, configuration, seed: 6)
    let coefficients = randomCoefficients(batch.responseTokenCount, seed: 6)
    let pass = ForwardBackward<Double>(configuration: configuration, threads: 2)
    let gradients = GradientSet<Double>(configuration: configuration)
    pass.forward(policy, batch)
    pass.backward(policy, coefficients: coefficients, temperature: 1, into: gradients)
    let parts = try [gradients.positive, gradients.negative, gradients.unsigned].map {
      try #require($0)
    }
    let sums = (0..<gradients.count).map { parts[0][$0] + parts[1][$0] + parts[2][$0] }
    // Compared outside the macro, which would explain a difference element by element.
    let addsUp = gradients.total == sums
    #expect(addsUp)
    let lone = GradientSet<Double>(configuration: configuration)
    for (sign, part) in zip([1, -1, 0] as [Int8], parts) {
      var chosen = coefficients
      for index in 0..<batch.sequenceCount where batch.sequences[index].sign != sign {
        for token in batch.tokenRange(of: index) { chosen[token] = 0 }
      }
      pass.backward(policy, coefficients: chosen, temperature: 1, into: lone)
      let error = zip(lone.total, part).map { abs($0 - $1) }.max() ?? .infinity
      #expect(error < 1e-11)
      #expect([lone.positive, lone.negative, lone.unsigned].compactMap(\.self).count == 1)
    }
    func product(_ x: [Double], _ y: [Double]) -> Double {
      zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let cosine =
      product(parts[0], parts[1])
      / (product(parts[0], parts[0]) * product(parts[1], parts[1])).squareRoot()
    let claimed = try #require(gradients.cosine)
    #expect(abs(claimed - cosine) < 1e-12)
    let norm = product(gradients.total, gradients.total).squareRoot()
    #expect(abs(gradients.totalNorm - norm) < 1e-11 * norm)
    #expect(abs(gradients.clipFactor(limit: norm / 4) - 0.25) < 1e-12)
    #expect(gradients.clipFactor(limit: 2 * norm) == 1)
  }

  /// Sequences that begin alike share rows: the gradient is the sum of those of each alone.
  @Test(arguments: configurations)
  func sharedRowsAddUp(configuration: TransformerConfiguration) {
    let policy = randomPolicy(Double.self, configuration, seed: 13)
    let batch = SequenceBatch.random(30, configuration, seed: 13)
    let coefficients = randomCoefficients(batch.responseTokenCount, seed: 13)
    let pass = ForwardBackward<Double>(configuration: configuration, threads: 2)
    let together = GradientSet<Double>(configuration: configuration)
    pass.forward(policy, batch)
    #expect(pass.computedRowCount < batch.rowCount * 9 / 10, "the batch should share rows")
    pass.backward(policy, coefficients: coefficients, temperature: 0.9, into: together)
    var sum = [Double](repeating: 0, count: together.count)
    let lone = GradientSet<Double>(configuration: configuration)
    for (index, sequence) in batch.sequences.enumerated() {
      let range = batch.tokenRange(of: index)
      var alone = SequenceBatch()
      alone.append(
        prompt: batch.prompts[sequence.promptIndex], response: batch.responseTokens[range])
      pass.forward(policy, alone)
      pass.backward(
        policy, coefficients: Array(coefficients[range]), temperature: 0.9, into: lone)
      for (element, value) in lone.total.enumerated() { sum[element] += value }
    }
    let error = zip(together.total, sum).map { abs($0 - $1) }.max() ?? .infinity
    #expect(error < 1e-11)
  }

  @Test func nothingToDoGivesZero() {
    let configuration = TransformerConfiguration.odd
    let policy = randomPolicy(Float.self, configuration, seed: 7)
    let batch = SequenceBatch.random(9, configuration, seed: 7)
    let pass = ForwardBackward<Float>(configuration: configuration, threads: 2)
    let gradients = GradientSet<Float>(configuration: configuration)
    pass.forward(policy, batch)
    pass.backward(
      policy, coefficients: randomCoefficients(batch.responseTokenCount, seed: 7), temperature: 1,
      into: gradients)
    #expect(gradients.totalNorm > 0)
    pass.backward(
      policy, coefficients: Array(repeating: 0, count: batch.responseTokenCount), temperature: 1,
      into: gradients)
    #expect(gradients.total.allSatisfy { $0 == 0 })
    #expect(gradients.positive == nil && gradients.cosine == nil && gradients.totalNorm == 0)
  }
}
