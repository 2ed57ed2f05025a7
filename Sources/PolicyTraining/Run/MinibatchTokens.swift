import PolicyObjectives
import TinyTransformer
import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// The tokens of a set of sequences in both shapes: ragged, as the transformer has them, and
/// `[B, T]`, as the objectives want them.
struct MinibatchTokens {
  let sequences: [Int]
  /// Response tokens of each sequence.
  let lengths: [Int]
  let advantages: [Double]
  let batch: TokenBatch

  init(experience: Rollout, sequences: [Int], statistics: TokenStatistics) {
    self.sequences = sequences
    lengths = sequences.map { experience.tokens.lengths[$0] }
    advantages = sequences.map { experience.advantages[$0] }
    let width = lengths.max() ?? 0
    let count = sequences.count * width
    var behavior = [Double](repeating: 0, count: count)
    var current = behavior
    var spread = behavior
    var entropies = behavior
    var mask = [Bool](repeating: false, count: count)
    var token = 0
    for (row, sequence) in sequences.enumerated() {
      let sampled = experience.tokens.logProbabilities[experience.tokens.range(of: sequence)]
      for column in 0..<lengths[row] {
        let cell = row * width + column
        behavior[cell] = sampled[sampled.startIndex + column]
        current[cell] = statistics.logProbabilities[token]
        entropies[cell] = statistics.entropies[token]
        spread[cell] = advantages[row]
        mask[cell] = true
        token += 1
      }
    }
    batch = TokenBatch(
      sequenceCount: sequences.count, width: width, behaviorLogProbabilities: behavior,
      logProbabilities: current, advantages: spread, mask: mask, entropies: entropies)
  }

  /// The unmasked elements of a `[B, T]` array, in the transformer's order.
  func unmasked(_ values: [Double]) -> [Double] {
    var ragged: [Double] = []
    ragged.reserveCapacity(lengths.reduce(0, +))
    for (row, length) in lengths.enumerated() {
      ragged.append(contentsOf: values[row * batch.width..<row * batch.width + length])
    }
    return ragged
  }

  func record(
    _ evaluation: ObjectiveEvaluation, statistics: TokenStatistics
  ) -> MinibatchRecord {
    MinibatchRecord(
      behaviorLogProbabilities: unmasked(batch.behaviorLogProbabilities),
      logProbabilities: statistics.logProbabilities,
      advantages: unmasked(evaluation.shapedAdvantages ?? batch.advantages),
      weights: evaluation.weights.map(unmasked) ?? [], ratios: unmasked(evaluation.ratios),
      gates: evaluation.weights == nil ? [] : evaluation.gates.map(unmasked) ?? [],
      gradient: unmasked(evaluation.gradient), sensitivities: statistics.sensitivities,
      entropies: statistics.entropies, sequenceLengths: lengths)
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
