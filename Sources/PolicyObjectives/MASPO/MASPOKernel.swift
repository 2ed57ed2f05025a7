internal import NumericKernels

/// A precision in which the kernel exists: `Float` and `Double`.
public protocol MASPOKernelScalar: BinaryFloatingPoint, Sendable {
  /// The kernels' number of the precision.
  static var kernelPrecision: Int { get }
}

extension Float: MASPOKernelScalar {
  public static var kernelPrecision: Int { Int(nk_single.rawValue) }
}

extension Double: MASPOKernelScalar {
  public static var kernelPrecision: Int { Int(nk_double.rawValue) }
}

/// MASPO's loss and gradient as vector code: what `MASPOObjective.evaluate` defines, token by
/// token, in the precision asked for.
///
/// A token's results depend on its own numbers alone. Losses are summed in blocks of
/// `blockLength`, so tokens that are cut at multiples of it give the same partial sums.
public struct MASPOKernel<Scalar: MASPOKernelScalar> {
  public static var blockLength: Int { Int(NK_MASPO_BLOCK) }

  private let settings: nk_maspo
  private let functions: nk_kernels

  public init(_ objective: MASPOObjective) {
    self.init(objective, level: nk_best_level())
  }

  /// - Precondition: the machine has the level.
  init(_ objective: MASPOObjective, level: nk_level) {
    guard let table = nk_kernels_at(level, nk_precision(UInt32(Scalar.kernelPrecision))) else {
      preconditionFailure("this machine cannot run kernels of level \(level.rawValue)")
    }
    functions = table.pointee
    settings = nk_maspo(objective)
  }

  /// Evaluates tokens.
  ///
  /// - Parameters:
  ///   - behavior: log π_old of the sampled tokens.
  ///   - current: log π of the same.
  ///   - advantage: A.
  ///   - weight: w = d loss / d token loss; 0 for a masked token, of which nothing else is used.
  ///   - gradient: receives d loss / d log π, after weighting; as long as the inputs.
  ///   - ratio: receives ρ, 0 where masked, if somebody wants it.
  ///   - gate: receives F, 0 where masked, if somebody wants it.
  /// - Returns: Σ w·L.
  /// - Precondition: all columns have the length of `behavior`.
  public func evaluate(
    behavior: some Collection<Scalar>, current: some Collection<Scalar>,
    advantage: some Collection<Scalar>, weight: some Collection<Scalar>,
    gradient: UnsafeMutableBufferPointer<Scalar>,
    ratio: UnsafeMutableBufferPointer<Scalar>? = nil,
    gate: UnsafeMutableBufferPointer<Scalar>? = nil
  ) -> Double {
    let count = gradient.count
    precondition(
      ratio?.count ?? count == count && gate?.count ?? count == count,
      "results must have \(count) elements")
    func read(_ column: some Collection<Scalar>, _ body: (UnsafePointer<Scalar>) -> Void) {
      precondition(column.count == count, "\(column.count) elements instead of \(count)")
      let isContiguous: Void? = column.withContiguousStorageIfAvailable { storage in
        if let start = storage.baseAddress { body(start) }
      }
      precondition(isContiguous != nil, "columns must be contiguous")
    }
    var loss = 0.0
    guard let target = gradient.baseAddress else { return loss }
    read(behavior) { behavior in
      read(current) { current in
        read(advantage) { advantage in
          read(weight) { weight in
            withUnsafePointer(to: settings) { settings in
              functions.maspo(
                settings, count, behavior, current, advantage, weight, target,
                ratio?.baseAddress, gate?.baseAddress, &loss)
            }
          }
        }
      }
    }
    return loss
  }
}

extension nk_maspo {
  fileprivate init(_ objective: MASPOObjective) {
    let limiter = objective.limiter
    let risk = objective.riskController
    self.init(
      sigma_base: limiter.baseSigma, alpha: limiter.exponentAlpha,
      sigma_low: limiter.sigmaLimit == nil ? 0 : limiter.baseSigma,
      sigma_high: limiter.sigmaLimit ?? .infinity, beta_positive: risk.positiveBeta,
      beta_negative: risk.negativeBeta, risk_low: risk.minimumFactor ?? 0,
      risk_high: risk.maximumFactor ?? .infinity)
  }
}
