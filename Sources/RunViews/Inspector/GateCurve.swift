import PolicyObjectives
import TerminalCanvas
import Theming
import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// The gate of one token over all ratios, with what is worth marking on it.
struct GateCurve: Sendable {
  /// A vertical mark on the ratio axis.
  struct Mark: Hashable {
    enum Kind: Hashable {
      case oneSigma, halfGate, bound, turnover, wall, reference

      var role: ThemeRole {
        switch self {
        case .oneSigma, .halfGate, .bound, .turnover: .bound
        case .wall: .wall
        case .reference: .reference
        }
      }
    }

    var kind: Kind
    var ratio: Double
    var label: String
  }

  let objective: any PolicyObjective
  let context: BatchContext
  /// π_old and A.
  let probability: Double
  let advantage: Double
  let ratio: Double
  let gate: Double
  let marks: [Mark]
  /// Right end of the ratio axis; the left end is 0.
  let axisEnd: Double

  /// `nil` where the objective has no gate for the token.
  init?(of token: TokenRecord, objective: any PolicyObjective, context: BatchContext) {
    let probability = exp(token.behaviorLogProbability)
    guard token.advantage != 0, probability > 0,
      let gate = objective.gate(
        atRatio: token.ratio, behaviorProbability: probability, advantage: token.advantage,
        context: context)
    else { return nil }
    self.objective = objective
    self.context = context
    self.probability = probability
    advantage = token.advantage
    ratio = token.ratio
    self.gate = token.gate ?? gate
    let limits = objective.limits(
      behaviorProbability: probability, advantage: token.advantage, context: context)
    marks =
      Self.marks(limits, wall: 1 / probability)
      + Self.referenceMarks(of: token, objective, wall: 1 / probability)
    axisEnd = Self.axisEnd(limits, ratio: token.ratio, wall: 1 / probability)
  }

  /// F at a ratio that the token could have; `nil` beyond the wall.
  func value(atRatio ratio: Double) -> Double? {
    guard ratio <= 1 / probability else { return nil }
    return objective.gate(
      atRatio: ratio, behaviorProbability: probability, advantage: advantage, context: context)
  }

  /// In the order in which their labels claim room. Marks beyond the wall do not exist.
  private static func marks(_ limits: RatioLimits?, wall: Double) -> [Mark] {
    var marks = [Mark(kind: .wall, ratio: wall, label: "1/π \(short(wall))")]
    func add(_ ratio: Double?, _ kind: Mark.Kind, _ name: String) {
      guard let ratio, ratio > 0, ratio <= wall else { return }
      marks.append(Mark(kind: kind, ratio: ratio, label: "\(name) \(short(ratio))"))
    }
    add(limits?.halfGateLower, .halfGate, "½gate")
    add(limits?.halfGateUpper, .halfGate, "½gate")
    add(limits?.oneSigmaLower, .oneSigma, "1σ")
    add(limits?.oneSigmaUpper, .oneSigma, "1σ")
    add(limits?.hardLower, .bound, "clip")
    add(limits?.hardUpper, .bound, "clip")
    add(limits?.turnover, .turnover, "turn")
    return marks
  }

  /// Where GRPO at its defaults would clip this token.
  private static func referenceMarks(
    of token: TokenRecord, _ objective: any PolicyObjective, wall: Double
  ) -> [Mark] {
    guard let grpo = ReferenceObjective.value,
      type(of: grpo).info.name != type(of: objective).info.name
    else { return [] }
    let limits = grpo.limits(
      behaviorProbability: 1 / wall, advantage: token.advantage, context: BatchContext())
    return [limits?.hardLower, limits?.hardUpper].compactMap { $0 }.filter { $0 <= wall }.map {
      Mark(kind: .reference, ratio: $0, label: "GRPO \(short($0))")
    }
  }

  /// Far enough for the token, GRPO's bound and the objective's own, no farther than the wall.
  private static func axisEnd(_ limits: RatioLimits?, ratio: Double, wall: Double) -> Double {
    let own = [limits?.halfGateUpper, limits?.hardUpper, limits?.turnover].compactMap { $0 }
    let interesting = max(1.35, ratio * 1.1, (own.max() ?? 1) * 1.2)
    let needed = min(interesting, max(1.2, wall * 1.05))
    return PanelNumbers.niceCeiling(needed)
  }

  /// Two decimals up to 10: marks move in small steps.
  private static func short(_ ratio: Double) -> String {
    ratio < 9.995 ? NumberFormat.fixed(ratio, decimals: 2) : NumberFormat.short(ratio)
  }
}
