import PolicyObjectives
import RepeatableRandom
import Testing

@Suite struct LossAggregationTests {
  static let losses: [Double] = [1, 2, 4, .nan, .nan, 8]
  static let layout = TokenLayout(
    lengths: [3, 3], mask: [true, true, true, false, false, true])

  /// Rows [1, 2, 4] and [·, ·, 8]: 15/4, (7 + 8)/2, (7/3 + 8)/2 and 15/3.
  static let expected: [(LossAggregation, Double)] = [
    (.tokenMean, 3.75), (.sequenceMeanTokenSum, 7.5), (.sequenceMeanTokenMean, 31.0 / 6),
    (.sequenceMeanTokenSumNorm, 5),
  ]

  @Test(arguments: expected)
  func modesAverageAsTheySay(mode: LossAggregation, expected: Double) {
    let loss = mode.loss(ofTokenLosses: Self.losses, Self.layout)
    #expect(agree(loss, expected, tolerance: 1e-7))
    let weights = mode.tokenWeights(Self.layout)
    let weighted = Self.layout.unmaskedPlaces
      .map { weights[$0] * Self.losses[$0] }.reduce(0, +)
    #expect(agree(loss, weighted))
    #expect(weights[3] == 0 && weights[4] == 0)
  }

  @Test(arguments: LossAggregation.allCases)
  func emptyRowsAndBatchesAreZero(mode: LossAggregation) {
    let nothing = TokenLayout(lengths: [3, 3], mask: [Bool](repeating: false, count: 6))
    #expect(mode.loss(ofTokenLosses: Self.losses, nothing) == 0)
    #expect(mode.tokenWeights(nothing) == [0, 0, 0, 0, 0, 0])
    #expect(mode.loss(ofTokenLosses: [], TokenLayout(lengths: [])) == 0)
    // An empty row does not count as a sequence.
    let one = TokenLayout(lengths: [3, 3], mask: [true, false, false, false, false, false])
    let loss = mode.loss(ofTokenLosses: [6, 0, 0, 0, 0, 0], one)
    #expect(agree(loss, mode == .sequenceMeanTokenSumNorm ? 2 : 6, tolerance: 1e-7))
  }

  @Test func givenNormalizersReplaceTheBatchs() {
    let normalizers = AggregationNormalizers(
      workerCount: 2, tokenCount: 10, sequenceCount: 5, tokenSumScale: 30)
    func loss(_ mode: LossAggregation) -> Double {
      mode.loss(
        ofTokenLosses: Self.losses, Self.layout, normalizers: normalizers)
    }
    #expect(agree(loss(.tokenMean), 3))
    #expect(agree(loss(.sequenceMeanTokenSum), 6))
    #expect(agree(loss(.sequenceMeanTokenMean), 2 * (7.0 / 3 + 8) / 5, tolerance: 1e-7))
    #expect(agree(loss(.sequenceMeanTokenSumNorm), 0.5))
  }
}

@Suite struct GroupAdvantageTests {
  static let normalized = GroupAdvantage(dividesByDeviation: true)
  static let centered = GroupAdvantage(dividesByDeviation: false)

  /// Rewards 1, 0, 0, 0: mean 1/4, deviation 1/2.
  @Test func rewardsAreCenteredAndScaled() {
    let advantages = Self.normalized.advantages(ofRewards: [1, 0, 0, 0])
    for (advantage, expected) in zip(advantages, [1.5, -0.5, -0.5, -0.5]) {
      #expect(agree(advantage, expected, tolerance: 1e-5))
    }
    #expect(advantages[0] < 1.5, "the deviation has its epsilon")
    #expect(Self.centered.advantages(ofRewards: [1, 0, 0, 0]) == [0.75, -0.25, -0.25, -0.25])
  }

  @Test func equalGroupsAreExactlyZero() {
    for reward in [0.1, 0.7, -3, 1e9] {
      for size in 2...16 {
        let rewards = [Double](repeating: reward, count: size)
        #expect(Self.normalized.advantages(ofRewards: rewards).allSatisfy { $0 == 0 })
        #expect(Self.centered.advantages(ofRewards: rewards).allSatisfy { $0 == 0 })
      }
    }
  }

  @Test func aGroupOfOneKeepsItsReward() {
    #expect(Self.normalized.advantages(ofRewards: [2]) == [2 / (1 + 1e-6)])
    #expect(Self.centered.advantages(ofRewards: [2]) == [2])
    #expect(Self.normalized.advantages(ofRewards: []).isEmpty)
  }

  /// |A| ≤ (G − 1)/√G, the sum is 0, and the order is that of the rewards.
  @Test func advantagesAreBoundedAndBalanced() {
    var generator = SeedPath(11).generator
    for _ in 0..<200 {
      let size = 2 + generator.integer(below: 15)
      let rewards = (0..<size).map { _ in generator.normal() }
      let advantages = Self.normalized.advantages(ofRewards: rewards)
      let bound = Double(size - 1) / Double(size).squareRoot()
      #expect(advantages.allSatisfy { abs($0) <= bound })
      #expect(abs(advantages.reduce(0, +)) < 1e-9)
      let order = rewards.indices.sorted { rewards[$0] < rewards[$1] }
      #expect(order == advantages.indices.sorted { advantages[$0] < advantages[$1] })
    }
  }
}
