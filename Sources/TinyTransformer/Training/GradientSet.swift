internal import NumericKernels

/// The gradient of one update, apart by the sign of the sequences it comes from.
///
/// `positive`, `negative` and `unsigned` add up, in this order and in the policy's precision,
/// to `total`, the gradient that is applied. All are in the order of the parameter table.
public final class GradientSet<Scalar: TransformerScalar> {
  public let count: Int
  let buffers: [AlignedBuffer<Scalar>]
  let totalBuffer: AlignedBuffer<Scalar>
  var isPresent = [false, false, false]

  /// Inner products of (positive, positive), (negative, negative), (positive, negative),
  /// (unsigned, unsigned) and (total, total).
  var products = Products()

  struct Products {
    var positive = 0.0
    var negative = 0.0
    var mixed = 0.0
    var unsigned = 0.0
    var total = 0.0

    static func += (sum: inout Products, part: Products) {
      sum.positive += part.positive
      sum.negative += part.negative
      sum.mixed += part.mixed
      sum.unsigned += part.unsigned
      sum.total += part.total
    }
  }

  public init(configuration: TransformerConfiguration) {
    let count = ParameterTable(configuration: configuration).totalCount
    self.count = count
    buffers = (0..<3).map { _ in AlignedBuffer(count: count) }
    totalBuffer = AlignedBuffer(count: count)
  }

  /// The gradient of the sequences with sign +1; `nil` if none contributed. Likewise below.
  public var positive: [Scalar]? { copy(0) }
  public var negative: [Scalar]? { copy(1) }
  public var unsigned: [Scalar]? { copy(2) }
  public var total: [Scalar] {
    Array(UnsafeBufferPointer(start: totalBuffer.pointer, count: count))
  }

  /// Euclidean norms, before clipping; `nil` where the part is absent.
  public var positiveNorm: Double? { isPresent[0] ? products.positive.squareRoot() : nil }
  public var negativeNorm: Double? { isPresent[1] ? products.negative.squareRoot() : nil }
  public var unsignedNorm: Double? { isPresent[2] ? products.unsigned.squareRoot() : nil }
  public var totalNorm: Double { products.total.squareRoot() }

  /// Cosine between the positive and the negative part; `nil` unless both are there and not 0.
  public var cosine: Double? {
    let lengths = (products.positive * products.negative).squareRoot()
    return isPresent[0] && isPresent[1] && lengths > 0 ? products.mixed / lengths : nil
  }

  /// The factor that scales `total` down to norm `limit`, 1 if it is shorter. A gradient that
  /// is not finite gives NaN: the caller must not apply it.
  public func clipFactor(limit: Double) -> Double {
    let norm = totalNorm
    guard norm.isFinite else { return .nan }
    return norm > limit ? limit / norm : 1
  }

  private func copy(_ part: Int) -> [Scalar]? {
    isPresent[part]
      ? Array(UnsafeBufferPointer(start: buffers[part].pointer, count: count)) : nil
  }

  /// Index of the buffer for a sign.
  static func part(of sign: Int8) -> Int { sign > 0 ? 0 : sign < 0 ? 1 : 2 }
}

extension GradientSet {
  /// Ranges of parameters that are summed and stepped independently; fixed, so that sums do not
  /// depend on the number of threads.
  static func slice(_ index: Int, of count: Int) -> Range<Int> {
    let size = ((count + sliceCount - 1) / sliceCount + 63) & ~63
    let start = min(count, index * size)
    return start..<min(count, start + size)
  }

  static var sliceCount: Int { 8 }

  /// Sums the lanes' buffers of each sign, in the order of the lanes, and the signs.
  func gather(
    _ lanes: [[UnsafeMutablePointer<Scalar>]], kernels: nk_kernels, threads: Int
  ) {
    isPresent = lanes.map { !$0.isEmpty }
    let present = lanes.indices.filter { isPresent[$0] }
    var parts = Array(repeating: Products(), count: Self.sliceCount)
    parts.withUnsafeMutableBufferPointer { parts in
      let results = parts
      Workers.perform(items: Self.sliceCount, threads: threads) { _, index in
        let range = Self.slice(index, of: count)
        for part in present {
          Self.sum(lanes[part], into: buffers[part].pointer, range, kernels)
        }
        Self.sum(present.map { buffers[$0].pointer }, into: totalBuffer.pointer, range, kernels)
        results[index] = multiply(range, kernels)
      }
    }
    products = parts.reduce(into: Products()) { $0 += $1 }
  }

  private static func sum(
    _ sources: [UnsafeMutablePointer<Scalar>], into target: UnsafeMutablePointer<Scalar>,
    _ range: Range<Int>, _ kernels: nk_kernels
  ) {
    guard !sources.isEmpty else {
      (target + range.lowerBound).clear(count: range.count)
      return
    }
    let starts = sources.map { UnsafeRawPointer($0 + range.lowerBound) }
    kernels.sum(range.count, starts.count, starts, target + range.lowerBound)
  }

  private func multiply(_ range: Range<Int>, _ kernels: nk_kernels) -> Products {
    var result = Products()
    let pointers = buffers.map { $0.pointer + range.lowerBound }
    let total = totalBuffer.pointer + range.lowerBound
    if isPresent[0] { kernels.dot(range.count, pointers[0], pointers[0], &result.positive) }
    if isPresent[1] { kernels.dot(range.count, pointers[1], pointers[1], &result.negative) }
    if isPresent[2] { kernels.dot(range.count, pointers[2], pointers[2], &result.unsigned) }
    if isPresent[0], isPresent[1] {
      kernels.dot(range.count, pointers[0], pointers[1], &result.mixed)
    }
    kernels.dot(range.count, total, total, &result.total)
    return result
  }
}
