import NumericKernels
import Testing

@Suite struct AttentionKernelTests {
  /// Heads, head width, context rows, own rows.
  static let shapes = [
    (1, 2, 0, 1), (3, 4, 0, 5), (4, 16, 10, 24), (2, 20, 3, 9), (5, 8, 17, 16), (4, 16, 0, 70),
    (1, 48, 31, 2),
  ]

  /// Two trees: a root of `before` rows, with or without queries, a run of `count` after it, and one
  /// that departs halfway through that; then a tree of `count` rows.
  private func trees(
    before: Int, count: Int, rootHasQueries: Bool
  ) -> (runs: [nk_attention_run], rows: Int, outputs: Int, probabilities: Int) {
    var runs: [nk_attention_run] = []
    var rows = 0
    var outputs = 0
    var probabilities = 0
    func add(_ count: Int, after context: Int, hasQueries: Bool = true) {
      guard count > 0 else { return }
      runs.append(
        nk_attention_run(
          first_row: rows, row_count: count, context_rows: context, first_output: outputs,
          first_probability: probabilities, has_queries: hasQueries ? 1 : 0))
      rows += count
      guard hasQueries else { return }
      outputs += count
      probabilities += count * padded(context + count)
    }
    add(before, after: 0, hasQueries: rootHasQueries)
    add(count, after: before)
    add((count + 1) / 2, after: before + count / 2)
    add(count, after: 0)
    return (runs, rows, outputs, probabilities)
  }

  @Test(arguments: TablePair.all, [true, false])
  func attendsAndBack(pair: TablePair, rootHasQueries: Bool) {
    for (index, (heads, width, before, count)) in Self.shapes.enumerated() {
      var shape = attentionShape(heads: heads, headWidth: width)
      let used = heads * width
      let step = shape.row_step
      let tree = trees(before: before, count: count, rootHasQueries: rootHasQueries)
      let longest = before + count + 1
      pair.compare(seed: index, tolerance: 1024, "\(Self.shapes[index])") { kernels, memory in
        let rows = memory.rows(tree.rows, step)
        let outputGradient = memory.rows(tree.outputs, used, step: shape.out_step)
        let rowsGradient = memory.rows(tree.rows, step)
        let output = memory.zeros(tree.outputs * shape.out_step)
        let probabilities = memory.zeros(heads * tree.probabilities)
        let scratch = memory.zeros(nk_attention_scratch(&shape, longest))
        kernels.attend(
          &shape, tree.runs.count, tree.runs, longest, rows, output, probabilities, scratch)
        kernels.attend_backward(
          &shape, tree.runs.count, tree.runs, longest, rows, outputGradient, probabilities,
          rowsGradient, scratch)
        memory.report(output, tree.outputs, used, step: shape.out_step)
        for run in tree.runs {
          for section in (run.has_queries == 0 ? 1 : 0)..<3 {
            let first = run.first_row * step + section * shape.section
            memory.report(
              memory.advanced(rowsGradient, by: first), run.row_count, used, step: step)
          }
          guard run.has_queries != 0 else { continue }
          let keys = padded(run.context_rows + run.row_count)
          for row in 0..<heads * run.row_count {
            memory.report(
              memory.advanced(
                probabilities, by: run.first_probability * heads + row * keys), 1,
              run.context_rows + row % run.row_count + 1)
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
      let runs = [
        nk_attention_run(
          first_row: 0, row_count: before, context_rows: 0, first_output: 0, first_probability: 0,
          has_queries: 0),
        nk_attention_run(
          first_row: before, row_count: count, context_rows: before, first_output: 0,
          first_probability: 0, has_queries: 1),
      ]
      kernels.attend(&shape, 2, runs, all, rows, together, probabilities, scratch)
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
