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
      layout: TokenLayout(lengths: [Int](repeating: width, count: sequences), mask: mask),
      behaviorLogProbabilities: old, logProbabilities: new, advantages: advantages,
      entropies: entropies)
  }
}

extension TokenBatch {
  /// The mask, spelled out, and the length of every sequence of the samples.
  var mask: [Bool] {
    get { layout.mask ?? [Bool](repeating: true, count: tokenCount) }
    set { layout.mask = newValue }
  }
  var width: Int { layout.longest }

  /// The same without the masked tokens and without a mask.
  func withoutMasked() -> TokenBatch {
    let places = layout.unmaskedPlaces
    return TokenBatch(
      layout: TokenLayout(lengths: layout.sequences.map { mask[$0].count { $0 } }),
      behaviorLogProbabilities: places.map { behaviorLogProbabilities[$0] },
      logProbabilities: places.map { logProbabilities[$0] },
      advantages: places.map { advantages[$0] },
      entropies: entropies.map { entropies in places.map { entropies[$0] } })
  }

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
      layout: TokenLayout(lengths: order.map { layout.lengths[$0] }, mask: rows(mask)),
      behaviorLogProbabilities: rows(behaviorLogProbabilities),
      logProbabilities: rows(logProbabilities), advantages: rows(advantages),
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
