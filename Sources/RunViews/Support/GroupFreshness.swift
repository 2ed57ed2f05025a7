public import RunKnowledge
import Theming
public import TrainingTelemetry

/// Which update's weights the shown ratios belong to, and whether those are the present ones.
public struct GroupFreshness: Hashable {
  /// Updates made since the ratios were computed.
  public let age: Int
  /// Update within the iteration; 0 right after the rollout.
  let update: Int
  /// Whether ρ is as the update left it, and not as the update met it.
  let isAfterUpdate: Bool
  /// The step of another trainer that it is; `nil` of a trainer here.
  let step: Int?

  public init(_ run: KnownRun, group: GroupRecord) {
    age = max(0, run.position.total - group.position.total)
    update = group.position.update
    isAfterUpdate = group.isAfterUpdate
    step = run.status.attachment == nil ? nil : group.position.total
  }

  public var isStale: Bool { age > 0 }
  var role: ThemeRole { isStale ? .warning : .textDim }

  /// Longer wordings first.
  var phrases: [String] {
    let moment = isAfterUpdate ? "after" : "at"
    let name = step.map { "step \($0)" } ?? "update \(update)"
    let place = update == 0 ? "right after the rollout" : "shown \(moment) \(name)"
    let short = update == 0 ? "rollout" : (isAfterUpdate ? "after " : "") + name
    guard isStale else { return ["\(place), ρ fresh", "\(short), fresh"] }
    return ["\(place), ρ \(Self.words(age: age))", "\(short), \(age) old"]
  }

  /// `3 updates old`.
  public static func words(age: Int) -> String { "\(counted(age, "update")) old" }
}
