internal import PolicyTraining
internal import TrainingTelemetry

/// What a change did in the replicas of a fork that are finished.
public struct ForkSummary: Sendable, Hashable, Codable {
  public let task: String
  public let preset: String
  /// The objective of the unchanged arm.
  public let objective: String
  /// `objective=grpo, sigma_base=0.2`.
  public let change: String
  /// Where the fork begins: the last update made, and its iteration.
  public let update: Int
  public let iteration: Int
  /// Whole iterations that each replica made.
  public let iterations: Int
  /// k of Avg@k and Pass@k.
  public let samplesPerPrompt: Int
  public let plannedPairs: Int
  /// Replicas of which both the unchanged and the changed arm are finished.
  public let finishedPairs: Int
  public let rows: [Row]
  public let courses: [Course]
  /// Of the unchanged replicas' final weights, in the order of the replicas' numbers.
  public let unchangedDigests: [String]

  /// A quantity in all arms.
  public struct Row: Sendable, Hashable, Codable {
    public let measure: ForkMeasure
    /// Over the finished replicas of the arm; `nil` where it does not apply.
    public let unchanged: MeanEstimate?
    public let changed: MeanEstimate?
    public let placebo: MeanEstimate?
    /// Changed minus unchanged, paired by replica.
    public let difference: PairedDifference?
    public let words: ForkWords
    /// Placebo minus unchanged: what chance alone does.
    public let placeboDifference: PairedDifference?
    public let placeboWords: ForkWords
    /// Pairs beside the finished ones that it would take to tell the arms apart, if the difference
    /// is what it seems; `nil` where they are told apart, or no number can be given.
    public let morePairs: Int?
  }

  /// The course of an arm: means over its finished replicas with their standard errors.
  public struct Course: Sendable, Hashable, Codable {
    public enum Arm: String, Sendable, Hashable, Codable, CaseIterable {
      case unchanged
      case changed
      case placebo
    }

    public struct Point: Sendable, Hashable, Codable {
      public let iteration: Int
      public let value: MeanEstimate
    }

    public let arm: Arm
    /// Of the rollouts since the fork.
    public let reward: [Point]
    /// Held-out Avg@k, that at the fork first.
    public let average: [Point]
  }

  public init(plan: ForkPlan, results: [RunResult]) {
    let point = plan.point
    task = point.configuration.task
    preset = point.configuration.preset
    objective = point.objectiveName
    change = plan.change.text
    update = point.position.total
    iteration = point.position.iteration
    iterations = plan.iterations
    samplesPerPrompt = plan.evaluation.samplesPerPrompt
    plannedPairs = plan.replicas.count
    let seeds = plan.replicas.map { point.seed(ofReplica: $0) }
    func replicas(of arm: ComparisonArm) -> [RunResult?] {
      seeds.map { seed in results.first { $0.arm == arm && $0.seed == seed } }
    }
    let unchanged = replicas(of: plan.unchanged)
    let changed = replicas(of: plan.changed)
    let placebo = replicas(of: plan.placebo)
    finishedPairs = zip(unchanged, changed).count { $0 != nil && $1 != nil }
    rows = ForkMeasure.allCases.map { measure in
      Row(measure, plan: plan, unchanged: unchanged, changed: changed, placebo: placebo)
    }
    courses = zip(Course.Arm.allCases, [unchanged, changed, placebo]).map { arm, results in
      Course(arm, results.compactMap(\.self))
    }
    unchangedDigests = unchanged.compactMap { $0?.weightsDigest }
  }

  /// The row that the words of the fork are about.
  public var main: Row { rows[0] }
}

extension ForkSummary.Row {
  /// - Parameter unchanged: the arm's replicas; `nil` for those that are not finished.
  init(
    _ measure: ForkMeasure, plan: ForkPlan, unchanged: [RunResult?], changed: [RunResult?],
    placebo: [RunResult?]
  ) {
    let answers = plan.evaluation.promptCount * plan.evaluation.samplesPerPrompt
    func values(_ results: [RunResult?]) -> [Double?] {
      results.map { $0.flatMap { measure.value(in: $0, answers: answers) } }
    }
    let compared = values(unchanged)
    func difference(_ results: [RunResult?]) -> PairedDifference? {
      let pairs = zip(values(results), compared).compactMap { value, reference in
        value.flatMap { value in reference.map { value - $0 } }
      }
      return PairedDifference(pairs, step: measure.step(of: plan))
    }
    self.measure = measure
    self.unchanged = MeanEstimate(compared.compactMap(\.self))
    self.changed = MeanEstimate(values(changed).compactMap(\.self))
    self.placebo = MeanEstimate(values(placebo).compactMap(\.self))
    self.difference = difference(changed)
    words = ForkWords(self.difference, moreIsBetter: measure.moreIsBetter)
    placeboDifference = difference(placebo)
    placeboWords = ForkWords(placeboDifference, moreIsBetter: measure.moreIsBetter)
    morePairs =
      words == .notToldApart
      ? self.difference.flatMap { difference in
        difference.pairsToTellApart().map { max(1, $0 - difference.estimate.count) }
      } : nil
  }
}

extension ForkSummary.Course {
  init(_ arm: Arm, _ results: [RunResult]) {
    self.arm = arm
    func points(_ values: (RunResult) -> [(Int, Double)]) -> [Point] {
      let all = Dictionary(grouping: results.flatMap(values), by: \.0)
      return all.keys.sorted().compactMap { iteration in
        MeanEstimate((all[iteration] ?? []).map(\.1)).map { Point(iteration: iteration, value: $0) }
      }
    }
    reward = points { ($0.course ?? []).map { ($0.iteration, $0.reward) } }
    average = points { $0.evaluations.map { ($0.iteration, $0.average) } }
  }
}
