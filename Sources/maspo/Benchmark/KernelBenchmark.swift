internal import Dispatch
internal import PolicyObjectives
internal import RepeatableRandom

/// Speed of the objective kernel that the trainer calls: MASPO's loss and gradient on a million
/// tokens, split over the threads at multiples of its blocks.
struct KernelBenchmark {
  let threads: Int
  let repetitions: Int

  private static let tokenCount = 1 << 20
  /// Several pieces for each thread, so that a slow core does not hold up the others.
  private static let pieceLength = 64 * MASPOKernel<Float>.blockLength

  func figure<Scalar: MASPOKernelScalar>(
    _: Scalar.Type, precision: String
  ) -> BenchmarkReport.Figure {
    let tokens = Columns<Scalar>(count: Self.tokenCount)
    defer { tokens.deallocate() }
    let rates = (0..<repetitions + 2).map { _ in
      Double(Self.tokenCount) / seconds { evaluate(tokens) }
    }
    return BenchmarkReport.Figure(
      "objective, \(precision)", "tokens/s", Array(rates.dropFirst(2)),
      "MASPO's loss and gradient, 1 Mi tokens")
  }

  private func evaluate<Scalar: MASPOKernelScalar>(_ tokens: Columns<Scalar>) {
    let pieces = Self.tokenCount / Self.pieceLength
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      let kernel = MASPOKernel<Scalar>(MASPOObjective())
      var loss = 0.0
      for piece in stride(from: thread, to: pieces, by: threads) {
        let range = piece * Self.pieceLength..<(piece + 1) * Self.pieceLength
        loss += kernel.evaluate(
          behavior: tokens.inputs[0][range], current: tokens.inputs[1][range],
          advantage: tokens.inputs[2][range], weight: tokens.inputs[3][range],
          gradient: UnsafeMutableBufferPointer(rebasing: tokens.gradient[range]))
      }
      precondition(loss.isFinite, "the loss of finite tokens is finite")
    }
  }

  /// Tokens as training has them: log-probabilities down to about −4, ratios around 1, both signs.
  ///
  /// `@unchecked`: the inputs are only read, and every thread writes gradients of its own pieces.
  private struct Columns<Scalar: MASPOKernelScalar>: @unchecked Sendable {
    let inputs: [UnsafeMutableBufferPointer<Scalar>]
    let gradient: UnsafeMutableBufferPointer<Scalar>

    init(count: Int) {
      var generator = SeedPath(5).generator
      inputs = (0..<4).map { _ in .allocate(capacity: count) }
      gradient = .allocate(capacity: count)
      gradient.initialize(repeating: 0)
      for token in 0..<count {
        let old = -4 * generator.uniform()
        let values = [
          old, min(0, old + 0.2 * generator.normal()), generator.normal(),
          generator.chance(0.9) ? 1 / Double(count) : 0,
        ]
        for (column, value) in zip(inputs, values) {
          column.initializeElement(at: token, to: Scalar(value))
        }
      }
    }

    func deallocate() {
      for column in inputs { column.deallocate() }
      gradient.deallocate()
    }
  }
}
