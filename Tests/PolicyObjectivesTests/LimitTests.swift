import Foundation
import PolicyObjectives
import Testing

/// Limits are statements about the gate, and are checked as such over the catalog.
@Suite struct LimitTests {
  static let cases = ObjectiveCatalog.names.flatMap { name in
    [0.9, 0.5, 0.1, 0.01, 1e-4].flatMap { probability in
      [1.0, -1.0, 2.3, -2.3].map { Case(name: name, probability: probability, advantage: $0) }
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var probability: Double
    var advantage: Double
    var testDescription: String { "\(name) at π \(probability), A \(advantage)" }
  }

  @Test(arguments: cases)
  func limitsAreWhereTheGateSays(_ testCase: Case) throws {
    let objective = try ObjectiveCatalog.objective(named: testCase.name)
    let context = BatchContext(adaptiveLower: 0.7, adaptiveUpper: 1.4)
    let limits = objective.limits(
      behaviorProbability: testCase.probability, advantage: testCase.advantage, context: context)
    func gate(_ ratio: Double) -> Double? {
      objective.gate(
        atRatio: ratio, behaviorProbability: testCase.probability, advantage: testCase.advantage,
        context: context)
    }
    guard let limits else {
      #expect(["gspo", "kl_cov", "no_clip"].contains(testCase.name))
      return
    }
    // GMPO has bounds, but no gate per token to compare them with.
    guard testCase.name != "gmpo" else { return }
    for (bound, sign) in [(limits.hardUpper, 1.0), (limits.hardLower, -1.0)] {
      guard let bound else { continue }
      #expect(gate(bound - sign * 1e-6) == 1)
      #expect(gate(bound + sign * 1e-6) == 0)
    }
    for ratio in [limits.halfGateLower, limits.halfGateUpper] {
      guard let ratio, let value = gate(ratio) else { continue }
      #expect(ratio > 0 && agree(value, 0.5, tolerance: 1e-10))
    }
    for ratio in [limits.oneSigmaLower, limits.oneSigmaUpper] {
      guard let ratio, let value = gate(ratio) else { continue }
      #expect(ratio > 0 && agree(value, exp(-0.5), tolerance: 1e-10))
    }
    if let turnover = limits.turnover, let atTurnover = gate(turnover) {
      for step in 1...4_000 {
        let ratio = Double(step) * turnover / 1_000
        #expect(ratio * (gate(ratio) ?? .nan) <= turnover * atTurnover * (1 + 1e-12))
      }
    }
  }

  /// 1 − F at the farthest possible ratio is the largest 1 − F of all possible ratios.
  @Test(arguments: cases)
  func reachIsTheLargestHold(_ testCase: Case) throws {
    let objective = try ObjectiveCatalog.objective(named: testCase.name)
    let limits = objective.limits(
      behaviorProbability: testCase.probability, advantage: testCase.advantage,
      context: BatchContext())
    guard let reach = limits?.reach, testCase.name != "gmpo" else { return }
    // CISPO holds large ratios back whatever the sign; the others the side of the advantage.
    let farthest =
      testCase.advantage > 0 || testCase.name == "cispo" ? 1 / testCase.probability : 1e-12
    var largest = 0.0
    for step in 0...2_000 {
      let ratio = 1 + (farthest - 1) * Double(step) / 2_000
      let gate = objective.gate(
        atRatio: ratio, behaviorProbability: testCase.probability,
        advantage: testCase.advantage, context: BatchContext())
      largest = max(largest, 1 - (gate ?? .nan))
    }
    #expect(agree(largest, reach, tolerance: 1e-9))
  }

  /// Widths at the defaults with the risk term off, by hand: σ = min(π^(−0.3), 10).
  @Test(arguments: [
    (0.9, 1.0321, 2.2152, 1.6469, 1.3529), (0.5, 1.2311, 2.4496, 1.8286, 1.4577),
    (0.1, 1.9953, 3.3493, 2.5570, 1.8859), (0.01, 3.9811, 5.6873, 4.5124, 3.0577),
    (1e-4, 10, 12.7741, 10.5125, 6.6865),
  ])
  func widthsOfMASPOAreThoseOfTheTable(
    probability: Double, sigma: Double, halfGate: Double, turnover: Double, peak: Double
  ) throws {
    var objective = MASPOObjective()
    try objective.set("beta_pos", to: 0)
    try objective.set("beta_neg", to: 0)
    let geometry = try #require(
      objective.gateGeometry(behaviorLogProbability: log(probability), advantage: 1))
    #expect(abs(geometry.sigma - sigma) < 5e-4)
    #expect(abs((geometry.halfGateRatio ?? 0) - halfGate) < 5e-3)
    #expect(abs((geometry.turnoverRatio ?? 0) - turnover) < 5e-3)
    #expect(abs((geometry.peakPull ?? 0) - peak) < 5e-3)
    let width = try #require(
      objective.gateWidth(behaviorProbability: probability, advantage: -1))
    #expect(agree(width.sigma, geometry.sigma) && width.risk == 1)
  }

  @Test func boundsThatDoNotExistAreAbsent() {
    let objective = MASPOObjective()
    let limits = objective.limits(
      behaviorProbability: 0.9, advantage: -1, context: BatchContext())
    #expect(limits?.halfGateLower == nil && limits?.lower == nil && limits?.turnover == nil)
    #expect(limits?.oneSigmaLower == nil || (limits?.oneSigmaLower ?? 0) > 0)
    #expect(
      objective.limits(behaviorProbability: 0.9, advantage: 0, context: BatchContext()) == nil)
    #expect(objective.gateWidth(behaviorProbability: 0.9, advantage: 0) == nil)
    #expect(objective.gateGeometry(behaviorLogProbability: -1, advantage: 0) == nil)
  }
}
