internal import NumericKernels

/// The precision a transformer computes in: `Float` to train, `Double` to check gradients. Both
/// run the same kernels, compiled twice.
public protocol TransformerScalar: BinaryFloatingPoint, BitwiseCopyable, Sendable {
  /// 0 for single, 1 for double precision.
  static var kernelPrecision: Int { get }
}

extension Float: TransformerScalar {
  public static var kernelPrecision: Int { 0 }
}

extension Double: TransformerScalar {
  public static var kernelPrecision: Int { 1 }
}

/// The instruction sets that the kernels are compiled for.
public enum KernelLevel: Int, Sendable, CaseIterable {
  case reference, baseline, v3, v4

  /// The highest level of this machine.
  public static var best: KernelLevel {
    KernelLevel(rawValue: Int(nk_best_level().rawValue)) ?? .baseline
  }

  /// The instruction set by name, such as `x86-64-v4`.
  public var name: String {
    let table = nk_kernels_at(nk_level(UInt32(rawValue)), nk_single)
    return table.map { String(cString: $0.pointee.name) } ?? "\(self)"
  }

  /// The levels this machine can run, the reference loops first.
  public static var available: [KernelLevel] { allCases.filter { $0.rawValue <= best.rawValue } }
}

/// The kernel table of a precision and level.
struct KernelTable<Scalar: TransformerScalar> {
  let functions: nk_kernels
  let level: KernelLevel

  /// - Precondition: the machine has the level.
  init(_ level: KernelLevel = .best) {
    guard
      let table = nk_kernels_at(
        nk_level(UInt32(level.rawValue)), nk_precision(UInt32(Scalar.kernelPrecision)))
    else { preconditionFailure("this machine cannot run kernels of level \(level)") }
    functions = table.pointee
    self.level = level
  }

  var lanes: Int { functions.lanes }
}

extension TransformerConfiguration {
  /// The kernels' description of an attention layer, for caches of `capacity` keys.
  func attentionShape(capacity: Int = 0) -> nk_attention_shape {
    let section = PaddedWidths(self).width
    return nk_attention_shape(
      heads: headCount, head_width: headWidth, section: section, row_step: 3 * section,
      out_step: section, capacity: PaddedWidths.padded(capacity))
  }
}
