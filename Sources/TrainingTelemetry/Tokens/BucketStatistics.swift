import BoundedNumbers
public import PolicyObjectives

#if canImport(Glibc)
  import Glibc
#endif

/// The tokens of a minibatch whose π_old falls into one interval, by sign of their advantage.
public struct BucketStatistics: Sendable, Hashable, Codable {
  /// The bucket holds lower ≤ π_old < upper; the last one includes 1.
  public var lowerProbability: Double
  public var upperProbability: Double
  public var positive: BucketSide
  public var negative: BucketSide
  /// Unmasked tokens with A = 0, which no update touches.
  public var idleTokenCount: Int

  public init(
    lowerProbability: Double, upperProbability: Double, positive: BucketSide,
    negative: BucketSide, idleTokenCount: Int
  ) {
    self.lowerProbability = lowerProbability
    self.upperProbability = upperProbability
    self.positive = positive
    self.negative = negative
    self.idleTokenCount = idleTokenCount
  }

  /// Edges of the buckets of π_old, finer towards 0 and 1.
  public static let edges: [Double] = [0, 1e-3, 0.01, 0.1, 0.3, 0.6, 0.9, 0.99, 1]

  public var activeTokenCount: Int { positive.tokenCount + negative.tokenCount }

  /// Share of the bucket's active tokens with F < 0.99.
  public var attenuatedShare: Double? {
    guard activeTokenCount > 0, let up = positive.attenuatedCount,
      let down = negative.attenuatedCount
    else { return nil }
    return Double(up + down) / Double(activeTokenCount)
  }

  public var removedShare: Double? { (positive.balance + negative.balance).removedShare }
}

/// One sign of a bucket. Widths and limits are the objective's at the bucket's representative
/// token: the geometric mean of π_old over both signs, so that they differ by the sign alone (an
/// empty bucket: the middle of the interval), and the mean advantage of the side (an empty side:
/// ±1).
public struct BucketSide: Sendable, Hashable, Codable {
  public var tokenCount: Int
  /// Representative π_old and A.
  public var probability: Double
  public var advantage: Double
  public var width: GateWidth?
  /// Ratio at which the objective holds back below 1 and above 1; `nil` where it never does.
  public var lowerBound: Double?
  public var upperBound: Double?
  /// 1 − F at the farthest ratio possible on the limited side.
  public var reach: Double?
  /// Quantiles and extremes of ρ; `nil` without tokens.
  public var ratioQuantiles: RatioQuantiles?
  public var attenuatedCount: Int?
  /// Σ w|A|Fρs.
  public var weightedPush: Double
  /// Σ w|A|ρ(1 − F)s; `nil` without a gate per token.
  public var weightedRemoved: Double?
  /// Σ |π − π_old| over the tokens: the probability mass that moved since the rollout.
  public var massMoved: Double
  /// Mean entropy of π at the tokens, nats; `nil` without tokens.
  public var entropy: Double?

  /// 1/π_old at the representative token: no ratio can be larger.
  public var wall: Double { 1 / probability }

  public var removedShare: Double? { balance.removedShare }

  var balance: PushBalance { PushBalance(kept: weightedPush, removed: weightedRemoved) }
}

extension BucketStatistics {
  /// Sorts the tokens of a minibatch into the buckets of π_old.
  public static func table(
    of minibatch: MinibatchRecord, objective: any PolicyObjective, context: BatchContext
  ) -> [BucketStatistics] {
    var members = [[Int]](repeating: [], count: edges.count - 1)
    for token in 0..<minibatch.tokenCount {
      let probability = exp(minibatch.behaviorLogProbabilities[token])
      let bucket = edges.dropFirst().firstIndex { probability < $0 } ?? edges.count - 1
      members[bucket - 1].append(token)
    }
    return members.enumerated().map { index, tokens in
      let active = tokens.filter { minibatch.advantages[$0] != 0 }
      let logarithms = active.map { minibatch.behaviorLogProbabilities[$0] }
      let probability =
        active.isEmpty
        ? middle(from: edges[index], to: edges[index + 1])
        : exp(logarithms.reduce(0, +) / Double(active.count))
      func side(_ sign: Double) -> BucketSide {
        BucketSide(
          tokens: active.filter { minibatch.advantages[$0] * sign > 0 }, sign: sign,
          probability: probability, minibatch: minibatch, objective: objective, context: context)
      }
      return BucketStatistics(
        lowerProbability: edges[index], upperProbability: edges[index + 1], positive: side(1),
        negative: side(-1), idleTokenCount: tokens.count { minibatch.advantages[$0] == 0 })
    }
  }

  /// The middle of a bucket on the logarithmic axis; the lowest bucket reaches down a decade.
  private static func middle(from lower: Double, to upper: Double) -> Double {
    (max(lower, upper / 10) * upper).squareRoot()
  }
}

extension BucketSide {
  init(
    tokens: [Int], sign: Double, probability: Double, minibatch: MinibatchRecord,
    objective: any PolicyObjective, context: BatchContext
  ) {
    let count = Double(tokens.count)
    func mean(_ value: (Int) -> Double) -> Double? {
      tokens.isEmpty ? nil : tokens.map(value).reduce(0, +) / count
    }
    let advantage = mean { minibatch.advantages[$0] } ?? sign
    let limits = objective.limits(
      behaviorProbability: probability, advantage: advantage, context: context)
    var ratios = tokens.map { minibatch.ratios[$0] }
    let hasGate = !minibatch.gates.isEmpty

    tokenCount = tokens.count
    self.probability = probability
    self.advantage = advantage
    width = objective.gateWidth(behaviorProbability: probability, advantage: advantage)
    lowerBound = limits?.lower
    upperBound = limits?.upper
    reach = limits?.reach
    ratioQuantiles = RatioQuantiles(taking: &ratios)
    attenuatedCount =
      hasGate ? tokens.count { minibatch.gates[$0] < MinibatchRecord.attenuationThreshold } : nil
    weightedPush = tokens.reduce(0) { sum, token in
      sum + abs(minibatch.gradient[token]) * minibatch.sensitivities[token]
    }
    weightedRemoved = hasGate ? tokens.reduce(0) { $0 + minibatch.weightedRemoved($1) } : nil
    massMoved = tokens.reduce(0) { sum, token in
      sum
        + abs(
          exp(minibatch.logProbabilities[token]) - exp(minibatch.behaviorLogProbabilities[token]))
    }
    entropy = minibatch.entropies.isEmpty ? nil : mean { minibatch.entropies[$0] }
  }
}

extension MinibatchRecord {
  /// w|A|ρ(1 − F)s of one token: what the gate took from it.
  ///
  /// - Precondition: the record has gates.
  public func weightedRemoved(_ token: Int) -> Double {
    weights[token] * abs(advantages[token]) * ratios[token] * (1 - gates[token])
      * sensitivities[token]
  }
}
