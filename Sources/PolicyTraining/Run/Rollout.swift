import PolicyObjectives
import ReasoningTasks
import TinyTransformer
import TrainingTelemetry

/// The experience of one iteration: G answers to each of Q prompts, judged, with their advantages
/// and the order in which updates will use them. Sequence i belongs to group i / G.
struct Rollout {
  let iteration: Int
  let samplesPerPrompt: Int
  let epochs: Int
  /// The temperature that sampled, and that the updates of this rollout use too.
  let temperature: Double
  let vocabulary: Vocabulary
  let prompts: [String]
  let promptTokens: [[Int32]]
  let tokens: RolloutTokens<Float>
  /// One per sequence, 1 or 0.
  let rewards: [Double]
  /// One per sequence.
  let advantages: [Double]
  /// For each update of the iteration, the sequences it uses.
  let minibatches: [[Int]]
  let metrics: RolloutMetrics

  var sequenceCount: Int { rewards.count }
  var groupCount: Int { prompts.count }

  func prompt(ofSequence sequence: Int) -> [Int32] { promptTokens[sequence / samplesPerPrompt] }
  func sequences(ofGroup group: Int) -> Range<Int> {
    group * samplesPerPrompt..<(group + 1) * samplesPerPrompt
  }

  /// The sequences as a ragged batch for the transformer, signed by their advantage.
  func batch(of sequences: some Sequence<Int>) -> SequenceBatch {
    var batch = SequenceBatch()
    for sequence in sequences {
      let advantage = advantages[sequence]
      batch.append(
        prompt: prompt(ofSequence: sequence), response: tokens.response(sequence),
        sign: advantage > 0 ? 1 : advantage < 0 ? -1 : 0)
    }
    return batch
  }

  /// Σ w|A|ρ(1 − F)s of a minibatch's tokens, by the group they belong to.
  func removedByGroup(_ record: MinibatchRecord, of sequences: [Int]) -> [Double]? {
    guard record.hasGates else { return nil }
    var sums = [Double](repeating: 0, count: groupCount)
    var token = 0
    for (sequence, length) in zip(sequences, record.sequenceLengths) {
      for _ in 0..<length {
        sums[sequence / samplesPerPrompt] += record.weightedRemoved(token)
        token += 1
      }
    }
    return sums
  }

  /// Token statistics of the engine's last forward pass over `sequences`, with the divergence from
  /// the policy that sampled.
  func statistics(
    _ engine: ForwardBackward<Float>, of sequences: [Int]
  ) -> TokenStatistics {
    tokens.logits.withUnsafeBufferPointer { logits in
      engine.tokenStatistics(
        temperature: temperature,
        behavior: logits.baseAddress.map { base in
          BehaviorLogits(base: base, firstRows: sequences.map { tokens.firstLogitsRow(of: $0) })
        })
    }
  }
}
