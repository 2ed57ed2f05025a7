/// Knob moves and a switch of the objective that belong together.
///
/// With an objective, a knob that it has is meant for it, and waits for the rollout with which it
/// takes over; all others are the run's own.
public struct RunChange: Sendable, Hashable, Codable {
  /// Takes over at the next rollout; `nil` keeps the one in force.
  public var objective: String?
  public var settings: [KnobSetting]

  public init(objective: String? = nil, settings: [KnobSetting] = []) {
    self.objective = objective
    self.settings = settings
  }

  public var isEmpty: Bool { objective == nil && settings.isEmpty }
}
