internal import NumericKernels

/// What a model costs, by counting the multiplications and additions of its matrix products and
/// of attention, two operations for each multiply-add, every row computed, nothing shared.
extension TransformerConfiguration {
  /// Operations of one position's matrix products without the output matrix.
  private var layerOperations: Double {
    let d = Double(width)
    return 2 * Double(layerCount) * (4 * d * d + 3 * d * Double(hiddenWidth))
  }

  private var headOperations: Double { 2 * Double(width) * Double(vocabularySize) }

  /// Operations of one sampled token, prompts not counted: 216,832 for the reference model with
  /// prompts of 11 and responses of 24 tokens.
  public func operationsPerSampledToken(promptLength: Int, responseLength: Int) -> Double {
    let keys = Double(promptLength) + Double(responseLength + 1) / 2
    return layerOperations + headOperations + 4 * Double(width) * Double(layerCount) * keys
  }

  /// Operations of one position in an update, forward and backward: 637,666 for the same.
  public func operationsPerUpdatePosition(promptLength: Int, responseLength: Int) -> Double {
    let length = Double(promptLength + responseLength)
    let scored = Double(responseLength) / (length - 1)
    let attention = 4 * Double(width) * Double(layerCount) * length / 2
    return 3 * (layerOperations + headOperations * scored + attention)
  }
}

/// The most that this machine can multiply and add, for comparison.
public enum MachinePeak {
  /// Floating-point operations per second of `threads` threads together, in registers, at the
  /// best instruction set: the best of several trials of about 10 ms.
  public static func operationsPerSecond<Scalar: TransformerScalar>(
    _: Scalar.Type, threads: Int, trials: Int = 8
  ) -> Double {
    let kernels = KernelTable<Scalar>().functions
    let rounds = 2_000_000
    return (0..<trials).reduce(0) { best, _ in
      var operations = Array(repeating: 0.0, count: threads)
      let elapsed = ContinuousClock().measure {
        operations.withUnsafeMutableBufferPointer { operations in
          let results = operations
          Workers.perform(items: threads, threads: threads) { _, item in
            var sink = Scalar(0)
            results[item] = kernels.saturate(rounds, &sink)
          }
        }
      }
      let seconds =
        Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
      return max(best, operations.reduce(0, +) / seconds)
    }
  }
}
