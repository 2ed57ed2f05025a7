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
    case .realisedMove: "realized move"
    case .samplerGap: "sampler − trainer"
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
    case .samplerGap: "sampler"
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
    case .samplerGap:
      "log π of the sampler − log π_old: 0 where sampler and trainer compute the same; underlined "
        + "where the sampler's is the smaller; only attached runs can differ"
    case .otherObjective:
      "F−F': how much more the one of two objectives keeps of the token, the one in force or a chosen "
        + "other, GRPO unless changed; underlined where the one in force takes more"
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
  /// Whether the sampler's own log-probabilities are known.
  let hasSampler: Bool
  /// Of the objective in force and of the one it is compared with.
  let titles: [String]
  /// Whether the compared objective has a gate per token.
  let otherHasGate: Bool
  /// Tokens of which the objective in force, and of which the other, takes visibly more.
  let takenMoreCounts: [Int]
  /// F − F', for the lens of another objective.
  private let differences: [TokenRecord: Double]

  /// - Parameter difference: what the lens of another objective shows.
  init(_ lens: TokenLens, group: GroupRecord, difference: ObjectiveDifference? = nil) {
    self.lens = lens
    func largest(_ value: (TokenRecord) -> Double) -> Double {
      group.answers.reduce(0) { $1.tokens.reduce($0) { max($0, value($1)) } }
    }
    func contains(_ isMeant: (TokenRecord) -> Bool) -> Bool {
      group.answers.contains { $0.tokens.contains(where: isMeant) }
    }
    switch lens {
    case .removedPush: self.largest = largest { $0.weightedRemoved ?? 0 }
    case .weightedPush: self.largest = largest(\.weightedPush)
    default: self.largest = 0
    }
    hasSampler = contains { $0.samplerGap != nil }
    hasGate = contains { $0.gate != nil } || !contains { _ in true }
    titles = difference.map { [$0.ownTitle, $0.otherTitle] } ?? []
    let shown = lens == .otherObjective ? difference : nil
    otherHasGate =
      shown.map { difference in
        contains { $0.advantage != 0 && difference.otherGate(of: $0) != nil }
          || !contains { $0.advantage != 0 }
      } ?? true
    let tokens = shown == nil ? [] : group.answers.flatMap(\.tokens)
    let found = tokens.compactMap { token in
      shown?.difference(on: token).map { (token, $0) }
    }
    differences = Dictionary(found) { first, _ in first }
    let least = Self.steps(of: .otherObjective)[0]
    takenMoreCounts = [
      found.count { $0.1 <= -least }, found.count { $0.1 >= least },
    ]
  }

  /// Whether tokens of one level may lie on either side of something.
  var hasDirection: Bool {
    lens == .ratio || lens == .realisedMove || lens == .otherObjective || lens == .samplerGap
  }

  func reading(of token: TokenRecord) -> Reading {
    switch lens {
    case .removedPush: Reading(level: level(relative(token.weightedRemoved)))
    case .weightedPush: Reading(level: level(relative(token.weightedPush)))
    case .gate: Reading(level: level(token.gate.map { 1 - $0 }))
    case .ratio:
      Reading(
        level: level(max(token.ratio, 1 / token.ratio)), isOpposite: token.ratio < 1)
    case .behaviorProbability:
      // The steps go down.
      Reading(
        level: Self.steps(of: lens).count { token.behaviorLogProbability <= log($0) })
    case .entropy: Reading(level: level(token.entropy))
    case .realisedMove:
      Reading(
        level: level(token.realisedMove.map(abs)), isOpposite: (token.realisedMove ?? 0) < 0)
    case .samplerGap:
      Reading(level: level(token.samplerGap.map(abs)), isOpposite: (token.samplerGap ?? 0) < 0)
    case .otherObjective:
      Reading(
        level: level(differences[token].map(abs)), isOpposite: (differences[token] ?? 0) < 0)
    }
  }

  /// The values at which a lens goes over to its next tint.
  private static func steps(of lens: TokenLens) -> [Double] {
    switch lens {
    case .removedPush, .weightedPush: [0.02, 0.1, 0.25, 0.5, 0.8]
    case .gate: [1e-4, 1e-3, 1e-2, 0.1, 0.5]
    case .ratio: [1.02, 1.1, 1.5, 2, 4]
    case .behaviorProbability: [0.9, 0.6, 0.3, 0.1, 0.01]
    case .entropy: [0.01, 0.1, 0.3, 0.7, 1.2]
    case .realisedMove, .samplerGap: [0.001, 0.01, 0.05, 0.1, 0.5]
    case .otherObjective: [0.02, 0.1, 0.25, 0.5, 0.9]
    }
  }

  private func relative(_ value: Double?) -> Double? {
    largest > 0 ? value.map { $0 / largest } : nil
  }

  /// How many steps the value has reached.
  private func level(_ value: Double?) -> Int {
    guard let value, value.isFinite else { return 0 }
    return Self.steps(of: lens).count { value >= $0 }
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
    case .samplerGap: "|Δlog π| ≥"
    case .otherObjective: "|F−F'| ≥"
    }
  }

  /// Labels of the samples, level by level.
  var labels: [(level: Int, text: String)] {
    Self.steps(of: lens).enumerated().map { (level: $0 + 1, text: label($1)) }
  }

  private func label(_ step: Double) -> String {
    switch lens {
    case .removedPush, .weightedPush: NumberFormat.percent(step)
    case .gate where step < 0.01: step < 1e-3 ? "1e-4" : "1e-3"
    default:
      // Without the zero before the point: five of these stand in a line.
      String(NumberFormat.short(step).trimmingPrefix("0"))
    }
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
    case .samplerGap:
      return hasSampler
        ? [
          "sampler against trainer; underlined: the sampler's is smaller", "sampler − trainer", "",
        ]
        : ["the sampler's own log-probabilities are not known here", "sampler not known", ""]
    case .otherObjective:
      if !otherHasGate { return ["\(titles[1]) has no gate per token", "no gate per token", ""] }
      guard titles.count == 2 else { return [""] }
      let (own, other) = (takenMoreCounts[0], takenMoreCounts[1])
      return [
        "\(titles[1]) takes more of \(other) tokens, \(titles[0]) of \(own) (underlined)",
        "\(titles[1]) takes more of \(other), \(titles[0]) of \(own)",
        "more by \(titles[1]) \(other), \(titles[0]) \(own)", "",
      ]
    }
  }
}
