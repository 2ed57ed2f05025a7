import Foundation
import PolicyObjectives
import RepeatableRandom
import Testing

/// The ablation keeps MASPO's width and replaces its gate, and nothing else.
@Suite struct MASPOHardClipTests {
  /// σ = 0.5 and c = √(2 ln 2) = 1.17741: bounds at 1.588705 and 0.411295, each on one side.
  @Test func theClipStandsAtHalfGateOnTheSideOfTheAdvantage() throws {
    var objective = MASPOHardClipObjective()
    for (name, value) in [("sigma_base", 0.5), ("alpha", 0), ("beta_pos", 0), ("beta_neg", 0)] {
      try objective.set(name, to: value)
    }
    let upper = 1 + 1.1774100225154747 * 0.5
    let lower = 1 - 1.1774100225154747 * 0.5
    let evaluation = objective.evaluate(
      HandWorkedTests.row(
        logRatios: [log(1.58), log(1.6), log(0.1), log(0.42), log(0.4), log(9)],
        advantages: [2, 2, 2, -2, -2, -2]),
      aggregation: .sequenceMeanTokenSum)
    #expect(evaluation.gates == [1, 0, 1, 1, 0, 1])
    for (gradient, expected) in zip(evaluation.gradient, [-3.16, 0, -0.2, 0.84, 0, 18]) {
      #expect(agree(gradient, expected))
    }
    let losses = try #require(evaluation.tokenLosses)
    for (loss, expected) in zip(losses, [-3.16, -2 * upper, -0.2, 0.84, 2 * lower, 18]) {
      #expect(agree(loss, expected))
    }
    #expect(abs((evaluation.diagnostics["clip_frac"] ?? 0) - 1.0 / 3) < 1e-8)
  }

  /// At any setting: the same width, bounds where MASPO has half gate, and none where it has none.
  @Test func widthsAndBoundsAreThoseOfMASPO() throws {
    for seed in 0..<200 {
      var generator = SeedPath(29).appending("hard clip").appending(seed).generator
      var soft = MASPOObjective()
      var hard = MASPOHardClipObjective()
      for specification in MASPOObjective.specifications {
        let value: Double? =
          specification.allowsNone && generator.chance(0.2)
          ? nil : generator.element(of: specification.steps)
        try soft.set(specification.name, to: value)
        try hard.set(specification.name, to: value)
        #expect(try hard.value(of: specification.name) == value)
      }
      let probability = exp(-6 * generator.uniform())
      let advantage = 2 * generator.normal()
      let context = BatchContext()
      let softLimits = soft.limits(
        behaviorProbability: probability, advantage: advantage, context: context)
      let hardLimits = hard.limits(
        behaviorProbability: probability, advantage: advantage, context: context)
      #expect(agree(hardLimits?.upper ?? 0, softLimits?.upper ?? 0), "seed \(seed)")
      #expect(agree(hardLimits?.lower ?? 0, softLimits?.lower ?? 0), "seed \(seed)")
      #expect(
        hard.gateWidth(behaviorProbability: probability, advantage: advantage)
          == soft.gateWidth(behaviorProbability: probability, advantage: advantage))
      // Wherever MASPO leaves more than half, the clip leaves everything, and nothing elsewhere.
      for _ in 0..<20 {
        let ratio = exp(2 * generator.normal())
        let gates = [soft as any PolicyObjective, hard].map {
          $0.gate(
            atRatio: ratio, behaviorProbability: probability, advantage: advantage,
            context: context) ?? .nan
        }
        guard abs(gates[0] - 0.5) > 1e-9 else { continue }
        #expect(gates[1] == (gates[0] > 0.5 ? 1 : 0), "seed \(seed), ratio \(ratio)")
      }
    }
  }
}
