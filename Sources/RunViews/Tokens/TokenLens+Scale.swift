import RunKnowledge
import TerminalCanvas
import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

extension TokenLens {
  /// What the lens shows, for menus and help.
  public var title: String {
    switch self {
    case .removedPush: "removed push"
    case .gate: "gate"
    case .ratio: "ratio"
    case .behaviorProbability: "π_old"
    case .entropy: "entropy"
    case .weightedPush: "weighted push"
    case .realisedMove: "realised move"
    case .otherObjective: "another objective"
    }
  }

  /// The title in one word, for captions.
  public var shortTitle: String {
    switch self {
    case .removedPush: "removed"
    case .gate, .ratio, .behaviorProbability, .entropy: title
    case .weightedPush: "push"
    case .realisedMove: "move"
    case .otherObjective: "other"
    }
  }

  /// The quantity with its formula, for help.
  public var explanation: String {
    switch self {
    case .removedPush: "w|A|ρ(1−F)s, what the gate took, relative to the group's largest"
    case .gate: "1−F, in powers of ten: most gates are within a hair of 1"
    case .ratio: "how far ρ is from 1, as a factor; underlined where ρ < 1"
    case .behaviorProbability: "π_old, darker for less probable tokens"
    case .entropy: "entropy of π at the token, nats"
    case .weightedPush: "w|A|Fρs, what moves the model, relative to the group's largest"
    case .realisedMove: "sign(A)·Δlog π over the update; underlined where it went against A"
    case .otherObjective:
      "which objective holds the token back (F < 0.99): the one in force (underlined), a chosen "
        + "other (bold, underlined), GRPO unless changed, or both (bold)"
    }
  }
}

/// The steps of a lens over one group: five levels of tint, and their legend.
struct LensScale: Hashable {
  /// What the tint of one token tells.
  struct Reading: Hashable {
    /// 0 (no tint) to 5 (darkest).
    var level: Int
    /// The other direction of a lens that has two: ρ < 1, a move against A.
    var isOpposite = false
  }

  let lens: TokenLens
  /// Largest value in the group, for the lenses that are relative to it.
  let largest: Double
  /// Whether the objective has a gate per token.
  let hasGate: Bool
  /// Of the objective in force and of the one it is compared with.
  let titles: [String]
  /// Whether the compared objective has a gate per token.
  let otherHasGate: Bool
  /// Tokens that the objective in force, both, and the other hold back.
  let decisionCounts: [Int]
  private let decisions: [TokenRecord: ObjectiveDifference.Decision]

  /// - Parameter difference: what the lens of another objective shows.
  init(_ lens: TokenLens, group: GroupRecord, difference: ObjectiveDifference? = nil) {
    self.lens = lens
    let tokens = group.answers.flatMap(\.tokens)
    switch lens {
    case .removedPush: largest = tokens.compactMap(\.weightedRemoved).max() ?? 0
    case .weightedPush: largest = tokens.map(\.weightedPush).max() ?? 0
    default: largest = 0
    }
    hasGate = tokens.isEmpty || tokens.contains { $0.gate != nil }
    titles = difference.map { [$0.ownTitle, $0.otherTitle] } ?? []
    let shown = lens == .otherObjective ? difference : nil
    otherHasGate =
      shown.map { difference in
        tokens.allSatisfy { $0.advantage == 0 }
          || tokens.contains { $0.advantage != 0 && difference.otherGate(of: $0) != nil }
      } ?? true
    let made = tokens.map { shown?.decision(on: $0) ?? .neither }
    decisions = Dictionary(zip(tokens, made)) { first, _ in first }
    decisionCounts = [.ownOnly, .both, .otherOnly].map { kind in made.count { $0 == kind } }
  }

  /// Whether tokens of one level may lie on either side of something.
  var hasDirection: Bool { lens == .ratio || lens == .realisedMove }

