/// Something that a person may do about a verdict. A screen names the key for it, a log the words.
public enum Remedy: String, Sendable, Hashable, CaseIterable {
  case run, update, iteration, restart, quit
  /// A smaller σ_base.
  case narrowerGate
  case moreAsymmetry, lessAsymmetry
}

extension Remedy {
  /// What a run must be capable of for it.
  public var capability: Capability? {
    switch self {
    case .run: .run
    case .update, .iteration: .step
    case .restart: .restart
    case .quit: nil
    case .narrowerGate, .moreAsymmetry, .lessAsymmetry: .knobs
    }
  }
}

/// The next thing to try, in words around what a person can do. Literals make it:
/// `"\(.restart) starts over with a smaller lr"`.
public struct Advice: Sendable, Hashable, ExpressibleByStringInterpolation {
  fileprivate enum Part: Sendable, Hashable {
    case words(String)
    case remedy(Remedy)
  }

  private var parts: [Part]

  public init(stringLiteral value: String) { parts = [.words(value)] }
  public init(stringInterpolation: StringInterpolation) { parts = stringInterpolation.parts }

  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var parts: [Part] = []

    public init(literalCapacity: Int, interpolationCount: Int) {}
    public mutating func appendLiteral(_ literal: String) { parts.append(.words(literal)) }
    public mutating func appendInterpolation(_ remedy: Remedy) { parts.append(.remedy(remedy)) }
    public mutating func appendInterpolation(_ words: some CustomStringConvertible) {
      parts.append(.words(words.description))
    }
  }

  /// What it names for a person to do.
  public var remedies: [Remedy] {
    parts.compactMap { part in if case .remedy(let remedy) = part { remedy } else { nil } }
  }

  public static func + (left: Advice, right: Advice) -> Advice {
    var sum = left
    sum.parts += right.parts
    return sum
  }

  /// The advice with a name for each remedy.
  public func text(naming name: (Remedy) -> String) -> String {
    parts.map { part in
      switch part {
      case .words(let words): words
      case .remedy(let remedy): name(remedy)
      }
    }.joined()
  }
}
