public import TrainingTelemetry

/// Knob settings that follow each other as one: of each knob the last value counts.
extension TrainerCommand {
  /// `nil` unless both are knob moves.
  public static func mergedKnobs(
    _ earlier: TrainerCommand, _ later: TrainerCommand
  ) -> TrainerCommand? {
    guard case .setKnobs(let first) = earlier, case .setKnobs(let second) = later else {
      return nil
    }
    let replaced = Set(second.map(\.name))
    return .setKnobs(first.filter { !replaced.contains($0.name) } + second)
  }

  /// The same for each run of a race; `nil` unless all are knob moves.
  public static func mergedKnobs(
    _ earlier: [TrainerCommand?], _ later: [TrainerCommand?]
  ) -> [TrainerCommand?]? {
    guard earlier.count == later.count else { return nil }
    var all: [TrainerCommand?] = []
    for (first, second) in zip(earlier, later) {
      guard first != nil || second != nil else {
        all.append(nil)
        continue
      }
      guard let merged = mergedKnobs(first ?? .setKnobs([]), second ?? .setKnobs([])) else {
        return nil
      }
      all.append(merged)
    }
    return all
  }
}
