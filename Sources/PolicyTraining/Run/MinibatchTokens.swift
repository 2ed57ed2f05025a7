import PolicyObjectives
import TinyTransformer
import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// The tokens of a set of sequences, one after the other, as transformer and objectives have them.
struct MinibatchTokens {
  let sequences: [Int]
  /// A of each sequence.
  let advantages: [Double]
  let batch: TokenBatch

  /// Response tokens of each sequence.
  var lengths: [Int] { batch.layout.lengths }

  init(experience: Rollout, sequences: [Int], statistics: TokenStatistics) {
    self.sequences = sequences
    let lengths = sequences.map { experience.tokens.lengths[$0] }
    advantages = sequences.map { experience.advantages[$0] }
    batch = TokenBatch(
      layout: TokenLayout(lengths: lengths),
      behaviorLogProbabilities: sequences.flatMap {
        experience.tokens.logProbabilities[experience.tokens.range(of: $0)]
      },
      logProbabilities: statistics.logProbabilities,
      advantages: zip(advantages, lengths).flatMap { repeatElement($0, count: $1) },
      entropies: statistics.entropies)
  }

  func record(
    _ evaluation: ObjectiveEvaluation, statistics: TokenStatistics
  ) -> MinibatchRecord {
    MinibatchRecord(
      batch, evaluatedAs: evaluation, sensitivities: statistics.sensitivities)
  }
}

extension TokenStatistics {
  /// s = √(1 − 2π_a + Σπ²), the length of the logit gradient of log π(a).
  var sensitivities: [Double] {
    zip(logProbabilities, squaredSums).map { logProbability, squaredSum in
      max(0, 1 - 2 * exp(logProbability) + squaredSum).squareRoot()
    }
  }
}
