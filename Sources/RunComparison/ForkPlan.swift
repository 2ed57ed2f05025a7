internal import PolicyObjectives
public import PolicyTraining
public import TrainingTelemetry

/// What a change would do to a run from one of its states: the arms *unchanged*, *changed* and
/// *placebo*, several replicas of each.
///
/// Replica i of every arm has the same seed, hence the same prompts and the same sampling streams,
/// and another one than replica j; the first has the run's own, so that unchanged it is the run. The
/// placebo is unchanged but for one weight, moved by `ComparisonArm.placeboShift`.
public struct ForkPlan: RunPlan {
  public let point: ForkPoint
  public let change: RunChange
  /// Numbers of the replicas, from 1.
  public let replicas: [Int]
  /// Whole iterations that each replica makes, after what is left of the one in progress.
  public let iterations: Int
  /// Held-out evaluations: at the fork, then every `interval` iterations from there, and at the end.
  public let evaluation: EvaluationSettings

  /// - Parameters:
  ///   - change: `asymmetry` stands for both risk coefficients of MASPO.
  ///   - evaluation: `nil` takes the run's, with evaluations half way and at the end.
  /// - Throws: `ComparisonError`, `ObjectiveError` or `ConfigurationError` naming what is wrong.
  public init(
    from point: ForkPoint, change: RunChange, replicas: [Int], iterations: Int,
    evaluation: EvaluationSettings? = nil
  ) throws {
    guard !replicas.isEmpty else { throw ComparisonError.empty("replicas") }
    var expanded = change
    expanded.settings = change.settings.flatMap { setting in
      MASPOObjective.parameters(meantBy: setting.name).map {
        KnobSetting(name: $0, value: setting.value)
      }
    }
    guard !expanded.isEmpty, try point.isChanged(by: expanded) else {
      throw ComparisonError.nothingChanges(change.text)
    }
    self.point = point
    self.change = expanded
    self.replicas = replicas
    self.iterations = iterations
    var settings = evaluation ?? point.configuration.evaluation
    if evaluation == nil { settings.interval = (iterations + 1) / 2 }
    self.evaluation = settings
    for run in try runs() { try run.configuration.validate() }
  }

  public var unchanged: ComparisonArm { ComparisonArm(objective: point.objectiveName) }
  public var placebo: ComparisonArm { unchanged.placebo }
  public var changed: ComparisonArm {
    ComparisonArm(
      objective: change.objective ?? point.objectiveName,
      settings: change.settings.map { ComparisonArm.Setting(name: $0.name, value: $0.value) })
  }

  /// The arms of a replica follow one another, so that a fork that is stopped early has whole pairs.
  public func runs() throws -> [PlannedRun] {
    replicas.flatMap { number in
      [(unchanged, nil), (changed, change), (placebo, nil)].map { arm, change in
        PlannedRun(
          arm: arm, task: point.configuration.task, preset: point.configuration.preset,
          seed: point.seed(ofReplica: number), configuration: configuration(ofReplica: number),
          start: .state(point, change: change))
      }
    }
  }

  private func configuration(ofReplica number: Int) -> RunConfiguration {
    var configuration = point.configuration
    configuration.seed = point.seed(ofReplica: number)
    configuration.threads = 1
    configuration.iterationLimit = point.position.iteration + iterations
    configuration.evaluation = evaluation
    return configuration
  }

  /// Reads `8` (replicas 1 to 8), `9-16` or `1,4,9`.
  ///
  /// - Throws: `ComparisonError.malformedReplicas`.
  public static func replicas(parsing text: String) throws(ComparisonError) -> [Int] {
    guard let seeds = try? ComparisonPlan.seeds(parsing: text), !seeds.contains(0) else {
      throw .malformedReplicas(text)
    }
    let numbers = seeds.compactMap { Int(exactly: $0) }
    guard numbers.count == seeds.count, Set(numbers).count == numbers.count else {
      throw .malformedReplicas(text)
    }
    return numbers
  }
}
