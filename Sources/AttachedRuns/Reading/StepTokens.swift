internal import PolicyObjectives

#if canImport(Glibc)
  internal import Glibc
#endif

/// The tokens of one optimizer step that enter its loss, over all ranks and micro-batches, one
/// sequence after the other.
struct StepTokens {
  /// Of each sequence.
  var sequences: [UInt64] = []
  var lengths: [Int] = []
  /// Number of the micro-batch that each sequence belongs to.
  var micros: [Int] = []

  /// Of each token: ln π_old, ln π, A and w, d loss / d token loss.
  var old: [Double] = []
  var new: [Double] = []
  var advantages: [Double] = []
  var weights: [Double] = []
  /// Where each stands in its answer.
  var positions: [UInt32] = []
  /// Where every micro-batch tells them, else empty.
  var entropies: [Double] = []
  /// s = √(1 − 2π + Σπ²), or 1 − π where Σπ² is not told.
  var sensitivities: [Double] = []
  var estimatesSensitivity = false
  /// ln π of the sampler − ln π_old where both are known.
  var samplerGaps: [Double] = []
  /// Whether the step is the first to see its answers.
  var isFirstPass = true
  /// Tokens left aside because a number of theirs is not finite.
  var nonfiniteCount = 0
  /// Sequences whose rollout was not in the stream.
  var missingSequences = 0
  private var lacksEntropy = false

  var tokenCount: Int { old.count }

  var batch: TokenBatch {
    TokenBatch(
      layout: TokenLayout(lengths: lengths), behaviorLogProbabilities: old,
      logProbabilities: new, advantages: advantages,
      entropies: entropies.count == old.count ? entropies : nil)
  }

  /// The places of the tokens of each sequence.
  var ranges: [Range<Int>] { TokenLayout(lengths: lengths).sequences }

  /// The tokens of another rank behind those known.
  mutating func append(_ other: StepTokens) {
    sequences += other.sequences
    lengths += other.lengths
    micros += other.micros
    old += other.old
    new += other.new
    advantages += other.advantages
    weights += other.weights
    positions += other.positions
    sensitivities += other.sensitivities
    samplerGaps += other.samplerGaps
    isFirstPass = isFirstPass && other.isFirstPass
    nonfiniteCount += other.nonfiniteCount
    missingSequences += other.missingSequences
    estimatesSensitivity = estimatesSensitivity || other.estimatesSensitivity
    lacksEntropy = lacksEntropy || other.lacksEntropy
    entropies = lacksEntropy ? [] : entropies + other.entropies
  }

  /// - Parameters:
  ///   - find: the rollout of an answer and its place in it.
  ///   - rankShare: one over the number of ranks: the run's loss is their mean.
  mutating func append(
    _ update: UpdateColumns, aggregation: String?, rankShare: Double,
    find: (UInt64) -> (RolloutAnswers, Int)?
  ) {
    var start = 0
    for (sequence, length) in zip(update.sequences, update.lengths) {
      defer { start += length }
      guard let (rollout, place) = find(sequence), rollout.columns.lengths[place] == length else {
        missingSequences += 1
        continue
      }
      append(
        sequence, update, start..<start + length, rollout.columns, place,
        rollout.starts[place], aggregation, rankShare)
    }
    if update.words.epoch ?? 0 > 0 { isFirstPass = false }
    if update.entropies == nil { lacksEntropy = true }
    if lacksEntropy { entropies = [] }
  }

  private mutating func append(
    _ sequence: UInt64, _ update: UpdateColumns, _ places: Range<Int>, _ rollout: RolloutColumns,
    _ answer: Int, _ rolloutStart: Int, _ aggregation: String?, _ rankShare: Double
  ) {
    let first = old.count
    let isMasked = rollout.flags[answer] & 2 != 0
    for place in places {
      let other = rolloutStart + place - places.lowerBound
      let enters = update.mask?[place] ?? (!isMasked && rollout.mask?[other] ?? true)
      guard enters else { continue }
      let known = rollout.old?[other]
      let behavior = known ?? update.new?[place]
      let current = known.flatMap { old in update.difference.map { old + $0[place] } }
      guard let behavior, let current = current ?? update.new?[place],
        let advantage = update.advantages?[place] ?? rollout.tokenAdvantages?[other]
          ?? rollout.advantages?[answer]
      else { continue }
      guard behavior.isFinite, current.isFinite, advantage.isFinite else {
        nonfiniteCount += 1
        continue
      }
      positions.append(UInt32(place - places.lowerBound))
      old.append(behavior)
      new.append(current)
      advantages.append(advantage)
      let probability = exp(current)
      if let logSum = update.logSquaredSums?[place] {
        sensitivities.append(max(0, 1 - 2 * probability + exp(logSum)).squareRoot())
      } else {
        estimatesSensitivity = true
        sensitivities.append(max(0, 1 - probability))
      }
      if let entropy = update.entropies?[place] { entropies.append(entropy) }
      if let sampler = rollout.sampler?[other], let known, sampler.isFinite {
        samplerGaps.append(sampler - known)
      }
    }
    let count = old.count - first
    guard count > 0 else { return }
    sequences.append(sequence)
    lengths.append(count)
    micros.append(update.words.micro ?? 0)
    // Without a denominator the tokens weigh the same, which leaves shares right.
    var weight = rankShare / max(1e-12, update.words.denominator ?? 1)
    if aggregation == LossAggregation.sequenceMeanTokenMean.rawValue { weight /= Double(count) }
    weights += repeatElement(weight, count: count)
  }
}

/// The answers of a rollout of one rank, with the places where their tokens begin.
struct RolloutAnswers {
  let columns: RolloutColumns
  let starts: [Int]
  let tokenCount: Int

  init(_ columns: RolloutColumns) {
    self.columns = columns
    var start = 0
    starts = columns.lengths.map { length in
      defer { start += length }
      return start
    }
    tokenCount = start
  }
}
