import RepeatableRandom
import TestSupport
import Testing

@testable import TinyTransformer

/// Directional gradient checks in double precision, on the kernels that train.
@Suite struct GradientTests {
  static let cases: [(TransformerConfiguration, KernelLevel)] =
    [.odd, .single].flatMap { configuration in
      KernelLevel.available.map { (configuration, $0) }
    }

  /// Checks one step of a pass with respect to the rows it reads and all parameters.
  ///
  /// - Parameters:
  ///   - rows: how many of the chunk's rows are its input.
  ///   - forward: computes the loss from the input rows.
  ///   - backward: leaves the input's gradient in `scratch.residualGradient`, from row
  ///     `firstRow` on, and adds the parameters' to the pointer.
  private func check(
    _ configuration: TransformerConfiguration, _ level: KernelLevel, seed: Int,
    _ step: (LayerBench) -> LayerBench.Step
  ) {
    let bench = LayerBench(configuration, level, seed: seed)
    let step = step(bench)
    let gradient = bench.gradient(step)
    for direction in 0..<3 {
      let check = GradientCheck(
        at: bench.point(step), gradient: gradient, seed: SeedPath(9).appending(direction)
      ) { bench.loss(step, at: $0) }
      #expect(check.relativeError < 1e-7, "\(check)")
      #expect(abs(check.measured) > 1e-6, "\(check)")
    }
  }

  @Test(arguments: cases)
  func embedding(configuration: TransformerConfiguration, level: KernelLevel) {
    check(configuration, level, seed: 1) { $0.embedding }
  }

  @Test(arguments: cases)
  func attention(configuration: TransformerConfiguration, level: KernelLevel) {
    // The first layer has all rows, the last one computes only keys and values of a prefix.
    for layer in 0..<configuration.layerCount {
      check(configuration, level, seed: 2) { $0.attention(layer) }
    }
  }

  @Test(arguments: cases)
  func feedForward(configuration: TransformerConfiguration, level: KernelLevel) {
    for layer in 0..<configuration.layerCount {
      check(configuration, level, seed: 3) { $0.feedForward(layer) }
    }
  }

  @Test(arguments: cases)
  func output(configuration: TransformerConfiguration, level: KernelLevel) {
    check(configuration, level, seed: 4) { $0.output }
  }

  @Test(arguments: cases)
  func wholeModel(configuration: TransformerConfiguration, level: KernelLevel) {
    let batch = SequenceBatch.random(17, configuration, seed: 5)
    let policy = randomPolicy(Double.self, configuration, seed: 5, level: level)
    let coefficients = randomCoefficients(batch.responseTokenCount, seed: 5)
    let pass = ForwardBackward<Double>(configuration: configuration, threads: 1)
    let gradients = GradientSet<Double>(configuration: configuration)
    pass.forward(policy, batch)
    pass.backward(policy, coefficients: coefficients, temperature: 0.8, into: gradients)
    let start = policy.parameters
    for direction in 0..<4 {
      let check = GradientCheck(
        at: start, gradient: gradients.total, seed: SeedPath(11).appending(direction)
      ) { point in
        policy.parameters = point
        pass.forward(policy, batch, keepsActivations: false)
        let statistics = pass.tokenStatistics(temperature: 0.8)
        return zip(statistics.logProbabilities, coefficients).reduce(0) { $0 + $1.0 * $1.1 }
      }
      #expect(check.relativeError < 1e-7, "\(check)")
    }
  }
}
