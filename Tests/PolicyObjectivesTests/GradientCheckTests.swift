import Foundation
import PolicyObjectives
import RepeatableRandom
import Testing

func exponential(_ value: Double) -> Double { exp(value) }

/// Central differences of each loss along random directions against its analytic gradient, with
/// the factors that the gradient holds constant frozen at the base point.
@Suite struct GradientCheckTests {
  @Test(arguments: ObjectiveCatalog.names)
  func theGradientIsTheDerivative(name: String) throws {
    var checked = 0
    for seed in 0..<60 {
      var objective = try ObjectiveCatalog.objective(named: name)
      // With every candidate dropped the choice does not depend on a small step.
      if name == "clip_cov" { try objective.set("clip_cov_ratio", to: 1) }
      let batch = ObjectiveSamples.batch(seed: seed)
      var generator = SeedPath(5).appending(seed).generator
      let direction = batch.mask.map { _ in generator.normal() }
      // GSPO's token form is the derivative of the sequence form under its own mean only.
      let aggregation =
        name == "gspo" ? objective.aggregation : generator.element(of: LossAggregation.allCases)
      let step = 1e-5
      let base = objective.evaluate(batch, aggregation: aggregation)
      let points = [
        batch.moved(along: direction, by: -step), batch.moved(along: direction, by: step),
      ]
      let ends = points.map { objective.evaluate($0, aggregation: aggregation) }
      guard ends.allSatisfy({ isOnSamePiece($0, base) }) else { continue }
      checked += 1
      let losses = zip(points, ends).map { point, end in
        frozenLoss(name, base: base, batch: batch, at: point) ?? end.loss
      }
      let difference = (losses[1] - losses[0]) / (2 * step)
      let derivative = zip(base.gradient, direction).map(*).reduce(0, +)
      #expect(agree(difference, derivative, tolerance: 1e-6), "seed \(seed)")
    }
    #expect(checked >= 40)
  }

  /// Whether no token changed sides of a bound between two points.
  private func isOnSamePiece(_ a: ObjectiveEvaluation, _ b: ObjectiveEvaluation) -> Bool {
    guard a.context == b.context else { return false }
    return zip(a.gradient, b.gradient).allSatisfy { ($0 == 0) == ($1 == 0) }
  }

  /// The loss with its detached factor taken from `base`; `nil` where nothing is detached that a
  /// small step could change.
  private func frozenLoss(
    _ name: String, base: ObjectiveEvaluation, batch: TokenBatch, at point: TokenBatch
  ) -> Double? {
    guard ["maspo", "cispo"].contains(name), let gates = base.gates, let weights = base.weights
    else { return nil }
    return batch.mask.indices.filter { batch.mask[$0] }.map { index in
      let ratio = exp(point.logProbabilities[index] - point.behaviorLogProbabilities[index])
      let factor =
        name == "maspo"
        ? gates[index] * ratio
        : gates[index] * base.ratios[index] * point.logProbabilities[index]
      return -point.advantages[index] * factor * weights[index]
    }.reduce(0, +)
  }

  /// The frozen losses above are the objectives' own at the base point.
  @Test(arguments: ["maspo", "cispo"])
  func theFrozenLossStartsAtTheLoss(name: String) throws {
    for seed in 0..<20 {
      let batch = ObjectiveSamples.batch(seed: seed)
      let base = try ObjectiveCatalog.objective(named: name).evaluate(batch)
      let frozen = try #require(frozenLoss(name, base: base, batch: batch, at: batch))
      #expect(agree(frozen, base.loss), "seed \(seed)")
    }
  }

  /// MASPO's gate is detached: differentiating through it would give another gradient.
  @Test func theGateIsAConstantForTheDerivative() throws {
    var objective = MASPOObjective()
    try objective.set("sigma_base", to: 0.2)
    let old = -1.0
    func loss(_ distance: Double) -> ObjectiveEvaluation {
      objective.evaluate(
        TokenBatch(
          layout: TokenLayout(lengths: [1]), behaviorLogProbabilities: [old],
          logProbabilities: [old + distance], advantages: [1]))
    }
    let step = 1e-6
    let throughGate = (loss(0.5 + step).loss - loss(0.5 - step).loss) / (2 * step)
    let gradient = loss(0.5).gradient[0]
    #expect(gradient < 0 && throughGate > 0)
  }
}
