import Foundation
import RepeatableRandom
import Testing

@testable import TinyTransformer

/// The fixture's numbers come from an implementation that shares no code with ours.
struct SmallDecoder: Decodable {
  let vocabularySize: Int
  let width: Int
  let layerCount: Int
  let headCount: Int
  let hiddenWidth: Int
  let temperature: Double
  let prompts: [[Int32]]
  let responses: [[Int32]]
  let coefficients: [Double]
  let loss: Double
  let logProbabilities: [Double]
  let logits: [[Double]]
  let gradient: [Double]

  static func load() throws -> SmallDecoder {
    let url = try #require(
      Bundle.module.url(
        forResource: "small-decoder", withExtension: "json", subdirectory: "Fixtures"))
    return try JSONDecoder().decode(SmallDecoder.self, from: Data(contentsOf: url))
  }

  var configuration: TransformerConfiguration {
    TransformerConfiguration(
      vocabularySize: vocabularySize, width: width, layerCount: layerCount, headCount: headCount,
      hiddenWidth: hiddenWidth, contextLength: 10)
  }

  func policy<Scalar>(_: Scalar.Type, level: KernelLevel) -> TransformerPolicy<Scalar> {
    let policy = TransformerPolicy<Scalar>(
      configuration: configuration, seed: SeedPath(0), level: level)
    for entry in policy.table.entries {
      policy.withParameters { parameters in
        for i in entry.offset..<entry.offset + entry.count {
          let wave = 0.5 * sin(1.7 * Double(i) + 0.3 * Double(i).squareRoot())
          parameters[i] = Scalar(wave + (entry.shape.count == 1 ? 1 : 0))
        }
      }
    }
    return policy
  }

  var batch: SequenceBatch {
    var batch = SequenceBatch()
    for (index, (prompt, response)) in zip(prompts, responses).enumerated() {
      batch.append(prompt: prompt, response: response, sign: index % 2 == 0 ? 1 : -1)
    }
    return batch
  }
}

@Suite struct IndependentComputationTests {
  private func largestError<Scalar: TransformerScalar>(
    _ computed: [Scalar], _ expected: [Double]
  ) -> Double {
    zip(computed, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
  }

  private func check<Scalar: TransformerScalar>(
    _: Scalar.Type, _ level: KernelLevel, tolerance: Double
  ) throws {
    let fixture = try SmallDecoder.load()
    let policy = fixture.policy(Scalar.self, level: level)
    let pass = ForwardBackward<Scalar>(configuration: fixture.configuration, threads: 2)
    pass.forward(policy, fixture.batch)
    let logits = pass.copyLogits()
    #expect(logits.count == fixture.logits.count * fixture.vocabularySize)
    #expect(largestError(logits, fixture.logits.flatMap(\.self)) < tolerance)
    let statistics = pass.tokenStatistics(temperature: fixture.temperature)
    #expect(largestError(statistics.logProbabilities, fixture.logProbabilities) < tolerance)
    let gradients = GradientSet<Scalar>(configuration: fixture.configuration)
    pass.backward(
      policy, coefficients: fixture.coefficients, temperature: fixture.temperature,
      into: gradients)
    #expect(gradients.count == fixture.gradient.count)
    #expect(largestError(gradients.total, fixture.gradient) < tolerance)
  }

  @Test(arguments: KernelLevel.available)
  func agreesInDoublePrecision(level: KernelLevel) throws {
    try check(Double.self, level, tolerance: 1e-12)
  }

  @Test(arguments: KernelLevel.available)
  func agreesInSinglePrecision(level: KernelLevel) throws {
    try check(Float.self, level, tolerance: 2e-5)
  }
}
