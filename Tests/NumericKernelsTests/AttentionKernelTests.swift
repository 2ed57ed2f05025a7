import NumericKernels
import Testing

@Suite struct AttentionKernelTests {
  /// Heads, head width, context rows, own rows.
  static let shapes = [
    (1, 2, 0, 1), (3, 4, 0, 5), (4, 16, 10, 24), (2, 20, 3, 9), (5, 8, 17, 16), (4, 16, 0, 70),
    (1, 48, 31, 2),
  ]

  @Test(arguments: TablePair.all)
  func attendsAndBack(pair: TablePair) {
    for (index, (heads, width, before, count)) in Self.shapes.enumerated() {
      var shape = attentionShape(heads: heads, headWidth: width)
      let used = heads * width
      let step = shape.row_step
      let keys = padded(before + count)
      pair.compare(seed: index, tolerance: 512, "\(Self.shapes[index])") { kernels, memory in
        // Keys may stand anywhere and in any order.
        let index = (0..<before).map { Int32(2 * (before - 1 - $0)) }
        let context = memory.rows(2 * before, step)
        let rows = memory.rows(count, step)
        let outputGradient = memory.rows(count, used, step: shape.out_step)
        let contextGradient = memory.zeros(2 * before * step)
        let rowsGradient = memory.zeros(count * step)
        let output = memory.zeros(count * shape.out_step)
        let probabilities = memory.zeros(heads * count * keys)
        let scratch = memory.zeros(nk_attention_scratch(&shape, before + count))
        index.withUnsafeBufferPointer { index in
          var run = nk_attention_run(
            rows: rows, row_count: count, context: context, context_index: index.baseAddress,
            context_rows: before)
          kernels.attend(&shape, &run, output, probabilities, scratch)
          kernels.attend_backward(
            &shape, &run, outputGradient, probabilities, rowsGradient, contextGradient, scratch)
        }
        memory.report(output, count, used, step: shape.out_step)
        memory.report(contextGradient, 2 * before, step)
        memory.report(rowsGradient, count, step)
        for head in 0..<heads {
          for row in 0..<count {
            memory.report(
              memory.advanced(probabilities, by: (head * count + row) * keys), 1,
              before + row + 1)
          }
        }
      }
    }
  }

  @Test(arguments: TablePair.all)
  func attendsToCachedKeys(pair: TablePair) {
    for (index, (heads, width, before, count)) in Self.shapes.enumerated() {
      var shape = attentionShape(
        heads: heads, headWidth: width, capacity: padded(before + count))
      let used = heads * width
      pair.compare(seed: index, tolerance: 512, "\(Self.shapes[index])") { kernels, memory in
        let rows = memory.rows(before + count, shape.row_step)
        let slots = (0..<2).map { _ in memory.zeros(nk_slot_size(&shape)) }
        let scratch = memory.zeros(nk_attention_scratch(&shape, shape.capacity))
        let output = memory.zeros(2 * shape.out_step)
        kernels.remember(&shape, before, rows, 0, slots[0])
        kernels.copy_slot(&shape, before, slots[0], slots[1])
        for row in before..<before + count {
          let query = memory.advanced(rows, by: row * shape.row_step)
          kernels.remember(&shape, 1, query, row, slots[1])
          kernels.attend_cached(
            &shape, 1, query, [slots[1]], [Int32(row + 1)], output, scratch)
          memory.report(output, 1, used)
        }
      }
    }
  }

  /// The row of a whole sequence and the same row over cached keys, bit for bit.
  @Test(arguments: TablePair.all)
  func cachedRowsEqualRowsOfASequence(pair: TablePair) throws {
    let kernels = try #require(nk_kernels_at(pair.level, pair.precision)).pointee
    for (index, (heads, width, before, count)) in Self.shapes.enumerated() {
      var memory =
        pair.precision == nk_single
        ? KernelMemory(Float.self, seed: index) : KernelMemory(Double.self, seed: index)
      defer { memory.deallocate() }
      let all = before + count
      var shape = attentionShape(heads: heads, headWidth: width, capacity: padded(all))
      let used = heads * width
      let rows = memory.rows(all, shape.row_step)
      let own = memory.advanced(rows, by: before * shape.row_step)
      let scratch = memory.zeros(nk_attention_scratch(&shape, all))
      let together = memory.zeros(count * shape.out_step)
      let probabilities = memory.zeros(heads * count * padded(all))
      (0..<before).map(Int32.init).withUnsafeBufferPointer { index in
        var run = nk_attention_run(
          rows: own, row_count: count, context: rows, context_index: index.baseAddress,
          context_rows: before)
        kernels.attend(&shape, &run, together, probabilities, scratch)
      }
      memory.report(together, count, used, step: shape.out_step)
      let slot = memory.zeros(nk_slot_size(&shape))
      kernels.remember(&shape, before, rows, 0, slot)
      let alone = memory.zeros(count * shape.out_step)
      for row in 0..<count {
        let query = memory.advanced(own, by: row * shape.row_step)
        kernels.remember(&shape, 1, query, before + row, slot)
        kernels.attend_cached(
          &shape, 1, query, [slot], [Int32(before + row + 1)],
          memory.advanced(alone, by: row * shape.out_step), scratch)
      }
      memory.report(alone, count, used, step: shape.out_step)
      #expect(memory.results[0] == memory.results[1], "\(Self.shapes[index])")
    }
  }
}
