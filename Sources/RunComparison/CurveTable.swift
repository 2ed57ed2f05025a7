public import LocalFiles

/// Every evaluation of every run of a comparison, a row each, in the plan's order.
public enum CurveTable {
  /// One evaluation of one run.
  public struct Row: Sendable {
    let run: RunResult
    let evaluation: RunResult.Evaluation
    /// Held-out prompts of an evaluation.
    let promptCount: Int
  }

  /// The columns; the page "Tables" explains each.
  public static var columns: [CSVColumn<Row>] {
    [
      .init("task", "text", \.run.task),
      .init("preset", "text", \.run.preset),
      .init("arm", "text", \.run.arm.label),
      .init("objective", "text", \.run.arm.objective),
      .init("settings", "text", \.run.arm.settingsText),
      .init("placebo", "text", { "\($0.run.arm.isPlacebo)" }),
      .init("seed", "1", { "\($0.run.seed)" }),
      .init("base_seed", "1", { "\($0.run.baseSeed)" }),
      .init("iteration", "1", count: \.evaluation.iteration),
      .init("updates", "1", count: \.evaluation.updates),
      .init("prompts", "prompts", count: \.promptCount),
      .init("k", "answers/prompt", count: \.run.samplesPerPrompt),
      .init("avg_at_k", "share", number: \.evaluation.average),
      .init("pass_at_k", "share", number: \.evaluation.pass),
      .init("failure", "text", { $0.run.failure ?? "" }),
    ]
  }

  static func text(_ results: [RunResult], promptCount: Int) -> String {
    CSVText.table(
      columns,
      results.flatMap { run in
        run.evaluations.map { Row(run: run, evaluation: $0, promptCount: promptCount) }
      })
  }
}
