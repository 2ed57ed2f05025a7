import LocalFiles
import TrainingTelemetry

/// The columns of the exported tables; the page "Tables" explains each.
enum ExportColumns {
  static var updates: [CSVColumn<UpdateMetrics>] {
    [
      .init("update", "1", count: \.position.total),
      .init("iteration", "1", count: \.position.iteration),
      .init("update_of_iteration", "1", count: \.position.update),
      .init("loss", "1", number: \.loss),
      .init("learning_rate", "1", number: \.learningRate),
      .init("gradient_norm", "1", number: \.gradientNorm),
      .init("clip_factor", "1", number: \.clipFactor),
      .init("kl_mean", "nats/token", number: \.klMean),
      .init("kl_p99", "nats/token", number: \.kl99),
      .init("kl_max", "nats/token", number: \.klMaximum),
      .init("entropy", "nats/token", number: \.entropy),
      .init("ratio_min", "1", number: \.ratioMinimum),
      .init("ratio_max", "1", number: \.ratioMaximum),
      .init("tokens", "tokens", count: \.tokenCount),
      .init("active_tokens", "tokens", count: \.activeTokenCount),
      .init("runaway_tokens", "tokens", count: \.runawayTokenCount),
      .init("attenuated_share", "share", number: \.attenuatedShare),
      .init("removed_share", "share", number: \.removedShare),
    ] + sign("positive", \.positive) + sign("negative", \.negative) + [
      .init("gradient_cosine", "1", number: \.gradientCosine),
      .init("composition", "1", number: { $0.waterfall?.composition }),
      .init("drift", "1", number: { $0.waterfall?.drift }),
      .init("gate", "1", number: { $0.waterfall?.gate }),
      .init("step_kl_on_batch", "nats/token", number: \.realisedStepOnBatch),
      .init("step_kl_off_batch", "nats/token", number: \.realisedStepOffBatch),
      .init("seconds", "s", number: \.seconds),
    ]
  }

  private static func sign(
    _ name: String, _ part: @escaping (UpdateMetrics) -> SignMetrics
  ) -> [CSVColumn<UpdateMetrics>] {
    [
      .init("\(name)_tokens", "tokens", count: { part($0).tokenCount }),
      .init("\(name)_attenuated_tokens", "tokens", count: { part($0).attenuatedCount }),
      .init("\(name)_push", "1", number: { part($0).push }),
      .init("\(name)_weighted_push", "1", number: { part($0).weightedPush }),
      .init("\(name)_weighted_removed", "1", number: { part($0).weightedRemoved }),
      .init("\(name)_gradient_norm", "1", number: { part($0).gradientNorm }),
    ]
  }

  static var rollouts: [CSVColumn<RolloutMetrics>] {
    [
      .init("iteration", "1", count: \.iteration),
      .init("updates_before", "1", count: \.updatesBefore),
      .init("reward", "1", number: \.reward),
      .init("groups", "groups", count: \.groupCount),
      .init("equal_groups", "groups", count: \.zeroVarianceGroups),
      .init("all_right_groups", "groups", count: \.allRightGroups),
      .init("all_wrong_groups", "groups", count: \.allWrongGroups),
      .init("answers", "answers", count: \.answerCount),
      .init("truncated_answers", "answers", count: \.truncatedAnswers),
      .init("tokens", "tokens", count: \.tokenCount),
      .init("entropy", "nats/token", number: \.entropy),
      .init("seconds", "s", number: \.seconds),
    ]
  }

  static var evaluations: [CSVColumn<EvaluationMetrics>] {
    [
      .init("iteration", "1", count: \.iteration),
      .init("updates_before", "1", count: \.updatesBefore),
      .init("prompts", "prompts", count: \.promptCount),
      .init("k", "answers/prompt", count: \.samplesPerPrompt),
      .init("avg_at_k", "share", number: \.average),
      .init("pass_at_k", "share", number: \.pass),
      .init("seconds", "s", number: \.seconds),
    ]
  }

  static var moves: [CSVColumn<KnobMove>] {
    [
      .init("updates_before", "1", count: \.updatesBefore),
      .init("iteration", "1", count: \.iteration),
      .init("knob", "text", \.name),
      .init("old_value", "the knob's", \.oldValue),
      .init("new_value", "the knob's", \.newValue),
    ]
  }
}

/// A knob that was moved, or an objective that was switched, as text.
struct KnobMove {
  let name: String
  let oldValue: String
  let newValue: String
  let updatesBefore: Int
  let iteration: Int

  /// The move that an event tells of; `nil` for other events.
  init?(_ event: TrainingEvent) {
    switch event {
    case .knobChange(let change):
      name = change.name
      oldValue = Self.text(change.oldValue)
      newValue = Self.text(change.newValue)
      updatesBefore = change.updatesBefore
      iteration = change.iteration
    case .objectiveChange(let change):
      name = "objective"
      oldValue = change.oldObjective
      newValue = change.newObjective
      updatesBefore = change.updatesBefore
      iteration = change.iteration
    case .rollout, .update, .evaluation, .notice, .restarted: return nil
    }
  }

  /// "no limit" is a value, unlike an empty cell.
  private static func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "none" }
}
