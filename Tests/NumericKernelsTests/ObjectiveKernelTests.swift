import NumericKernels
import Testing

@Suite struct ObjectiveKernelTests {
  private static let settings: [nk_maspo] = [
    // The defaults, a narrow gate without limits, strong asymmetry, a mass term with α < 0, and
    // limits that act on every token.
    nk_maspo(
      sigma_base: 1, alpha: 0.3, sigma_low: 1, sigma_high: 10, beta_positive: 0.03,
      beta_negative: 0.03, risk_low: 0.1, risk_high: 10),
    nk_maspo(
      sigma_base: 0.2, alpha: 0.5, sigma_low: 0, sigma_high: .infinity, beta_positive: 0,
      beta_negative: 0, risk_low: 0, risk_high: .infinity),
    nk_maspo(
      sigma_base: 0.5, alpha: 0, sigma_low: 0.5, sigma_high: 10, beta_positive: 1,
      beta_negative: 2, risk_low: 0.1, risk_high: 10),
    nk_maspo(
      sigma_base: 2, alpha: -0.5, sigma_low: 2, sigma_high: 1, beta_positive: 1,
      beta_negative: 1, risk_low: 0.8, risk_high: 1.1),
  ]

  /// Log-probabilities down to about −20, ratios from e^−20 to e^20 and both signs, some masked;
  /// lengths that end inside a vector and inside a block.
  @Test(arguments: TablePair.all, 0..<4)
  func agreesWithTheFormula(pair: TablePair, index: Int) {
    let unit = pair.precision == nk_single ? Double(Float.ulpOfOne) : Double.ulpOfOne
    let tolerance = (pair.precision == nk_single ? 4e-6 : 1e-14) / unit
    for count in [1, 15, 16, 33, 1024, 2600] {
      pair.compare(seed: 7 * count + index, tolerance: tolerance, "\(count) tokens") {
        kernels, memory in
        var settings = Self.settings[index]
        let behavior = memory.rows(1, count, scale: 5, transform: { -abs($0) })
        let current = memory.rows(1, count, scale: 5, transform: { -abs($0) })
        let advantage = memory.rows(1, count, scale: 1.2)
        let weight = memory.rows(1, count, transform: { $0 < -0.5 ? 0 : 0.01 })
        let gradient = memory.zeros(count)
        let ratio = memory.zeros(count)
        let gate = memory.zeros(count)
        var loss = 0.0
        kernels.maspo(
          &settings, count, behavior, current, advantage, weight, gradient, ratio, gate, &loss)
        memory.report(gradient, 1, count)
        memory.report(ratio, 1, count)
        memory.report(gate, 1, count)
        memory.report([loss])
        // Without room for ratio and gate the rest is the same.
        let alone = memory.zeros(count)
        var lossAlone = 0.0
        kernels.maspo(
          &settings, count, behavior, current, advantage, weight, alone, nil, nil, &lossAlone)
        memory.report(alone, 1, count)
        memory.report([lossAlone])
        #expect(loss == lossAlone)
      }
    }
  }

  /// Masked tokens may hold anything; a NaN that counts is seen; equal log-probabilities give a
  /// ratio of exactly 1; beyond the clamp the ratio is constant and has no gradient.
  @Test(arguments: TablePair.all)
  func specialNumbers(pair: TablePair) throws {
    let kernels = try #require(nk_kernels_at(pair.level, pair.precision)).pointee
    func evaluate<Scalar: BinaryFloatingPoint & BitwiseCopyable>(_: Scalar.Type) {
      let old: [Scalar] = [.nan, -0.7, -1, -30, -1, -.infinity]
      let new: [Scalar] = [.nan, -0.7, .nan, -1, -.infinity, .nan]
      let advantage: [Scalar] = [.infinity, 1, 1, -1, 1, .nan]
      let weight: [Scalar] = [0, 1, 1, 1, 1, 0]
      var gradient = [Scalar](repeating: 9, count: 6)
      var ratio = gradient
      var gate = gradient
      var settings = Self.settings[0]
      var loss = 0.0
      kernels.maspo(&settings, 6, old, new, advantage, weight, &gradient, &ratio, &gate, &loss)
      #expect(gradient[0] == 0 && ratio[0] == 0 && gate[0] == 0)
      #expect(gradient[1] == -1 && ratio[1] == 1 && gate[1] == 1)
      #expect(gradient[2].isNaN && ratio[2].isNaN && loss.isNaN)
      #expect(gradient[3] == 0 && abs(Double(ratio[3]) / 4.851651954097903e8 - 1) < 4e-6)
      #expect(gradient[4] == 0 && ratio[4] > 0 && ratio[4] < 3e-9)
      #expect(gradient[5] == 0 && ratio[5] == 0 && gate[5] == 0)
    }
    if pair.precision == nk_single { evaluate(Float.self) } else { evaluate(Double.self) }
  }
}
