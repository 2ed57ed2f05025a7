import PolicyObjectives
public import RunKnowledge
import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// Where two objectives decide differently: which of them holds a token back (F < 0.99).
public struct ObjectiveDifference {
  enum Decision: Int, Hashable {
    case neither = 0
    case ownOnly = 3
    case both = 4
    case otherOnly = 5
  }

  let ownTitle: String
  let other: any PolicyObjective

  /// The objective in force against the one chosen for comparison.
  public init?(_ run: KnownRun, against compared: String) {
    guard let other = run.objective(named: compared) else { return nil }
    self.init(
      ownTitle: run.objectiveOfTokens?.title ?? run.snapshot.status.objective,
      other: other)
  }

  init(ownTitle: String, other: any PolicyObjective) {
    self.ownTitle = ownTitle
    self.other = other
  }

  public var otherTitle: String { other.title }

  /// F of the other objective at the token; `nil` where it has no gate per token.
  func otherGate(of token: TokenRecord) -> Double? {
    other.gate(
      atRatio: token.ratio, behaviorProbability: exp(token.behaviorLogProbability),
      advantage: token.advantage, context: BatchContext())
  }

  func decision(on token: TokenRecord) -> Decision {
    guard token.advantage != 0 else { return .neither }
    let threshold = MinibatchRecord.attenuationThreshold
    switch ((token.gate ?? 1) < threshold, (otherGate(of: token) ?? 1) < threshold) {
    case (false, false): return .neither
    case (true, false): return .ownOnly
    case (true, true): return .both
    case (false, true): return .otherOnly
    }
  }
}
