import PolicyObjectives
public import RunKnowledge
import TerminalCanvas
import Theming
import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// All numbers of the token under the cursor, and its gate curve.
public struct InspectorModel {
  /// In the order in which they claim room.
  var facts: [Fact]
  /// The same for narrow panels: what decides comes before how it came about.
  var compactFacts: [Fact]
  /// What happens to this token, in words; longer wordings first.
  var remark: [String]
  var remarkRole: ThemeRole
  var curve: GateCurve?
  /// The gates of other objectives for the same token, each with its title.
  var otherCurves: [(title: String, curve: GateCurve)]
  /// Of the objective in force.
  var title: String
  /// Why there is no curve.
  var curveAbsence: String

  /// `nil` before the first rollout.
  ///
  /// - Parameters:
  ///   - selection: the token, moved into the group.
  ///   - compared: name of the objective whose gate is drawn beside.
  ///   - preview: knob moves whose gate is drawn as well.
  public init?(
    _ run: KnownRun, at selection: Selection, comparedWith compared: String, preview: KnobPreview?
  ) {
    guard let group = run.snapshot.rollout?.group, !group.answers.isEmpty else {
      return nil
    }
    let answer = group.answers[min(max(0, selection.answer), group.answers.count - 1)]
    guard !answer.tokens.isEmpty else { return nil }
    let place = min(max(0, selection.token), answer.tokens.count - 1)
    let token = answer.tokens[place]
    let objective = run.objectiveOfTokens
    let title = objective?.title ?? run.snapshot.status.objective
    let identity = Self.identity(token, place: place)
    let width = Self.width(token, objective, run.context)
    let gate = Fact(
      "F", PanelNumbers.plain(token.gate, width: 5), role: .attenuated, startsLine: true)
    let effect = Self.effect(token, objective)
    let magnitudes = Self.magnitudes(token)
    facts = identity + width + [gate] + effect + magnitudes
    var inlineGate = gate
    inlineGate.startsLine = false
    compactFacts = identity + [inlineGate] + width + effect + magnitudes
    (remark, remarkRole) = Self.remark(on: token, title: title)
    curve = objective.flatMap {
      GateCurve(of: token, objective: $0, context: run.context)
    }
    self.title = title
    var names = [compared]
    if let own = objective, !names.contains("grpo"), type(of: own).info.name != "grpo" {
      names.append("grpo")
    }
    otherCurves =
      preview?.after.flatMap { after in
        (try? after.objective.makeObjective()).flatMap { drafted in
          GateCurve(of: token, objective: drafted, context: run.context).map {
            [("preview", $0)]
          }
        }
      } ?? []
    otherCurves += names.compactMap { name in
      run.objective(named: name).flatMap { other in
        GateCurve(of: token, objective: other, context: BatchContext()).map { (other.title, $0) }
      }
    }
    curveAbsence =
      token.advantage == 0
      ? "A = 0: there is no gate to draw."
      : "\(title) has no gate per token: the ratio of a whole sequence decides."
  }

  private static func identity(_ token: TokenRecord, place: Int) -> [Fact] {
    [
      Fact(
        "", "'\(token.symbol)' at \(NumberFormat.padded("\(place + 1)", width: 2))",
        role: .title),
      Fact("π_old", PanelNumbers.plain(exp(token.behaviorLogProbability))),
      Fact("→ π", PanelNumbers.plain(exp(token.logProbability))),
      Fact("ρ", PanelNumbers.plain(token.ratio, width: 5), role: .accent),
      Fact(
        "A", PanelNumbers.advantage(token.advantage),
        role: token.advantage > 0 ? .positive : token.advantage < 0 ? .negative : .textDim),
    ]
  }

  /// σ with its factors, or the bounds of an objective without one.
  private static func width(
    _ token: TokenRecord, _ objective: (any PolicyObjective)?, _ context: BatchContext
  ) -> [Fact] {
    if let width = token.width {
      let mass = PanelNumbers.plain(width.mass, width: 5)
      let risk = PanelNumbers.plain(width.risk, width: 5)
      return [
        Fact(
          "mass", "\(mass) × risk \(risk) = σ \(PanelNumbers.plain(width.sigma, width: 5))",
          startsLine: true)
      ]
    }
    let limits = objective?.limits(
      behaviorProbability: exp(token.behaviorLogProbability), advantage: token.advantage,
      context: context)
    guard let limits, limits.lower != nil || limits.upper != nil else { return [] }
    let lower = PanelNumbers.plain(limits.lower, width: 5)
    let upper = PanelNumbers.plain(limits.upper, width: 5)
    return [Fact("bounds", "\(lower) to \(upper)", startsLine: true)]
  }

