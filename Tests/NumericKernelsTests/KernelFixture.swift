import NumericKernels
import RepeatableRandom
import Testing

/// One kernel table beside the reference table of its precision.
struct TablePair: CustomTestStringConvertible, Sendable {
  let level: nk_level
  let precision: nk_precision

  /// Every level of this machine but the reference itself, in both precisions.
  static let all: [TablePair] = [nk_baseline, nk_v3, nk_v4].flatMap { level in
    [nk_single, nk_double].compactMap { precision in
      nk_kernels_at(level, precision) == nil
        ? nil : TablePair(level: level, precision: precision)
    }
  }

  var testDescription: String {
    "\(String(cString: table(level).name)) \(precision == nk_single ? "single" : "double")"
  }

  private func table(_ level: nk_level) -> nk_kernels {
    guard let table = nk_kernels_at(level, precision) else {
      preconditionFailure("no table for level \(level)")
    }
    return table.pointee
  }

  /// Runs `body` with the fast and with the reference kernels on equal memory, and expects the
  /// memory to agree afterwards.
  ///
  /// - Parameter tolerance: in units of the precision's rounding error at 1.
  func compare(
    seed: Int, tolerance: Double = 64, _ comment: String = "",
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (nk_kernels, inout KernelMemory) -> Void
  ) {
    if precision == nk_single {
      compare(
        Float.self, seed, tolerance * Double(Float.ulpOfOne), comment, sourceLocation, body)
    } else {
      compare(
        Double.self, seed, tolerance * Double.ulpOfOne, comment, sourceLocation, body)
    }
  }

  private func compare<Scalar: BinaryFloatingPoint>(
    _: Scalar.Type, _ seed: Int, _ tolerance: Double, _ comment: String,
    _ sourceLocation: SourceLocation, _ body: (nk_kernels, inout KernelMemory) -> Void
  ) {
    var fast = KernelMemory(Scalar.self, seed: seed)
    var plain = KernelMemory(Scalar.self, seed: seed)
    defer {
      fast.deallocate()
      plain.deallocate()
    }
    body(table(level), &fast)
    body(table(nk_reference), &plain)
    for (index, (left, right)) in zip(fast.results, plain.results).enumerated() {
      let worst = zip(left, right).map { abs($0 - $1) / max(1, abs($1)) }
        .reduce(0) { $1.isNaN ? .infinity : max($0, $1) }
      #expect(
        left.count == right.count && worst <= tolerance, "result \(index) \(comment)",
        sourceLocation: sourceLocation)
    }
    #expect(!fast.results.isEmpty, sourceLocation: sourceLocation)
  }
}

/// Buffers of either precision, filled with the same random numbers for the same seed.
struct KernelMemory {
  private var generator: RepeatableGenerator
  private var buffers: [UnsafeMutableRawPointer] = []
  private let stride: Int
  private let write: (UnsafeMutableRawPointer, Int, Double) -> Void
  private let read: (UnsafeMutableRawPointer, Int) -> Double
  private(set) var results: [[Double]] = []

  init<Scalar: BinaryFloatingPoint>(_: Scalar.Type, seed: Int) {
    generator = SeedPath(UInt64(seed)).generator
    stride = MemoryLayout<Scalar>.stride
    write = {
      $0.storeBytes(of: Scalar($2), toByteOffset: $1 * MemoryLayout<Scalar>.stride, as: Scalar.self)
    }
    read = { Double($0.load(fromByteOffset: $1 * MemoryLayout<Scalar>.stride, as: Scalar.self)) }
  }

  /// Rows of `width` normals, transformed, in `step` elements; the rest is zero.
  mutating func rows(
    _ count: Int, _ width: Int, step: Int? = nil, scale: Double = 1,
    transform: (Double) -> Double = { $0 }
  ) -> UnsafeMutableRawPointer {
    let step = step ?? width
    let size = (count * step + 64) * stride
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
    buffer.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    for row in 0..<count {
      for column in 0..<width {
        write(buffer, row * step + column, transform(generator.normal() * scale))
      }
    }
    buffers.append(buffer)
    return buffer
  }

  mutating func zeros(_ count: Int) -> UnsafeMutableRawPointer { rows(1, 0, step: count) }

  mutating func integers(_ count: Int, below bound: Int) -> [Int32] {
    (0..<count).map { _ in Int32(generator.integer(below: bound)) }
  }

  mutating func doubles(_ count: Int) -> [Double] { (0..<count).map { _ in generator.uniform() } }

  /// Reports `width` elements of each row.
  mutating func report(
    _ buffer: UnsafeMutableRawPointer, _ count: Int, _ width: Int, step: Int? = nil
  ) {
    results.append(
      (0..<count).flatMap { row in
        (0..<width).map { read(buffer, row * (step ?? width) + $0) }
      })
  }

  mutating func report(_ values: [Double]) { results.append(values) }

  func advanced(_ buffer: UnsafeMutableRawPointer, by elements: Int) -> UnsafeMutableRawPointer {
    buffer + elements * stride
  }

  func deallocate() {
    for buffer in buffers { buffer.deallocate() }
  }
}

func padded(_ count: Int) -> Int { (count + 15) & ~15 }