  func reading(of token: TokenRecord) -> Reading {
    switch lens {
    case .removedPush: Reading(level: relativeLevel(token.weightedRemoved))
    case .weightedPush: Reading(level: relativeLevel(token.weightedPush))
    case .gate:
      Reading(level: level(token.gate.map { 1 - $0 }, steps: [1e-4, 1e-3, 1e-2, 0.1, 0.5]))
    case .ratio:
      Reading(
        level: level(abs(log(token.ratio)), steps: Self.ratioFactors.map { log($0) }),
        isOpposite: token.ratio < 1)
    case .behaviorProbability:
      Reading(
        level: level(-token.behaviorLogProbability, steps: Self.probabilities.map { -log($0) }))
    case .entropy: Reading(level: level(token.entropy, steps: [0.01, 0.1, 0.3, 0.7, 1.2]))
    case .realisedMove:
      Reading(
        level: level(token.realisedMove.map(abs), steps: [0.001, 0.01, 0.05, 0.1, 0.5]),
        isOpposite: (token.realisedMove ?? 0) < 0)
    case .otherObjective: Reading(level: decisions[token]?.rawValue ?? 0)
    }
  }

  private static let ratioFactors = [1.02, 1.1, 1.5, 2, 4]
  private static let probabilities = [0.9, 0.6, 0.3, 0.1, 0.01]
  private static let shares = [0.02, 0.1, 0.25, 0.5, 0.8]

  private func relativeLevel(_ value: Double?) -> Int {
    guard largest > 0 else { return 0 }
    return level(value.map { $0 / largest }, steps: Self.shares)
  }

  /// How many steps the value has reached.
  private func level(_ value: Double?, steps: [Double]) -> Int {
    guard let value, value.isFinite else { return 0 }
    return steps.count { value >= $0 }
  }

  /// What stands before the five samples of the legend.
  var heading: String {
    switch lens {
    case .removedPush: "removed ≥"
    case .gate: "1−F ≥"
    case .ratio: "ρ or 1/ρ ≥"
    case .behaviorProbability: "π_old ≤"
    case .entropy: "nats ≥"
    case .weightedPush: "push ≥"
    case .realisedMove: "|Δlog π| ≥"
    case .otherObjective: "held back by"
    }
  }

  /// Labels of the samples, level by level.
  var labels: [(level: Int, text: String)] {
    if lens == .otherObjective {
      let names = titles.count == 2 ? titles : ["this", "the other"]
      return [(3, "\(names[0]) only"), (4, "both"), (5, "\(names[1]) only")]
    }
    let texts =
      switch lens {
      case .removedPush, .weightedPush: ["2%", "10%", "25%", "50%", "80%"]
      case .gate: ["1e-4", "1e-3", ".01", ".1", ".5"]
      case .ratio: ["1.02", "1.1", "1.5", "2", "4"]
      case .behaviorProbability: [".9", ".6", ".3", ".1", ".01"]
      case .entropy: [".01", ".1", ".3", ".7", "1.2"]
      case .realisedMove: [".001", ".01", ".05", ".1", ".5"]
      case .otherObjective: [String]()
      }
    return texts.enumerated().map { (level: $0 + 1, text: $1) }
  }

  /// What stands behind the samples; longer wordings first.
  var tails: [String] {
    switch lens {
    case .removedPush, .gate:
      if !hasGate { return ["this objective has no gate per token", "no gate per token", ""] }
    default: break
    }
    switch lens {
    case .removedPush, .weightedPush:
      let amount = NumberFormat.significant(largest)
      return ["of the group's largest, \(amount)", "of largest \(amount)", "of \(amount)", ""]
    case .gate: return ["what the gate takes of a token", ""]
    case .ratio: return ["underlined: ρ < 1", ""]
    case .behaviorProbability: return ["improbable tokens are dark", ""]
    case .entropy: return ["of π at the token", ""]
    case .realisedMove: return ["underlined: against A", ""]
    case .otherObjective:
      if !otherHasGate { return ["\(titles[1]) has no gate per token", "no gate per token", ""] }
      let counts = decisionCounts.map { "\($0)" }.joined(separator: ", ")
      return ["\(counts) tokens of this group", counts, ""]
    }
  }
}