  private static func effect(_ token: TokenRecord, _ objective: (any PolicyObjective)?) -> [Fact] {
    let pull = Fact(
      "A·F·ρ",
      PanelNumbers.signed(token.gate.map { token.advantage * $0 * token.ratio }, width: 6))
    if let objective, type(of: objective).info.name == "grpo" { return [pull] }
    let reference =
      token.isClippedByGRPO
      ? "clipped, 0" : "A·ρ \(PanelNumbers.signed(token.advantage * token.ratio, width: 6))"
    return [pull, Fact("(GRPO:", reference + ")", role: .reference)]
  }

  private static func magnitudes(_ token: TokenRecord) -> [Fact] {
    [
      Fact("push w|A|Fρ", PanelNumbers.plain(token.push, width: 7), startsLine: true),
      Fact("×s", PanelNumbers.plain(token.weightedPush, width: 7)),
      Fact("taken", PanelNumbers.plain(token.weightedRemoved, width: 7), role: .attenuated),
      Fact("s", PanelNumbers.plain(token.sensitivity, width: 5), startsLine: true),
      Fact("entropy", PanelNumbers.plain(token.entropy) + " nats"),
      Fact("realized move", PanelNumbers.signed(token.realisedMove, width: 8)),
    ]
  }

  /// Distance of ρ from 1, and change of log π over an update, below which a token stands still.
  private static let stillRatio = 0.005

  private static func remark(
    on token: TokenRecord, title: String
  ) -> (phrases: [String], role: ThemeRole) {
    let ratio = token.ratio
    guard token.advantage != 0 else {
      return (["A = 0: this token is pushed nowhere."], .textDim)
    }
    if ratio == 1 {
      return (
        [
          "ρ = 1: still the weights that sampled it, so its gate is open.",
          "ρ = 1, as when it was sampled: the gate is open.", "ρ = 1: the gate is open.",
        ], .accent
      )
    }
    guard let gate = token.gate else {
      return (["\(title) has no gate per token.", "No gate."], .textDim)
    }
    if gate == 0 {
      return (
        ["\(title) clips this token: it has no gradient at all.", "Clipped: no gradient."],
        .attenuated
      )
    }
    if gate == 1 {
      if abs(ratio - 1) < Self.stillRatio {
        return (["ρ is still about 1: nothing is taken.", "ρ about 1: gate open."], .textDim)
      }
      if token.advantage < 0, ratio > 1 {
        return (
          [
            "A < 0 and ρ > 1: it became likelier though wrong; \(title) does not limit this.",
            "A < 0, ρ > 1: not limited by \(title).", "A<0, ρ>1: unlimited",
          ], ratio > 4 ? .warning : .textDim
        )
      }
      if token.advantage > 0, ratio < 1 {
        return (
          [
            "A > 0 and ρ < 1: it became less likely though right; \(title) does not limit this.",
            "A > 0, ρ < 1: not limited.",
          ], .textDim
        )
      }
      return (["The gate is open: nothing is taken.", "Gate open."], .textDim)
    }
    let share = NumberFormat.share(1 - gate)
    let move = token.realisedMove.flatMap { move -> String? in
      // Of a token that can hardly move, or loses hardly anything, there is nothing to tell.
      guard abs(move) >= Self.stillRatio, gate < MinibatchRecord.attenuationThreshold else {
        return nil
      }
      return move > 0 ? "; it moved on all the same" : "; it moved back"
    }
    return (
      [
        "The gate takes \(share) of this token's push\(move ?? "").",
        "The gate takes \(share) of its push.", "Gate takes \(share).",
      ], gate < MinibatchRecord.attenuationThreshold ? .attenuated : .textDim
    )
  }
}
