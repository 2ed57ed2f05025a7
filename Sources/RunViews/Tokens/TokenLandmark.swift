import RunKnowledge
import TerminalCanvas
public import TrainingTelemetry

/// Tokens of a group that are worth a look, in the order in which a key walks through them.
public enum TokenLandmark: Sendable, Hashable, CaseIterable {
  case largestRatio
  /// The smallest F; of several, the one whose push lost most.
  case strongestAttenuation
  /// The largest w|A|ρ(1 − F)s.
  case largestRemoved
  /// The largest w|A|Fρs with A < 0.
  case largestNegativePush

  /// Where it is among the listed answers; `nil` where there is no such token.
  public func place(in group: GroupRecord, among listed: [Int]) -> Selection? {
    var best: (place: Selection, value: (Double, Double))?
    for answer in listed {
      for (index, token) in group.answers[answer].tokens.enumerated() where token.advantage != 0 {
        guard let value = value(of: token), best.map({ $0.value < value }) ?? true else {
          continue
        }
        var place = Selection()
        place.answer = answer
        place.token = index
        best = (place, value)
      }
    }
    return best?.place
  }

  /// What is compared, the second where the first are equal.
  private func value(of token: TokenRecord) -> (Double, Double)? {
    switch self {
    case .largestRatio: (token.ratio, token.weightedPush)
    case .strongestAttenuation:
      token.gate.flatMap { $0 < 1 ? (-$0, token.weightedRemoved ?? 0) : nil }
    case .largestRemoved: token.weightedRemoved.flatMap { $0 > 0 ? ($0, 0) : nil }
    case .largestNegativePush: token.advantage < 0 ? (token.weightedPush, 0) : nil
    }
  }

  public func words(on token: TokenRecord) -> String {
    func number(_ value: Double?) -> String { value.map { NumberFormat.significant($0) } ?? "-" }
    return switch self {
    case .largestRatio: "largest ρ, \(number(token.ratio))"
    case .strongestAttenuation: "strongest attenuation, F \(number(token.gate))"
    case .largestRemoved: "what the gate took most from, \(number(token.weightedRemoved))"
    case .largestNegativePush: "largest push down, \(number(token.weightedPush))"
    }
  }
}
