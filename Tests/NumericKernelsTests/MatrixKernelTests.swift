import NumericKernels
import Testing

@Suite struct MatrixKernelTests {
  /// Rows, depth, width: the reference model's, and odd ones around every tile edge.
  static let shapes = [
    (1, 1, 1), (2, 3, 5), (3, 12, 7), (5, 20, 19), (7, 64, 31), (8, 64, 32), (9, 17, 33),
    (13, 176, 64), (31, 64, 192), (33, 7, 352), (64, 352, 64),
  ]

  @Test(arguments: TablePair.all)
  func multiplies(pair: TablePair) {
    for (index, (rows, depth, width)) in Self.shapes.enumerated() {
      for accumulate: Int32 in [0, 1] {
        pair.compare(seed: index, tolerance: 512, "\(rows) x \(depth) x \(width)") {
          kernels, memory in
          let a = memory.rows(rows, depth, step: padded(depth))
          let weights = memory.rows(width, depth)
          let c = memory.rows(rows, padded(width))
          let panels = memory.zeros(depth * padded(width))
          kernels.pack(weights, 1, depth, depth, width, panels, depth * kernels.lanes)
          kernels.multiply(
            rows, padded(width), depth, a, padded(depth), panels, depth * kernels.lanes, c,
            padded(width), accumulate)
          memory.report(c, rows, width, step: padded(width))
        }
      }
    }
  }

  @Test(arguments: TablePair.all)
  func packsTheOtherWay(pair: TablePair) {
    for (index, (rows, depth, width)) in Self.shapes.enumerated() {
      pair.compare(seed: index, tolerance: 512, "\(rows) x \(depth) x \(width)") {
        kernels, memory in
        let a = memory.rows(rows, depth, step: padded(depth))
        let weights = memory.rows(depth, width)
        let c = memory.zeros(rows * padded(width))
        let panels = memory.zeros(depth * padded(width))
        kernels.pack(weights, width, 1, depth, width, panels, depth * kernels.lanes)
        kernels.multiply(
          rows, padded(width), depth, a, padded(depth), panels, depth * kernels.lanes, c,
          padded(width), 0)
        // Padding included: it must be zero.
        memory.report(c, rows, padded(width))
      }
    }
  }

  @Test(arguments: TablePair.all)
  func multipliesTransposed(pair: TablePair) {
    for (index, (depth, height, width)) in Self.shapes.enumerated() {
      pair.compare(seed: index, "\(height) x \(depth) x \(width)") { kernels, memory in
        let a = memory.rows(depth, height, step: padded(height))
        let b = memory.rows(depth, width, step: padded(width))
        // One row more than written: nothing may spill over.
        let c = memory.rows(height + 1, width)
        kernels.multiply_transposed(
          height, width, depth, a, padded(height), b, padded(width), c, width)
        memory.report(c, height + 1, width)
      }
    }
  }

  /// The arithmetic of a row does not depend on the rows beside it.
  @Test(arguments: TablePair.all)
  func aRowIsTheSameInEveryBatch(pair: TablePair) throws {
    let kernels = try #require(nk_kernels_at(pair.level, pair.precision)).pointee
    for (depth, width) in [(64, 192), (176, 64), (12, 36), (19, 7)] {
      var memory =
        pair.precision == nk_single
        ? KernelMemory(Float.self, seed: depth) : KernelMemory(Double.self, seed: depth)
      defer { memory.deallocate() }
      let most = 41
      let step = depth * kernels.lanes
      let a = memory.rows(most, depth)
      let weights = memory.rows(width, depth)
      let panels = memory.zeros(depth * padded(width))
      kernels.pack(weights, 1, depth, depth, width, panels, step)
      let alone = memory.zeros(most * padded(width))
      for row in 0..<most {
        kernels.multiply(
          1, padded(width), depth, memory.advanced(a, by: row * depth), depth, panels, step,
          memory.advanced(alone, by: row * padded(width)), padded(width), 0)
      }
      memory.report(alone, most, padded(width))
      for rows in 2...most {
        let together = memory.zeros(rows * padded(width))
        kernels.multiply(
          rows, padded(width), depth, a, depth, panels, step, together, padded(width), 0)
        memory.report(together, rows, padded(width))
        let batch = memory.results.last ?? []
        #expect(Array(memory.results[0].prefix(batch.count)) == batch, "\(rows) rows")
      }
    }
  }
}
