/// One named, validated number of an objective; `nil` means "no limit" where that is allowed.
public struct ObjectiveParameter<Objective: Sendable>: Sendable {
  public let specification: ParameterSpecification
  let read: @Sendable (Objective) -> Double?
  let write: @Sendable (inout Objective, Double?) -> Void

  public init(
    _ specification: ParameterSpecification,
    get read: @escaping @Sendable (Objective) -> Double?,
    set write: @escaping @Sendable (inout Objective, Double?) -> Void
  ) {
    self.specification = specification
    self.read = read
    self.write = write
  }

  /// The parameter's value in `objective`; `nil` means "no limit".
  public func value(in objective: Objective) -> Double? { read(objective) }
}

extension ObjectiveParameter {
  /// A number that is always there.
  init(
    _ specification: ParameterSpecification,
    _ path: any WritableKeyPath<Objective, Double> & Sendable
  ) {
    self.init(
      specification, get: { $0[keyPath: path] },
      // Validation has refused `nil` before this is called.
      set: { if let value = $1 { $0[keyPath: path] = value } })
  }

  /// A number that may be absent, "no limit".
  init(
    _ specification: ParameterSpecification,
    _ path: any WritableKeyPath<Objective, Double?> & Sendable
  ) {
    self.init(
      specification, get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
  }
}

/// What is known of a parameter before it has a value.
public struct ParameterSpecification: Sendable, Hashable, Codable {
  /// The name in options, files and requests, such as `sigma_base`.
  public let name: String
  /// The paper's symbol, such as `σ_base`.
  public let symbol: String
  /// One sentence: what the number does.
  public let summary: String
  /// Allowed values, both ends included unless `excludesMinimum`.
  public let minimum: Double
  public let maximum: Double
  public let excludesMinimum: Bool
  /// Whether `nil` (no limit) is allowed.
  public let allowsNone: Bool
  /// Steps that a key press walks through, each of a visible effect; empty means "in tenths".
  public let steps: [Double]

  public init(
    name: String, symbol: String, summary: String, minimum: Double, maximum: Double,
    excludesMinimum: Bool = false, allowsNone: Bool = false, steps: [Double] = []
  ) {
    self.name = name
    self.symbol = symbol
    self.summary = summary
    self.minimum = minimum
    self.maximum = maximum
    self.excludesMinimum = excludesMinimum
    self.allowsNone = allowsNone
    self.steps = steps
  }

  /// The allowed range in words, such as `0 < sigma_base ≤ 1000`.
  public var allowedRange: String {
    let lower = "\(Self.plain(minimum)) \(excludesMinimum ? "<" : "≤") \(name)"
    return lower + " ≤ \(Self.plain(maximum))" + (allowsNone ? ", or none" : "")
  }

  /// A number without the `.0` of a whole one.
  private static func plain(_ number: Double) -> String {
    Int(exactly: number).map { "\($0)" } ?? "\(number)"
  }

  /// Checks one value, `nil` for "no limit".
  ///
  /// - Throws: `ObjectiveError.outOfRange`.
  public func validate(_ value: Double?) throws(ObjectiveError) {
    guard let value else {
      guard allowsNone else {
        throw .outOfRange(parameter: name, value: "none", allowed: allowedRange)
      }
      return
    }
    let aboveMinimum = excludesMinimum ? value > minimum : value >= minimum
    guard aboveMinimum, value <= maximum else {
      throw .outOfRange(parameter: name, value: Self.plain(value), allowed: allowedRange)
    }
  }
}

/// What can be wrong with an objective's name or parameters.
public enum ObjectiveError: Error, Hashable {
  case unknownObjective(String, known: [String])
  case unknownParameter(String, objective: String, known: [String])
  case outOfRange(parameter: String, value: String, allowed: String)
  /// Two parameters that contradict each other.
  case inconsistent(String)
  /// Arrays whose lengths differ, and the like.
  case malformedBatch(String)
}

extension ObjectiveError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownObjective(let name, let known):
      "there is no objective '\(name)'; there are: \(known.joined(separator: ", "))"
    case .unknownParameter(let name, let objective, let known):
      "unknown parameter '\(name)' of \(objective); it has: \(known.joined(separator: ", "))"
    case .outOfRange(let parameter, let value, let allowed):
      "\(parameter) = \(value) is out of range; allowed is \(allowed)"
    case .inconsistent(let reason): reason
    case .malformedBatch(let reason): reason
    }
  }
}

extension PolicyObjective {
  /// The value of the parameter named `name`, `.some(nil)` for "no limit".
  ///
  /// - Throws: `ObjectiveError.unknownParameter`.
  public func value(of name: String) throws(ObjectiveError) -> Double? {
    try Self.parameter(named: name).read(self)
  }

  /// Sets one parameter after checking its range.
  ///
  /// - Throws: `ObjectiveError.unknownParameter` or `.outOfRange`; `self` is then unchanged.
  public mutating func set(_ name: String, to value: Double?) throws(ObjectiveError) {
    let parameter = try Self.parameter(named: name)
    try parameter.specification.validate(value)
    parameter.write(&self, value)
  }

  /// All specifications, in order.
  public static var specifications: [ParameterSpecification] { parameters.map(\.specification) }

  private static func parameter(
    named name: String
  ) throws(ObjectiveError) -> ObjectiveParameter<Self> {
    guard let parameter = parameters.first(where: { $0.specification.name == name }) else {
      throw .unknownParameter(
        name, objective: info.name, known: parameters.map(\.specification.name))
    }
    return parameter
  }
}
