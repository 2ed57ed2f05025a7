internal import LocalFiles
internal import PolicyTraining
public import RunKnowledge
internal import TrainingTelemetry

extension ForkSummary {
  /// What the replicas of a fork that are finished come to.
  public init(plan: ForkPlan, results: [RunResult]) {
    let point = plan.point
    let answers = plan.evaluation.promptCount * plan.evaluation.samplesPerPrompt
    let seeds = plan.replicas.map { point.seed(ofReplica: $0) }
    func replicas(of arm: ComparisonArm) -> [RunResult?] {
      seeds.map { seed in results.first { $0.arm == arm && $0.seed == seed } }
    }
    let unchanged = replicas(of: plan.unchanged)
    let changed = replicas(of: plan.changed)
    let placebo = replicas(of: plan.placebo)
    self.init(
      task: point.configuration.task, preset: point.configuration.preset,
      objective: point.objectiveName, change: plan.change.text, update: point.position.total,
      iteration: point.position.iteration, iterations: plan.iterations,
      samplesPerPrompt: plan.evaluation.samplesPerPrompt, plannedPairs: plan.replicas.count,
      finishedPairs: zip(unchanged, changed).count { $0 != nil && $1 != nil },
      rows: ForkMeasure.allCases.map { measure in
        func values(_ results: [RunResult?]) -> [Double?] {
          results.map { $0.flatMap { measure.value(in: $0, answers: answers) } }
        }
        return Row(
          measure, unchanged: values(unchanged), changed: values(changed),
          placebo: values(placebo), step: measure.step(of: plan))
      },
      courses: zip(Course.Arm.allCases, [unchanged, changed, placebo]).map { arm, results in
        let finished = results.compactMap(\.self)
        return Course(
          arm,
          reward: finished.flatMap { ($0.course ?? []).map { ($0.iteration, $0.reward) } },
          average: finished.flatMap { $0.evaluations.map { ($0.iteration, $0.average) } })
      },
      unchangedDigests: unchanged.compactMap { $0?.weightsDigest })
  }

  /// The summary as one JSON object that ends in a newline.
  public func json() throws -> String {
    String(decoding: try JSONText.encodeFinite(self, pretty: true), as: UTF8.self) + "\n"
  }
}
