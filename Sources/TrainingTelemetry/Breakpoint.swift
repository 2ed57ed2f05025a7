/// A condition at which a run pauses: a quantity above or below a number, such as `kl>0.05`, or
/// `nonfinite`.
public struct Breakpoint: Sendable, Hashable {
  /// What a breakpoint can look at.
  public enum Quantity: String, Sendable, Hashable, CaseIterable {
    /// `UpdateMetrics.klMean`: KL(π_old‖π) as the update found it, nats per token.
    case kl
    /// Share of a rollout's groups whose rewards are all equal, in [0, 1].
    case zeroVarianceGroups = "equal_groups"
    /// `UpdateMetrics.entropy`, nats per token.
    case entropy
    /// `UpdateMetrics.ratioMaximum`: the largest ρ of the update's tokens with A ≠ 0.
    case maxRatio = "max_ratio"
    /// `UpdateMetrics.removedShare`: what the gate took of the update's weighted push, in [0, 1].
    case removedShare = "removed"
    /// Mean reward of a rollout, in [0, 1].
    case reward
    /// Avg@k and Pass@k of an evaluation, in [0, 1].
    case average = "avg"
    case pass
    /// A number that is not finite; the update that met it is not made.
    case nonfinite
    /// Updates made: `updates>200` holds from update 201 on.
    case updates
  }

  public enum Relation: Character, Sendable, Hashable, CaseIterable {
    case above = ">"
    case below = "<"
  }

  public let quantity: Quantity
  /// `nil` for `nonfinite` alone.
  public let bound: Bound?

  public struct Bound: Sendable, Hashable {
    public let relation: Relation
    public let threshold: Double
  }

  public static let nonfinite = Breakpoint(quantity: .nonfinite, bound: nil)

  private init(quantity: Quantity, bound: Bound?) {
    self.quantity = quantity
    self.bound = bound
  }

  /// Reads what a person types, blanks ignored.
  ///
  /// - Throws: `BreakpointError`, also for a condition that can never hold.
  public init(parsing text: String) throws(BreakpointError) {
    let typed = text.filter { !$0.isWhitespace }
    let name = String(typed.prefix { Relation(rawValue: $0) == nil })
    guard let quantity = Quantity(rawValue: name) else { throw .unknownQuantity(text, name) }
    let rest = typed.dropFirst(name.count)
    if quantity == .nonfinite {
      guard rest.isEmpty else { throw .unwantedNumber(text) }
      self = .nonfinite
      return
    }
    guard let relation = rest.first.flatMap({ Relation(rawValue: $0) }),
      let threshold = Double(rest.dropFirst()), threshold.isFinite
    else { throw .noNumber(text, quantity) }
    let bound = Bound(relation: relation, threshold: threshold)
    guard quantity.canReach(bound) else { throw .unreachable(text, quantity) }
    self.init(quantity: quantity, bound: bound)
  }

  /// Whether the condition holds for a value of the quantity; never for NaN.
  public func holds(for value: Double) -> Bool {
    switch bound?.relation {
    case .above: bound.map { value > $0.threshold } ?? false
    case .below: bound.map { value < $0.threshold } ?? false
    case nil: false
    }
  }
}

extension Breakpoint: CustomStringConvertible {
  /// The form that `init(parsing:)` reads, such as `kl>0.05`.
  public var description: String {
    guard let bound else { return quantity.rawValue }
    let number = "\(bound.threshold)".replacing("e-0", with: "e-")
    return "\(quantity.rawValue)\(bound.relation.rawValue)"
      + (number.hasSuffix(".0") ? String(number.dropLast(2)) : number)
  }
}

extension Breakpoint: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    do {
      try self.init(parsing: container.decode(String.self))
    } catch let error as BreakpointError {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: error.description)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Breakpoint.Quantity {
  /// An example of a condition, for errors, help and prompts.
  public var example: String {
    switch self {
    case .kl: "kl>0.05"
    case .zeroVarianceGroups: "equal_groups>0.8"
    case .entropy: "entropy<0.1"
    case .maxRatio: "max_ratio>5"
    case .removedShare: "removed>0.5"
    case .reward: "reward<0.2"
    case .average: "avg<0.2"
    case .pass: "pass<0.5"
    case .nonfinite: "nonfinite"
    case .updates: "updates>200"
    }
  }

  /// The smallest and the largest value that the quantity can have.
  var range: ClosedRange<Double> {
    switch self {
    case .kl, .entropy, .maxRatio, .updates: 0...Double.infinity
    case .zeroVarianceGroups, .removedShare, .reward, .average, .pass: 0...1
    case .nonfinite: 0...0
    }
  }

  fileprivate func canReach(_ bound: Breakpoint.Bound) -> Bool {
    switch bound.relation {
    case .above: bound.threshold < range.upperBound
    case .below: bound.threshold > range.lowerBound
    }
  }
}

/// What can be wrong with the text of a breakpoint.
public enum BreakpointError: Error, Hashable {
  case unknownQuantity(String, String)
  case noNumber(String, Breakpoint.Quantity)
  case unwantedNumber(String)
  case unreachable(String, Breakpoint.Quantity)
}

extension BreakpointError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownQuantity(let text, let name):
      "breakpoint '\(text)': unknown quantity '\(name)'; allowed are "
        + Breakpoint.Quantity.allCases.map(\.example).joined(separator: ", ")
        + " with > or < and any number"
    case .noNumber(let text, let quantity):
      "breakpoint '\(text)': after \(quantity.rawValue) belongs > or < and a number, as in "
        + quantity.example
    case .unwantedNumber(let text): "breakpoint '\(text)': nonfinite takes no number"
    case .unreachable(let text, let quantity):
      "breakpoint '\(text)' can never hold: \(quantity.rawValue) is "
        + (quantity.range.upperBound == 1 ? "a share from 0 to 1" : "never below 0")
    }
  }
}

/// A breakpoint whose condition held, and what it saw.
public struct BreakpointHit: Sendable, Hashable, Codable {
  public var breakpoint: Breakpoint
  /// The quantity's value, with its unit, or what was not finite.
  public var finding: String

  public init(_ breakpoint: Breakpoint, finding: String) {
    self.breakpoint = breakpoint
    self.finding = finding
  }

  /// `kl>0.05 holds: KL 0.0612 nats per token`.
  public var text: String { "\(breakpoint) holds: \(finding)" }
}

/// The breakpoints of a run, as of a snapshot.
public struct BreakpointStatus: Sendable, Hashable, Codable {
  /// Those set, in the order in which they were.
  public var all: [Breakpoint]
  /// Why the run is paused; empty when it is not, or paused by a person.
  public var hits: [BreakpointHit]

  public init(all: [Breakpoint], hits: [BreakpointHit]) {
    self.all = all
    self.hits = hits
  }
}
