internal import PolicyTraining
internal import ReasoningTasks
public import RunKnowledge

/// The results of a comparison in numbers: for each task and preset, for each arm.
public struct ComparisonSummary: Sendable, Hashable, Codable {
  public let reference: String
  public let seeds: [UInt64]
  /// k of Avg@k and Pass@k.
  public let samplesPerPrompt: Int
  public let plannedRuns: Int
  public let finishedRuns: Int
  /// What is planned and not finished.
  public let missing: [Missing]
  public let sections: [Section]

  /// Arms without a result, of one seed.
  public struct Missing: Sendable, Hashable, Codable {
    public let task: String
    public let preset: String
    public let seed: UInt64
    public let arms: [String]
  }

  /// One task under one preset.
  public struct Section: Sendable, Hashable, Codable {
    public let task: String
    public let preset: String
    public let arms: [ArmSummary]
  }

  public init(plan: ComparisonPlan, results: [RunResult]) throws {
    let planned = try plan.runs()
    reference = plan.reference.label
    seeds = plan.seeds
    samplesPerPrompt = plan.template.evaluation.samplesPerPrompt
    let answers = plan.template.evaluation.promptCount * samplesPerPrompt
    plannedRuns = planned.count
    finishedRuns = results.count
    missing = Self.missing(of: planned, results: results)
    sections = plan.tasks.map(\.info.name).flatMap { task in
      plan.presets.map { preset in
        let here = results.filter { $0.task == task && $0.preset == preset.name }
        let compared = here.filter { $0.arm == plan.reference }
        return Section(
          task: task, preset: preset.name,
          arms: plan.arms.compactMap { arm in
            ArmSummary(
              arm: arm, runs: here.filter { $0.arm == arm },
              reference: arm == plan.reference ? [] : compared, answers: answers)
          })
      }
    }
  }

  /// - Parameter planned: a seed's arms follow one another.
  private static func missing(of planned: [PlannedRun], results: [RunResult]) -> [Missing] {
    let finished = Set(results.map(RunName.init))
    var missing: [Missing] = []
    for run in planned where !finished.contains(RunName(run)) {
      var arms: [String] = []
      if let last = missing.last, last.task == run.task, last.preset == run.preset,
        last.seed == run.seed
      {
        arms = last.arms
        missing.removeLast()
      }
      missing.append(
        Missing(
          task: run.task, preset: run.preset, seed: run.seed, arms: arms + [run.arm.label]))
    }
    return missing
  }
}

/// What tells the runs of a plan apart.
struct RunName: Hashable {
  let arm: ComparisonArm
  let task: String
  let preset: String
  let seed: UInt64

  init(_ run: PlannedRun) {
    (arm, task, preset, seed) = (run.arm, run.task, run.preset, run.seed)
  }

  init(_ result: RunResult) {
    (arm, task, preset, seed) = (result.arm, result.task, result.preset, result.seed)
  }
}

/// The runs of one arm under one task and preset, over seeds.
public struct ArmSummary: Sendable, Hashable, Codable {
  public let label: String
  public let seeds: [UInt64]
  /// Avg@k and Pass@k at the end.
  public let finalAverage: MeanEstimate
  public let finalPass: MeanEstimate
  /// Mean Avg@k over the run.
  public let meanAverage: MeanEstimate
  public let baseAverage: MeanEstimate
  /// Against the reference, paired by seed; `nil` for the reference itself and without pairs.
  public let meanDifference: PairedDifference?
  public let finalDifference: PairedDifference?
  public let entropy: MeanEstimate
  public let klMean: MeanEstimate
  /// Largest KL of any token and largest ratio in any of the runs.
  public let klMaximum: Double
  public let ratioMaximum: Double?
  /// Shares in [0, 1]; `nil` for an objective without a gate per token.
  public let attenuatedShare: MeanEstimate?
  public let removedShare: MeanEstimate?
  public let removedSharePositive: MeanEstimate?
  public let removedShareNegative: MeanEstimate?
  public let collapsedCount: Int
  /// Runs that a number that was not finite stopped.
  public let failureCount: Int
  /// Digests of the final weights, in the order of `seeds`.
  public let weightsDigests: [String]

  /// - Parameters:
  ///   - reference: the reference's runs.
  ///   - answers: of one evaluation, k for each held-out prompt.
  /// - Returns: `nil` without runs.
  init?(
    arm: ComparisonArm, runs unordered: [RunResult], reference: [RunResult], answers: Int
  ) {
    let runs = unordered.sorted { $0.seed < $1.seed }
    func estimate(_ value: (RunResult) -> Double) -> MeanEstimate? {
      MeanEstimate(runs.map(value))
    }
    func difference(_ value: (RunResult) -> Double) -> PairedDifference? {
      PairedDifference(
        runs.compactMap { run in
          reference.first { $0.seed == run.seed }.map { value(run) - value($0) }
        }, step: 1 / Double(answers))
    }
    guard let finalAverage = estimate(\.finalAverage), let finalPass = estimate(\.finalPass),
      let meanAverage = estimate(\.meanAverage), let entropy = estimate(\.lastEntropy),
      let klMean = estimate(\.klMean),
      let baseAverage = estimate({ $0.evaluations.first?.average ?? 0 })
    else { return nil }
    label = arm.label
    seeds = runs.map(\.seed)
    self.finalAverage = finalAverage
    self.finalPass = finalPass
    self.meanAverage = meanAverage
    self.baseAverage = baseAverage
    meanDifference = difference(\.meanAverage)
    finalDifference = difference(\.finalAverage)
    self.entropy = entropy
    self.klMean = klMean
    klMaximum = runs.map(\.klMaximum).max() ?? 0
    ratioMaximum = runs.compactMap(\.ratioMaximum).max()
    attenuatedShare = MeanEstimate(runs.compactMap(\.attenuatedShare))
    removedShare = MeanEstimate(runs.compactMap(\.removedShare))
    removedSharePositive = MeanEstimate(runs.compactMap(\.removedSharePositive))
    removedShareNegative = MeanEstimate(runs.compactMap(\.removedShareNegative))
    collapsedCount = runs.count { $0.isCollapsed(answers: answers) }
    failureCount = runs.count { $0.failure != nil }
    weightsDigests = runs.map(\.weightsDigest)
  }
}
