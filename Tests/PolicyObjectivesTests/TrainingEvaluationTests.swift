import PolicyObjectives
import RepeatableRandom
import Testing

/// What the trainer calls agrees with the definition, for every objective.
@Suite struct TrainingEvaluationTests {
  private static let names = ObjectiveCatalog.names

  @Test(arguments: names)
  func agreesWithTheDefinition(name: String) throws {
    let objective = try ObjectiveCatalog.objective(named: name)
    for seed in 0..<6 {
      let batch = ObjectiveSamples.batch(
        seed: seed, sequences: 9, width: 37, isOnPolicy: seed == 5
      ).fillingMasked(with: .nan)
      let trained = objective.evaluateForTraining(batch)
      let defined = objective.evaluate(batch)
      let sizes = zip(defined.weights ?? [], defined.tokenLosses ?? []).map { abs($0 * $1) }
      let size = max(sizes.reduce(0, +), abs(defined.loss))
      #expect(abs(trained.loss - defined.loss) <= 4e-6 * size)
      func agree(_ trained: [Double]?, _ defined: [Double]?, scale: Double = 1) {
        #expect((trained == nil) == (defined == nil))
        for (value, exact) in zip(trained ?? [], defined ?? []) {
          #expect(abs(value - exact) <= 4e-6 * max(scale, abs(exact)))
        }
      }
      let largest = defined.gradient.map(abs).max() ?? 0
      agree(trained.gradient, defined.gradient, scale: largest)
      agree(trained.ratios, defined.ratios)
      agree(trained.gates, defined.gates)
      agree(trained.weights, defined.weights, scale: 1e-3)
      #expect(trained.diagnostics.keys == defined.diagnostics.keys)
      for (name, value) in defined.diagnostics {
        #expect(abs((trained.diagnostics[name] ?? .nan) - value) <= 1e-9, "\(name)")
      }
      #expect(trained.context == defined.context)
    }
  }

  /// The settings of every parameter reach the kernel: each step of each parameter is compared.
  @Test func everyParameterCounts() throws {
    let batch = ObjectiveSamples.batch(seed: 3, sequences: 6, width: 20)
    for parameter in MASPOObjective.parameters {
      let specification = parameter.specification
      for step in specification.steps.map(Optional.some) + (specification.allowsNone ? [nil] : []) {
        var objective = MASPOObjective()
        try objective.set(specification.name, to: step)
        let trained = objective.evaluateForTraining(batch)
        let defined = objective.evaluate(batch)
        for (value, exact) in zip(trained.gates ?? [], defined.gates ?? []) {
          #expect(abs(value - exact) <= 4e-6, "\(specification.name) \(String(describing: step))")
        }
      }
    }
  }

  @Test func equalPoliciesHaveRatiosOfOne() {
    let batch = ObjectiveSamples.batch(seed: 4, sequences: 5, width: 21, isOnPolicy: true)
    let ratios = MASPOObjective().evaluateForTraining(batch).ratios
    #expect(zip(ratios, batch.mask).allSatisfy { $0 == ($1 ? 1 : 0) })
  }

  /// Tokens cut at a block's end give the same results and the same partial sums.
  @Test func blocksAddUp() {
    let length = MASPOKernel<Float>.blockLength
    let count = 2 * length + 5
    var generator = SeedPath(3).appending("blocks").generator
    func column(_ scale: Double, _ offset: Double) -> [Float] {
      (0..<count).map { _ in Float(scale * generator.normal() + offset) }
    }
    let old = column(1, -3)
    let new = column(1, -3)
    let advantage = column(1, 0)
    let weight = [Float](repeating: 0.25, count: count)
    let kernel = MASPOKernel<Float>(MASPOObjective())
    func evaluate(_ range: Range<Int>) -> (loss: Double, gradient: [Float]) {
      var gradient = [Float](repeating: 0, count: range.count)
      let loss = gradient.withUnsafeMutableBufferPointer {
        kernel.evaluate(
          behavior: old[range], current: new[range], advantage: advantage[range],
          weight: weight[range], gradient: $0)
      }
      return (loss, gradient)
    }
    let whole = evaluate(0..<count)
    let parts = [0..<length, length..<2 * length, 2 * length..<count].map(evaluate)
    #expect(parts.flatMap(\.gradient) == whole.gradient)
    #expect(parts.map(\.loss).reduce(0, +) == whole.loss)
  }
}
