/// A surrogate objective of the GRPO family: a pure function of log-probabilities and advantages.
///
/// A conforming type is a value that holds its validated parameters; `init()` gives the
/// catalog's defaults. It owns its loss, its analytic gradient, its aggregation and its
/// diagnostics, and knows nothing of models, trainers or screens. All arithmetic is in double
/// precision.
public protocol PolicyObjective: Sendable {
  /// Name, explanation, formula and source, for menus, help and documentation.
  static var info: ObjectiveInfo { get }

  /// Every parameter of the objective, in the order in which screens and files list them.
  static var parameters: [ObjectiveParameter<Self>] { get }

  /// The objective at the catalog's defaults.
  init()

  /// How per-token losses become one number.
  var aggregation: LossAggregation { get }

  /// How the rewards of a group become advantages.
  var groupAdvantage: GroupAdvantage { get }

  /// Whether `evaluate` needs the batch's `entropies`.
  static var usesEntropy: Bool { get }

  /// Evaluates loss and gradient on a whole minibatch.
  ///
  /// A NaN at an unmasked token gives a NaN loss; masked tokens change nothing. Objectives that
  /// have no loss per token (GMPO) ignore `aggregation`.
  func evaluate(_ batch: TokenBatch, aggregation: LossAggregation) -> ObjectiveEvaluation

  /// What a trainer calls: the same with the objective's own aggregation, at a precision that
  /// the objective states, without what only a person looks at. `evaluate` unless an objective
  /// has something faster.
  func evaluateForTraining(_ batch: TokenBatch) -> ObjectiveEvaluation

  /// The gate F at one hypothetical ratio, or `nil` for objectives that have no gate per token
  /// (the ratio of a sequence decides).
  ///
  /// - Parameters:
  ///   - ratio: importance ratio ρ > 0.
  ///   - behaviorProbability: π_old in (0, 1].
  ///   - advantage: A, either sign.
  ///   - context: what the last minibatch fixed for all tokens (adaptive bounds); may be empty.
  func gate(
    atRatio ratio: Double, behaviorProbability: Double, advantage: Double,
    context: BatchContext
  ) -> Double?

  /// What limits the ratio of a token with this π_old and advantage; `nil` where nothing does.
  func limits(
    behaviorProbability: Double, advantage: Double, context: BatchContext
  ) -> RatioLimits?

  /// The width of a soft gate with its factors; `nil` for objectives without one.
  func gateWidth(behaviorProbability: Double, advantage: Double) -> GateWidth?
}

extension PolicyObjective {
  public var aggregation: LossAggregation { .tokenMean }
  public var groupAdvantage: GroupAdvantage { GroupAdvantage(dividesByDeviation: true) }
  public static var usesEntropy: Bool { false }

  /// Evaluates with the objective's own aggregation.
  public func evaluate(_ batch: TokenBatch) -> ObjectiveEvaluation {
    evaluate(batch, aggregation: aggregation)
  }

  public func evaluateForTraining(_ batch: TokenBatch) -> ObjectiveEvaluation { evaluate(batch) }

  public func gateWidth(behaviorProbability: Double, advantage: Double) -> GateWidth? { nil }
}

/// An objective whose loss and gate of a token depend on that token alone.
public protocol TokenwiseObjective: PolicyObjective {}

/// What a person or a menu wants to know of an objective.
public struct ObjectiveInfo: Sendable, Hashable {
  /// The identifier of options and files, such as `clip_higher`.
  public let name: String
  /// The usual short title, such as `Clip-Higher`.
  public let title: String
  /// One sentence.
  public let summary: String
  /// One paragraph: the idea, the alternatives among published settings, what to watch.
  public let explanation: String
  /// The loss per token, in the symbols of the field.
  public let formula: String
  /// The paper and the code that the formula follows.
  public let source: String

  public init(
    name: String, title: String, summary: String, explanation: String, formula: String,
    source: String
  ) {
    self.name = name
    self.title = title
    self.summary = summary
    self.explanation = explanation
    self.formula = formula
    self.source = source
  }
}

/// Values that an objective derives from a whole minibatch and that its token-level views need:
/// for example the adaptive clip bounds of BAPO. Empty for most objectives.
public struct BatchContext: Sendable, Hashable, Codable {
  public var adaptiveLower: Double?
  public var adaptiveUpper: Double?

  public init(adaptiveLower: Double? = nil, adaptiveUpper: Double? = nil) {
    self.adaptiveLower = adaptiveLower
    self.adaptiveUpper = adaptiveUpper
  }
}

/// The ratios at which an objective starts to hold a token back. A limit that does not exist is
/// `nil`; a limit beyond 1/π_old exists but cannot be reached.
public struct RatioLimits: Sendable, Hashable {
  /// Hard bounds: beyond them the gradient is zero.
  public var hardLower: Double?
  public var hardUpper: Double?
  /// Ratios at which a soft gate falls to e^(-1/2).
  public var oneSigmaLower: Double?
  public var oneSigmaUpper: Double?
  /// Ratios at which a soft gate falls to 1/2.
  public var halfGateLower: Double?
  public var halfGateUpper: Double?
  /// Ratio at which ρF, the token's pull, is largest.
  public var turnover: Double?
  /// 1 − F at the farthest ratio possible on the limited side (ρ → 0, or ρ = 1/π_old).
  public var reach: Double?

  public init() {}

  /// The bound that a panel draws below 1: the hard one, else half gate.
  public var lower: Double? { hardLower ?? halfGateLower }
  /// The bound that a panel draws above 1: the hard one, else half gate.
  public var upper: Double? { hardUpper ?? halfGateUpper }
}

/// σ and the factors it is made of: `sigma = mass × risk`.
public struct GateWidth: Sendable, Hashable, Codable {
  /// The mass-adaptive term, clamp(σ_base / π_old^α, σ_base, σ_high).
  public var mass: Double
  /// The asymmetric risk term of the active sign.
  public var risk: Double
  public var sigma: Double { mass * risk }

  public init(mass: Double, risk: Double) {
    self.mass = mass
    self.risk = risk
  }
}
