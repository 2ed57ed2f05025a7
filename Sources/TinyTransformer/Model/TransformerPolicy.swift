public import RepeatableRandom

/// A policy: a transformer's configuration and its parameters.
///
/// Not `Sendable`: one thread owns it; forward passes split their own work over threads.
public final class TransformerPolicy<Scalar: TransformerScalar> {
  public let configuration: TransformerConfiguration
  public let table: ParameterTable
  private let storage: AlignedBuffer<Scalar>
  private let packed: PackedWeights<Scalar>
  /// Changes whenever the parameters may have.
  private(set) var version = 0
  private var packedVersion = -1
  let rotary: RotaryTable<Scalar>

  /// A freshly initialized policy: embedding N(0, 0.02²), matrices N(0, 1/inputs), those that
  /// write to the residual stream (output and down) further scaled by 1/√(2·layers),
  /// normalization weights 1. Each tensor draws from its own stream of `seed`.
  ///
  /// - Precondition: the configuration is valid.
  public init(
    configuration: TransformerConfiguration, seed: SeedPath, level: KernelLevel = .best
  ) {
    do {
      try configuration.validate()
    } catch {
      preconditionFailure("invalid configuration: \(error)")
    }
    self.configuration = configuration
    table = ParameterTable(configuration: configuration)
    storage = AlignedBuffer(count: table.totalCount)
    packed = PackedWeights(configuration: configuration, table: table, level: level)
    rotary = RotaryTable(configuration)
    for entry in table.entries { initialize(entry, seed.appending(entry.name)) }
  }

  private func initialize(_ entry: ParameterTable.Entry, _ seed: SeedPath) {
    let values = UnsafeMutableBufferPointer(
      start: storage.pointer + entry.offset, count: entry.count)
    guard entry.shape.count == 2 else {
      values.update(repeating: 1)
      return
    }
    var deviation = 0.02
    if entry.offset != table.embedding {
      deviation = 1 / Double(entry.shape[1]).squareRoot()
      if entry.name.hasSuffix("o_proj.weight") || entry.name.hasSuffix("down_proj.weight") {
        deviation /= Double(2 * configuration.layerCount).squareRoot()
      }
    }
    var generator = seed.generator
    for index in values.indices { values[index] = Scalar(generator.normal() * deviation) }
  }

  /// Lends the parameters, in table order, for reading and writing.
  public func withParameters<Result>(
    _ body: (UnsafeMutableBufferPointer<Scalar>) throws -> Result
  ) rethrows -> Result {
    version += 1
    return try body(UnsafeMutableBufferPointer(start: storage.pointer, count: table.totalCount))
  }

  /// A copy of all parameters in table order.
  ///
  /// - Precondition: a new value has `table.totalCount` elements.
  public var parameters: [Scalar] {
    get { Array(UnsafeBufferPointer(start: storage.pointer, count: table.totalCount)) }
    set {
      precondition(
        newValue.count == table.totalCount,
        "got \(newValue.count) parameters, need \(table.totalCount)")
      newValue.withUnsafeBufferPointer { source in
        withParameters { _ = $0.update(from: source) }
      }
    }
  }

  /// FNV-1a, 64 bits, over the little-endian bytes of all parameters in table order.
  public func weightsDigest() -> UInt64 {
    var hash = FNV1a()
    for index in 0..<table.totalCount {
      switch storage.pointer[index] {
      case let value as Float: hash.append(littleEndian: value.bitPattern)
      case let value: hash.append(littleEndian: Double(value).bitPattern)
      }
    }
    return hash.value
  }

  /// The instruction set of this policy's kernels.
  public var kernelLevel: KernelLevel { packed.kernels.level }

  /// The parameters as panels, up to date.
  func packedWeights(threads: Int) -> PackedWeights<Scalar> {
    if packedVersion != version {
      packed.refresh(from: storage.pointer, threads: threads)
      packedVersion = version
    }
    return packed
  }
}

/// Cosines and sines of the rotary angles, `[contextLength, headWidth / 2]`:
/// position · base^(−2i / headWidth).
final class RotaryTable<Scalar: TransformerScalar> {
  let cosines: AlignedBuffer<Scalar>
  let sines: AlignedBuffer<Scalar>

  init(_ configuration: TransformerConfiguration) {
    let half = configuration.headWidth / 2
    cosines = AlignedBuffer(count: configuration.contextLength * half)
    sines = AlignedBuffer(count: configuration.contextLength * half)
    for position in 0..<configuration.contextLength {
      for i in 0..<half {
        let exponent = -2 * Double(i) / Double(configuration.headWidth)
        let angle = Double(position) * power(configuration.ropeBase, exponent)
        cosines.pointer[position * half + i] = Scalar(cosine(angle))
        sines.pointer[position * half + i] = Scalar(sine(angle))
      }
    }
  }
}
