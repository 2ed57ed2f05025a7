public import TrainingTelemetry

/// One line of `metrics.jsonl`: the scalars of an update, a rollout or an evaluation, flat, with
/// a `kind`.
public enum MetricLine: Sendable, Hashable {
  case rollout(RolloutMetrics)
  case update(UpdateMetrics)
  case evaluation(EvaluationMetrics)

  /// The line that an event belongs on; `nil` for events that the journal keeps.
  public init?(_ event: TrainingEvent) {
    switch event {
    case .rollout(let metrics): self = .rollout(metrics)
    case .update(let metrics): self = .update(metrics)
    case .evaluation(let metrics): self = .evaluation(metrics)
    case .knobChange, .objectiveChange, .notice, .restarted: return nil
    }
  }
}

extension MetricLine: PlausibleCounts {
  public var isPlausible: Bool {
    switch self {
    case .rollout(let metrics): metrics.isPlausible
    case .update(let metrics): metrics.isPlausible
    case .evaluation(let metrics): metrics.isPlausible
    }
  }
}

extension MetricLine: Codable {
  private enum Kind: String, Codable {
    case rollout
    case update
    case evaluation
  }

  private enum Key: String, CodingKey {
    case kind
  }

  public init(from decoder: any Decoder) throws {
    switch try decoder.container(keyedBy: Key.self).decode(Kind.self, forKey: .kind) {
    case .rollout: self = .rollout(try RolloutMetrics(from: decoder))
    case .update: self = .update(try UpdateMetrics(from: decoder))
    case .evaluation: self = .evaluation(try EvaluationMetrics(from: decoder))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .rollout(let metrics):
      try container.encode(Kind.rollout, forKey: .kind)
      try metrics.encode(to: encoder)
    case .update(let metrics):
      try container.encode(Kind.update, forKey: .kind)
      try metrics.encode(to: encoder)
    case .evaluation(let metrics):
      try container.encode(Kind.evaluation, forKey: .kind)
      try metrics.encode(to: encoder)
    }
  }
}
