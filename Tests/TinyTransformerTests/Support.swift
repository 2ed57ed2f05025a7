import RepeatableRandom

@testable import TinyTransformer

extension TransformerConfiguration {
  /// Widths that fill no vector, heads that fill no register.
  static let odd = TransformerConfiguration(
    vocabularySize: 19, width: 12, layerCount: 2, headCount: 3, hiddenWidth: 20,
    contextLength: 40)

  static let single = TransformerConfiguration(
    vocabularySize: 5, width: 6, layerCount: 1, headCount: 1, hiddenWidth: 7, contextLength: 12)
}

extension SequenceBatch {
  /// Sequences of random lengths over few prompts, so that some share one; half of them begin as
  /// the one before to the same prompt, some through to its end.
  static func random(
    _ count: Int, _ configuration: TransformerConfiguration, seed: Int, signs: [Int8] = [1, -1, 0]
  ) -> SequenceBatch {
    var generator = SeedPath(UInt64(seed)).generator
    func tokens(_ count: Int) -> [Int32] {
      (0..<count).map { _ in Int32(generator.integer(below: configuration.vocabularySize)) }
    }
    let half = configuration.contextLength / 2
    let prompts = (0..<max(1, count / 3)).map { _ in tokens(1 + generator.integer(below: half)) }
    var batch = SequenceBatch()
    var latest: [[Int32]: [Int32]] = [:]
    for _ in 0..<count {
      let prompt = generator.element(of: prompts)
      var response = tokens(1 + generator.integer(below: half))
      if let other = latest[prompt], generator.chance(0.5) {
        let common = 1 + generator.integer(below: other.count)
        response = Array((other.prefix(common) + response).prefix(max(half, 1)))
        if generator.chance(0.3) { response = other }
      }
      latest[prompt] = response
      batch.append(prompt: prompt, response: response, sign: generator.element(of: signs))
    }
    return batch
  }
}

func randomCoefficients(_ count: Int, seed: Int) -> [Double] {
  var generator = SeedPath(UInt64(seed)).appending("coefficients").generator
  return (0..<count).map { _ in generator.normal() }
}

/// A policy whose parameters, normalization weights included, are all away from their initial
/// values.
func randomPolicy<Scalar: TransformerScalar>(
  _: Scalar.Type, _ configuration: TransformerConfiguration, seed: Int,
  level: KernelLevel = .best
) -> TransformerPolicy<Scalar> {
  let policy = TransformerPolicy<Scalar>(
    configuration: configuration, seed: SeedPath(UInt64(seed)), level: level)
  var generator = SeedPath(UInt64(seed)).appending("noise").generator
  policy.withParameters { parameters in
    for index in parameters.indices { parameters[index] += Scalar(0.3 * generator.normal()) }
  }
  return policy
}
