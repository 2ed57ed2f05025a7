import NumericKernels
import Testing

@Suite struct TokenKernelTests {
  private func figures(
    _ count: Int, _ body: (nk_token_figures) -> Void
  ) -> [Double] {
    var values = [Double](repeating: 0, count: 4 * count)
    values.withUnsafeMutableBufferPointer { values in
      guard let start = values.baseAddress else { return }
      body(
        nk_token_figures(
          log_probability: start, entropy: start + count, squared_sum: start + 2 * count,
          divergence: start + 3 * count))
    }
    return values
  }

  /// In double precision whatever the logits' precision: hence the fixed tolerance.
  @Test(arguments: TablePair.all, [1.0, 0.7, 3])
  func describesTokens(pair: TablePair, temperature: Double) {
    let relative = pair.precision == nk_single ? Double(Float.ulpOfOne) : Double.ulpOfOne
    for (vocabulary, scale) in [(2, 1.0), (7, 3), (19, 10), (32, 30), (33, 1)] {
      pair.compare(seed: vocabulary, tolerance: 2e-14 / relative, "V \(vocabulary)") {
        kernels, memory in
        let step = padded(vocabulary)
        let logits = memory.rows(11, vocabulary, step: step, scale: scale)
        let behavior = memory.rows(11, vocabulary, scale: scale)
        let tokens = memory.integers(11, below: vocabulary)
        var scratch = [Double](repeating: 0, count: 4 * (vocabulary + 8))
        memory.report(
          figures(11) {
            kernels.token_statistics(
              11, vocabulary, logits, step, temperature, tokens, behavior, vocabulary, $0,
              &scratch)
          })
      }
    }
  }

  @Test(arguments: TablePair.all)
  func samplesAsTheReferenceDoes(pair: TablePair) {
    let draws = (0..<60).map { Int32(1 + $0 % 5) }
    let count = Int(draws.reduce(0, +))
    for vocabulary in [2, 19, 32] {
      pair.compare(seed: vocabulary) { kernels, memory in
        let logits = memory.rows(60, vocabulary, step: padded(vocabulary), scale: 2)
        let uniforms = memory.doubles(count)
        var tokens = [Int32](repeating: -1, count: count)
        var scratch = [Double](repeating: 0, count: 4 * (vocabulary + 8))
        let described = figures(count) {
          kernels.sample(
            60, vocabulary, logits, padded(vocabulary), 0.9, draws, uniforms, &tokens, $0,
            &scratch)
        }
        memory.report(tokens.map(Double.init))
        memory.report(described)
      }
    }
  }

  /// Uniforms at both ends draw tokens that exist, even if the last has no probability.
  @Test(arguments: TablePair.all)
  func samplesAtTheEnds(pair: TablePair) throws {
    let kernels = try #require(nk_kernels_at(pair.level, pair.precision)).pointee
    let logits: [Double] = [0, 0, 0, -900]
    var tokens: [Int32] = [-1, -1]
    var scratch = [Double](repeating: 0, count: 4 * 12)
    _ = figures(2) { figures in
      if pair.precision == nk_single {
        let singles = logits.map(Float.init)
        kernels.sample(1, 4, singles, 4, 1, [2], [0, 1.0.nextDown], &tokens, figures, &scratch)
      } else {
        kernels.sample(1, 4, logits, 4, 1, [2], [0, 1.0.nextDown], &tokens, figures, &scratch)
      }
    }
    #expect(tokens == [0, 2])
  }

  @Test(arguments: TablePair.all)
  func differentiatesLogits(pair: TablePair) {
    for vocabulary in [2, 19, 32] {
      pair.compare(seed: vocabulary, tolerance: 4) { kernels, memory in
        let step = padded(vocabulary)
        let logits = memory.rows(9, vocabulary, step: step, scale: 4)
        let tokens = memory.integers(9, below: vocabulary)
        let coefficients = memory.doubles(9)
        let gradient = memory.zeros(9 * step)
        var scratch = [Double](repeating: 0, count: 4 * (vocabulary + 8))
        kernels.logits_gradient(
          9, vocabulary, logits, step, 1.3, tokens, coefficients, gradient, 0, &scratch)
        // A second token of the first rows.
        kernels.logits_gradient(
          5, vocabulary, logits, step, 1.3, Array(tokens.suffix(5)), coefficients, gradient, 1,
          &scratch)
        memory.report(gradient, 9, step)
      }
    }
  }
}
