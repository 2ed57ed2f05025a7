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

  /// w, d loss / d token loss, of the tokens of each sequence.
  var sequenceWeights: [Double] = []

  /// Of each token: ln π_old, ln π − ln π_old and A, as a stream has them.
  var old: [Float] = []
  var differences: [Float] = []
  var advantages: [Float] = []
  /// Where each stands in its answer.
  var positions: [UInt32] = []
  /// Where every micro-batch tells them, else empty.
  var entropies: [Float] = []
  /// s = √(1 − 2π + Σπ²), or 1 − π where Σπ² is not told.
  var sensitivities: [Float] = []
  var estimatesSensitivity = false
  /// ln π of the sampler − ln π_old where both are known.
  var samplerGaps: [Float] = []
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
      layout: TokenLayout(lengths: lengths), behaviorLogProbabilities: old.map(Double.init),
      logProbabilities: zip(old, differences).map { Double($0) + Double($1) },
      advantages: advantages.map(Double.init),
      entropies: entropies.count == old.count ? entropies.map(Double.init) : nil)
  }

  /// w of each token.
  var weights: [Double] {
    var weights: [Double] = []
    weights.reserveCapacity(tokenCount)
    for (length, weight) in zip(lengths, sequenceWeights) {
      weights += repeatElement(weight, count: length)
    }
    return weights
  }

  /// The places of the tokens of each sequence.
  var ranges: [Range<Int>] { TokenLayout(lengths: lengths).sequences }

  /// The tokens of another rank behind those known.
  mutating func append(_ other: StepTokens) {
    sequences += other.sequences
    lengths += other.lengths
    micros += other.micros
    sequenceWeights += other.sequenceWeights
    old += other.old
    differences += other.differences
    advantages += other.advantages
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
    reserve(update.lengths.reduce(0, +), hasEntropies: update.entropies != nil)
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

  /// Room for more tokens, taken at once where a step comes in one piece.
  private mutating func reserve(_ count: Int, hasEntropies: Bool) {
    guard old.isEmpty else { return }
    old.reserveCapacity(count)
    differences.reserveCapacity(count)
    advantages.reserveCapacity(count)
    positions.reserveCapacity(count)
    sensitivities.reserveCapacity(count)
    if hasEntropies { entropies.reserveCapacity(count) }
  }

  /// The tokens of an answer, a column at a time.
  private mutating func append(
    _ sequence: UInt64, _ update: UpdateColumns, _ places: Range<Int>, _ rollout: RolloutColumns,
    _ answer: Int, _ rolloutStart: Int, _ aggregation: String?, _ rankShare: Double
  ) {
    let own = rolloutStart..<rolloutStart + places.count
    guard let behavior = rollout.old?[own] ?? update.new?[places] else { return }
    var change: [Float]
    if rollout.old != nil, let told = update.difference?[places] {
      change = Array(told)
    } else if let new = update.new?[places] {
      // Without an old log-probability the new one stands in for it, and the ratio is 1.
      change = zip(new, behavior).map { $0 - $1 }
    } else {
      return
    }
    let told = update.advantages?[places] ?? rollout.tokenAdvantages?[own]
    guard
      let advantage = told.map(Array.init)
        ?? rollout.advantages.map({ Array(repeating: Float($0[answer]), count: places.count) })
    else { return }

    var entering = enteringTokens(update, places, rollout, answer, own)
    let behaviors = Array(behavior)
    let count = entering.count
    entering.removeAll {
      !(behaviors[$0].isFinite && change[$0].isFinite && advantage[$0].isFinite)
    }
    nonfiniteCount += count - entering.count
    guard !entering.isEmpty else { return }

    positions += entering.lazy.map(UInt32.init)
    old += entering.lazy.map { behaviors[$0] }
    differences += entering.lazy.map { change[$0] }
    advantages += entering.lazy.map { advantage[$0] }
    func probability(_ token: Int) -> Double {
      exp(Double(behaviors[token]) + Double(change[token]))
    }
    if let logSums = update.logSquaredSums {
      sensitivities += entering.lazy.map { token in
        let square = 1 - 2 * probability(token) + exp(Double(logSums[places.lowerBound + token]))
        return Float(max(0, square).squareRoot())
      }
    } else {
      estimatesSensitivity = true
      sensitivities += entering.lazy.map { Float(max(0, 1 - probability($0))) }
    }
    if let told = update.entropies {
      entropies += entering.lazy.map { told[places.lowerBound + $0] }
    }
    if let gaps = rollout.samplerGaps {
      samplerGaps += entering.lazy.map { gaps[own.lowerBound + $0] }.filter(\.isFinite)
    }

    sequences.append(sequence)
    lengths.append(entering.count)
    micros.append(update.words.micro ?? 0)
    // Without a denominator the tokens weigh the same, which leaves shares right.
    var weight = rankShare / max(1e-12, update.words.denominator ?? 1)
    if aggregation == LossAggregation.sequenceMeanTokenMean.rawValue {
      weight /= Double(entering.count)
    }
    sequenceWeights.append(weight)
  }

  /// Which tokens of an answer enter the loss, counted from its first.
  private func enteringTokens(
    _ update: UpdateColumns, _ places: Range<Int>, _ rollout: RolloutColumns, _ answer: Int,
    _ own: Range<Int>
  ) -> [Int] {
    if let mask = update.mask {
      return places.indices.filter { mask[$0] }.map { $0 - places.lowerBound }
    }
    if rollout.flags[answer] & 2 != 0 { return [] }
    guard let mask = rollout.mask else { return Array(0..<places.count) }
    return own.filter { mask[$0] }.map { $0 - own.lowerBound }
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
