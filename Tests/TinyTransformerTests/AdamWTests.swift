import RepeatableRandom
import Testing

@testable import TinyTransformer

@Suite struct AdamWTests {
  /// Two steps worked by hand for a gradient of 1, then 0.5, from parameter p:
  /// m₁ = 0.1, v₁ = 0.01: step 1 moves by lr · 1 / (1 + ε);
  /// m₂ = 0.14, v₂ = 0.0124, unbiased 0.14/0.19 and 0.0124/0.0199:
  /// step 2 moves by lr · 0.7368421 / (0.7893767 + ε). Decay adds lr · wd · p each time.
  @Test func followsHandWorkedSteps() throws {
    let configuration = TransformerConfiguration.single
    let policy = randomPolicy(Double.self, configuration, seed: 1)
    let optimizer = AdamW<Double>(
      configuration: configuration,
      settings: .init(firstDecay: 0.9, secondDecay: 0.99, epsilon: 1e-8, weightDecay: 0.5))
    let gradients = GradientSet<Double>(configuration: configuration)
    let start = policy.parameters
    for gradient in [2.0, 1] {
      for index in 0..<gradients.count { gradients.totalBuffer.pointer[index] = gradient }
      // The clip factor halves the gradient.
      optimizer.step(policy, gradients, learningRate: 0.1, gradientScale: 0.5)
    }
    var worst = 0.0
    for (before, after) in zip(start, policy.parameters) {
      let once = before - 0.1 * (1 / (1 + 1e-8) + 0.5 * before)
      let second = 0.736_842_105_263 / (0.789_376_702_145 + 1e-8)
      let twice = once - 0.1 * (second + 0.5 * once)
      worst = max(worst, abs(after - twice))
    }
    #expect(worst < 1e-11)
    #expect(optimizer.stepCount == 2)
    let state = optimizer.state
    #expect(state.firstMoments.allSatisfy { abs($0 - 0.14) < 1e-15 })
    #expect(state.secondMoments.allSatisfy { abs($0 - 0.0124) < 1e-15 })
  }

  /// A restored state continues as if nothing had happened.
  @Test func stateContinues() {
    let configuration = TransformerConfiguration.odd
    func run(interrupted: Bool) -> UInt64 {
      let policy = randomPolicy(Float.self, configuration, seed: 2)
      var optimizer = AdamW<Float>(configuration: configuration)
      let gradients = GradientSet<Float>(configuration: configuration)
      for step in 0..<4 {
        var generator = SeedPath(3).appending(step).generator
        for index in 0..<gradients.count {
          gradients.totalBuffer.pointer[index] = Float(generator.normal())
        }
        if interrupted, step == 2 {
          let state = optimizer.state
          optimizer = AdamW(configuration: configuration)
          optimizer.state = state
        }
        optimizer.step(policy, gradients, learningRate: 1e-3, threads: step % 2 + 1)
      }
      return policy.weightsDigest()
    }
    #expect(run(interrupted: true) == run(interrupted: false))
  }
}
