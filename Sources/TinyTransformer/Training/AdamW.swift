internal import NumericKernels

/// Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled Weight Decay
/// Regularization", ICLR 2019, algorithm 2), moments in the policy's precision.
public final class AdamW<Scalar: TransformerScalar> {
  public struct Settings: Sendable, Hashable, Codable {
    public var firstDecay: Double
    public var secondDecay: Double
    public var epsilon: Double
    /// Applied to all parameters, times the learning rate.
    public var weightDecay: Double

    public init(
      firstDecay: Double = 0.9, secondDecay: Double = 0.99, epsilon: Double = 1e-8,
      weightDecay: Double = 0
    ) {
      self.firstDecay = firstDecay
      self.secondDecay = secondDecay
      self.epsilon = epsilon
      self.weightDecay = weightDecay
    }
  }

  public var settings: Settings
  /// Steps taken so far.
  public private(set) var stepCount = 0
  private let count: Int
  private let first: AlignedBuffer<Scalar>
  private let second: AlignedBuffer<Scalar>

  public init(configuration: TransformerConfiguration, settings: Settings = Settings()) {
    self.settings = settings
    count = ParameterTable(configuration: configuration).totalCount
    first = AlignedBuffer(count: count)
    second = AlignedBuffer(count: count)
  }

  /// The complete state, for checkpoints.
  public struct State: Sendable {
    public var stepCount: Int
    public var firstMoments: [Scalar]
    public var secondMoments: [Scalar]

    public init(stepCount: Int, firstMoments: [Scalar], secondMoments: [Scalar]) {
      self.stepCount = stepCount
      self.firstMoments = firstMoments
      self.secondMoments = secondMoments
    }
  }

  /// - Precondition: moments set have one element per parameter.
  public var state: State {
    get {
      State(
        stepCount: stepCount,
        firstMoments: Array(UnsafeBufferPointer(start: first.pointer, count: count)),
        secondMoments: Array(UnsafeBufferPointer(start: second.pointer, count: count)))
    }
    set {
      precondition(
        newValue.firstMoments.count == count && newValue.secondMoments.count == count,
        "moments must have \(count) elements")
      stepCount = newValue.stepCount
      newValue.firstMoments.withUnsafeBufferPointer { source in
        _ = UnsafeMutableBufferPointer(start: first.pointer, count: count).update(from: source)
      }
      newValue.secondMoments.withUnsafeBufferPointer { source in
        _ = UnsafeMutableBufferPointer(start: second.pointer, count: count).update(from: source)
      }
    }
  }

  /// Takes one step along `gradients.total · gradientScale`.
  ///
  /// - Parameter gradientScale: the clip factor.
  /// - Precondition: policy, gradients and optimizer are of one configuration.
  @specialized(where Scalar == Float)
  public func step(
    _ policy: TransformerPolicy<Scalar>, _ gradients: GradientSet<Scalar>, learningRate: Double,
    gradientScale: Double = 1, threads: Int = 1
  ) {
    precondition(
      policy.table.totalCount == count && gradients.count == count,
      "policy, gradient and optimizer differ in size")
    stepCount += 1
    let firstScale = 1 / (1 - power(settings.firstDecay, Double(stepCount)))
    let secondScale = 1 / (1 - power(settings.secondDecay, Double(stepCount)))
    let kernels = KernelTable<Scalar>(policy.kernelLevel).functions
    policy.withParameters { parameters in
      guard let parameters = parameters.baseAddress else { return }
      Workers.perform(items: GradientSet<Scalar>.sliceCount, threads: threads) { _, index in
        let range = GradientSet<Scalar>.slice(index, of: count)
        let start = range.lowerBound
        kernels.adam(
          range.count, parameters + start, gradients.totalBuffer.pointer + start,
          first.pointer + start, second.pointer + start, gradientScale, learningRate,
          settings.firstDecay, settings.secondDecay, firstScale, secondScale, settings.epsilon,
          settings.weightDecay)
      }
    }
  }
}
