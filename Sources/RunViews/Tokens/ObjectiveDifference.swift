import PolicyObjectives
public import RunKnowledge
import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// How differently two objectives treat tokens: F of the one in force less F' of another.
public struct ObjectiveDifference {
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

  /// F − F': above 0 the other takes more of the token; `nil` where one of them has no gate per
  /// token.
  func difference(on token: TokenRecord) -> Double? {
    guard token.advantage != 0 else { return 0 }
    guard let gate = token.gate, let otherGate = otherGate(of: token) else { return nil }
    return gate - otherGate
  }
}
