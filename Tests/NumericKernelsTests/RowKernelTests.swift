import NumericKernels
import Testing

@Suite struct RowKernelTests {
  static let widths = [2, 12, 16, 19, 31, 64, 176]

  @Test(arguments: TablePair.all)
  func normalizesAndBack(pair: TablePair) {
    for width in Self.widths {
      let step = padded(width)
      pair.compare(seed: width, tolerance: 256, "width \(width)") { kernels, memory in
        let input = memory.rows(9, width, step: step)
        let weight = memory.rows(1, width, step: step)
        let gradient = memory.rows(9, width, step: step)
        let inputGradient = memory.rows(9, width, step: step)
        let weightGradient = memory.rows(1, width + 1)
        let output = memory.zeros(9 * step)
        kernels.normalize(9, width, step, input, weight, 1e-5, output)
        kernels.normalize_backward(
          9, width, step, gradient, input, weight, 1e-5, inputGradient, weightGradient)
        memory.report(output, 9, step)
        memory.report(inputGradient, 9, step)
        memory.report(weightGradient, 1, width + 1)
      }
    }
  }

  /// From moderate gates to ones whose exponential leaves the range of singles.
  @Test(arguments: TablePair.all, [1.0, 30, 300])
  func gatesAndBack(pair: TablePair, scale: Double) {
    for section in [16, 32, 176] {
      pair.compare(seed: section, "section \(section)") { kernels, memory in
        let gateUp = memory.rows(5, 2 * section, scale: scale)
        let gradient = memory.rows(5, section)
        let outputs = (0..<2).map { _ in memory.zeros(5 * section) }
        let gateUpGradient = memory.zeros(5 * 2 * section)
        kernels.gate(5, section, gateUp, outputs[0])
        kernels.gate_backward(5, section, gateUp, gradient, outputs[1], gateUpGradient)
        for output in outputs { memory.report(output, 5, section) }
        memory.report(gateUpGradient, 5, 2 * section)
      }
    }
  }

  @Test(arguments: TablePair.all)
  func rotates(pair: TablePair) {
    for (heads, width) in [(3, 4), (4, 16), (1, 20), (2, 32)] {
      let section = padded(heads * width)
      for (direction, keysOnly): (Int32, Int32) in [(1, 0), (-1, 0), (1, 1)] {
        pair.compare(seed: width, "head width \(width)") { kernels, memory in
          var shape = attentionShape(heads: heads, headWidth: width)
          let rows = memory.rows(6, 3 * section)
          let cosines = memory.rows(10, width / 2)
          let sines = memory.rows(10, width / 2)
          let positions = memory.integers(6, below: 10)
          kernels.rotate(&shape, 6, rows, positions, cosines, sines, direction, keysOnly)
          memory.report(rows, 6, 3 * section)
        }
      }
    }
  }

  @Test(arguments: TablePair.all)
  func looksUpAndBack(pair: TablePair) {
    for width in Self.widths {
      let step = padded(width)
      pair.compare(seed: width) { kernels, memory in
        let table = memory.rows(7, width, step: step)
        let tokens = memory.integers(20, below: 7)
        let output = memory.zeros(20 * step)
        let tableGradient = memory.rows(7, width)
        kernels.look_up(20, step, tokens, table, output)
        kernels.look_up_backward(20, width, step, tokens, output, tableGradient)
        memory.report(output, 20, step)
        memory.report(tableGradient, 7, width)
      }
    }
  }

  @Test(arguments: TablePair.all)
  func sumsAndMultiplies(pair: TablePair) {
    for size in [1, 15, 64, 1003] {
      pair.compare(seed: size, tolerance: 2048) { kernels, memory in
        let sources = (0..<5).map { _ in memory.rows(1, size) }
        let target = memory.zeros(size)
        kernels.sum(size, 5, sources.map { UnsafeRawPointer($0) }, target)
        var product = 3.0
        kernels.dot(size, sources[0], sources[1], &product)
        memory.report(target, 1, size)
        memory.report([product])
      }
    }
  }

  /// x ← x/2 + 1 ends at its fixed point 2 from anywhere; a table counts its operations.
  @Test(arguments: TablePair.all)
  func saturates(pair: TablePair) throws {
    let kernels = try #require(nk_kernels_at(pair.level, pair.precision)).pointee
    var result = 0.0
    if pair.precision == nk_single {
      var single: Float = 0
      #expect(kernels.saturate(200, &single) > Double(2 * 200 * kernels.lanes))
      result = Double(single)
    } else {
      #expect(kernels.saturate(200, &result) > Double(2 * 200 * kernels.lanes))
    }
    #expect(result.truncatingRemainder(dividingBy: 2) == 0 && result > 2)
  }

  @Test(arguments: TablePair.all)
  func stepsLikeAdam(pair: TablePair) {
    for size in [1, 17, 100] {
      pair.compare(seed: size) { kernels, memory in
        let parameters = memory.rows(1, size)
        let gradient = memory.rows(1, size)
        let first = memory.zeros(size)
        let second = memory.zeros(size)
        for _ in 0..<3 {
          kernels.adam(
            size, parameters, gradient, first, second, 0.7, 1e-2, 0.9, 0.99, 2.5, 40, 1e-8, 0.1)
        }
        for buffer in [parameters, first, second] { memory.report(buffer, 1, size) }
      }
    }
  }
}

func attentionShape(heads: Int, headWidth: Int, capacity: Int = 0) -> nk_attention_shape {
  let section = padded(heads * headWidth)
  return nk_attention_shape(
    heads: heads, head_width: headWidth, section: section, row_step: 3 * section,
    out_step: section, capacity: capacity)
}
