import PolicyObjectives
import RepeatableRandom

/// Random minibatches for the tests that run over the whole catalog.
enum ObjectiveSamples {
  /// A batch as training makes it: one advantage per sequence, both signs, ratios on both sides
  /// of 1 by up to a factor of about three, and some masked tokens.
  static func batch(
    seed: Int, sequences: Int = 4, width: Int = 6, isOnPolicy: Bool = false
  ) -> TokenBatch {
    var generator = SeedPath(17).appending("batch").appending(seed).generator
    var old: [Double] = []
    var new: [Double] = []
    var advantages: [Double] = []
    var mask: [Bool] = []
    var entropies: [Double] = []
    for _ in 0..<sequences {
      let advantage = 1.5 * generator.normal()
      for _ in 0..<width {
        old.append(-0.01 - 4 * generator.uniform())
        new.append(isOnPolicy ? old[old.count - 1] : old[old.count - 1] + 0.4 * generator.normal())
        advantages.append(advantage)
        mask.append(generator.chance(0.8))
        entropies.append(2 * generator.uniform())
      }
    }
    return TokenBatch(
      sequenceCount: sequences, width: width, behaviorLogProbabilities: old,
      logProbabilities: new, advantages: advantages, mask: mask, entropies: entropies)
  }
}

extension TokenBatch {
  /// The same with `value` in every array wherever the mask is off.
  func fillingMasked(with value: Double) -> TokenBatch {
    var filled = self
    for index in mask.indices where !mask[index] {
      filled.behaviorLogProbabilities[index] = value
      filled.logProbabilities[index] = value
      filled.advantages[index] = value
      filled.entropies?[index] = value
    }
    return filled
  }

  /// The same with its sequences in another order: row i is row `order[i]` of this one.
  func reordered(_ order: [Int]) -> TokenBatch {
    func rows<Element>(_ values: [Element]) -> [Element] {
      order.flatMap { values[$0 * width..<($0 + 1) * width] }
    }
    return TokenBatch(
      sequenceCount: sequenceCount, width: width,
      behaviorLogProbabilities: rows(behaviorLogProbabilities),
      logProbabilities: rows(logProbabilities), advantages: rows(advantages), mask: rows(mask),
      entropies: entropies.map(rows))
  }

  /// The same, moved by `step` along `direction`.
  func moved(along direction: [Double], by step: Double) -> TokenBatch {
    var moved = self
    for index in direction.indices { moved.logProbabilities[index] += step * direction[index] }
    return moved
  }
}

/// Whether two numbers agree to `tolerance`, relative to the larger and to 1e-3 at least.
func agree(_ a: Double, _ b: Double, tolerance: Double = 1e-12) -> Bool {
  a == b || abs(a - b) <= tolerance * max(abs(a), abs(b), 1e-3)
}
