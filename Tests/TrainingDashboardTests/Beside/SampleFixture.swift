import RepeatableRandom
import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// Answers beside the run, made up: probabilities obey the formulas, texts are those of `chain`.
enum SampleFixture {
  static let prompt = "3+4*2-5+6="
  private static let solution = "3+4=7;7*2=4;4-5=9;9+6=5"
  private static let texts = [
    solution, solution, "3+4=7;7*2=6;6-5=1;1+6=7", solution, "3+4=7;7*2=4;4-5=9;9+6=",
  ]

  static func position(total: Int) -> UpdatePosition {
    UpdatePosition(
      iteration: 1 + total / 32, update: total % 32, updatesPerIteration: 32, total: total)
  }

  /// - Parameter count: drawn answers.
  static func sample(
    total: Int, count: Int = 4, addsGreedy: Bool = true, seed: UInt64 = 1
  ) -> PromptSample {
    var random = RepeatableGenerator(seed: seed)
    let all = (addsGreedy ? [solution] : []) + (0..<count).map { texts[($0 + 1) % texts.count] }
    return PromptSample(
      prompt: prompt, position: position(total: total), temperature: 1, solution: solution,
      isHeldOut: true,
      answers: all.enumerated().map { index, text in
        let isTruncated = text.hasSuffix("=")
        let symbols = text.map(String.init) + (isTruncated ? [] : ["⊣"])
        return SampledAnswer(
          isRight: text == solution, isTruncated: isTruncated,
          isGreedy: addsGreedy && index == 0, tokens: symbols.map { token($0, &random) })
      })
  }

  private static func token(_ symbol: String, _ random: inout RepeatableGenerator) -> SampledToken {
    let isDigit = symbol.first?.isNumber == true
    let probability = isDigit ? 0.02 + 0.97 * random.uniform() : 0.998
    let rest = 1 - probability
    let others = ["8", "1", "6"].filter { $0 != symbol }
    let alternatives =
      [TokenAlternative(symbol: symbol, probability: probability)]
      + [0.6, 0.3].enumerated().map { index, share in
        TokenAlternative(symbol: others[index], probability: rest * share)
      }
    return SampledToken(
      symbol: symbol, logProbability: log(probability),
      entropy: -alternatives.reduce(0) { $0 + $1.probability * log($1.probability) },
      alternatives: alternatives.sorted { $0.probability > $1.probability })
  }
}
