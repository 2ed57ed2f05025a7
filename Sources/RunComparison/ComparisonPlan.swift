internal import PolicyObjectives
public import PolicyTraining
public import ReasoningTasks
public import TrainingTelemetry

/// Runs that a `ComparisonRunner` makes.
public protocol RunPlan: Sendable {
  /// Every run, in the order in which they are made.
  ///
  /// - Throws: what is wrong with one of them.
  func runs() throws -> [PlannedRun]
}

/// What is to be compared: arms × presets × tasks × seeds.
///
/// All runs of one seed and task share the base policy and the prompts. The base policy's seed is
/// the run's seed, so that the spread over seeds contains the spread over base policies; a fixed
/// `baseSeed` leaves that out.
public struct ComparisonPlan: RunPlan {
  public private(set) var arms: [ComparisonArm]
  /// The arm that the others are compared with.
  public let reference: ComparisonArm
  public let presets: [Preset]
  public let tasks: [any ReasoningTask]
  public let seeds: [UInt64]
  /// One base policy for all seeds; `nil` makes one per seed.
  public let baseSeed: UInt64?
  /// The knob that a sweep varies, if any.
  public let sweep: Sweep?
  /// Settings of the run that all arms share, over the preset's.
  public let settings: [ComparisonArm.Setting]
  /// Model, warm start, evaluation and run length for all runs; `nil` iterations are the preset's.
  public let template: RunConfiguration

  /// A knob and the values it takes.
  public struct Sweep: Sendable, Hashable {
    public let name: String
    public let values: [Double]

    public init(name: String, values: [Double]) {
      self.name = name
      self.values = values
    }

    /// Reads `sigma_base=0.1,0.2,0.5`.
    ///
    /// - Throws: `ComparisonError.malformedSweep`.
    public init(parsing text: String) throws(ComparisonError) {
      let parts = text.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { throw .malformedSweep(text) }
      let words = parts[1].split(separator: ",", omittingEmptySubsequences: false)
      let values = words.compactMap { Double($0) }
      guard values.count == words.count, values.allSatisfy(\.isFinite) else {
        throw .malformedSweep(text)
      }
      self.init(name: String(parts[0]), values: values)
    }
  }

  /// Adds what every comparison has: `no_clip`, and a placebo of the reference.
  ///
  /// - Parameters:
  ///   - arms: in the order of the table.
  ///   - reference: an arm's label; `nil` takes `grpo` at its defaults where it is among the arms,
  ///     else the first.
  ///   - sweep: replaces each arm that has the knob by one for each value.
  /// - Throws: `ComparisonError`, `ObjectiveError` or `ConfigurationError` naming what is wrong.
  public init(
    arms: [ComparisonArm], reference: String? = nil, presets: [Preset],
    tasks: [any ReasoningTask],
    seeds: [UInt64], baseSeed: UInt64? = nil, sweep: Sweep? = nil,
    settings: [ComparisonArm.Setting] = [], template: RunConfiguration = RunConfiguration()
  ) throws {
    guard !arms.isEmpty else { throw ComparisonError.empty("objectives") }
    guard !presets.isEmpty else { throw ComparisonError.empty("presets") }
    guard !tasks.isEmpty else { throw ComparisonError.empty("tasks") }
    guard !seeds.isEmpty else { throw ComparisonError.empty("seeds") }
    var expanded = try Self.expand(arms, sweep: sweep)
    let unclipped = ComparisonArm(objective: "no_clip")
    if !expanded.contains(unclipped) { expanded.append(unclipped) }
    let found = try Self.find(reference, in: expanded)
    expanded.append(found.placebo)
    self.arms = Self.unique(expanded)
    self.reference = found
    self.presets = presets
    var names: Set<String> = []
    self.tasks = tasks.filter { names.insert($0.info.name).inserted }
    self.seeds = Self.unique(seeds)
    self.baseSeed = baseSeed
    self.sweep = sweep
    self.settings = settings
    self.template = template
    for run in try runs() { try run.configuration.validate() }
  }

  /// Every run, in the order in which they are made: a seed's arms follow one another, so that a
  /// comparison that is stopped early has whole pairs.
  public func runs() throws -> [PlannedRun] {
    try tasks.flatMap { task in
      try presets.flatMap { preset in
        try seeds.flatMap { seed in
          try arms.map { arm in
            PlannedRun(
              arm: arm, task: task.info.name, preset: preset.name, seed: seed,
              configuration: try configuration(of: arm, preset: preset, task: task, seed: seed))
          }
        }
      }
    }
  }

  private func configuration(
    of arm: ComparisonArm, preset: Preset, task: any ReasoningTask, seed: UInt64
  ) throws -> RunConfiguration {
    var configuration = template
    configuration.choose(task)
    configuration.objective = try ObjectiveCatalog.objective(named: arm.objective)
    configuration.apply(preset)
    configuration.seed = seed
    configuration.baseSeed = baseSeed ?? seed
    configuration.iterationLimit = template.iterationLimit ?? preset.iterations
    configuration.threads = 1
    for setting in settings { try setting.apply(to: &configuration) }
    try arm.apply(to: &configuration)
    return configuration
  }

  private static func expand(_ arms: [ComparisonArm], sweep: Sweep?) throws -> [ComparisonArm] {
    guard let sweep else { return arms }
    guard arms.contains(where: { $0.hasKnob(sweep.name) }) else {
      throw ComparisonError.unknownSweep(sweep.name)
    }
    return arms.flatMap { arm in
      arm.hasKnob(sweep.name)
        ? sweep.values.map { arm.setting(sweep.name, to: $0) } : [arm]
    }
  }

  private static func find(
    _ label: String?, in arms: [ComparisonArm]
  ) throws(ComparisonError) -> ComparisonArm {
    if let label {
      if let arm = arms.first(where: { $0.label == label }) { return arm }
      throw .unknownReference(label, known: arms.map(\.label))
    }
    return arms.first { $0.label == "grpo" } ?? arms[0]
  }

  private static func unique<Element: Hashable>(_ elements: [Element]) -> [Element] {
    var seen: Set<Element> = []
    return elements.filter { seen.insert($0).inserted }
  }
}

extension ComparisonPlan {
  /// Reads `8` (seeds 1 to 8), `3-10` or `1,4,9`.
  ///
  /// - Throws: `ComparisonError.malformedSeeds`.
  public static func seeds(parsing text: String) throws(ComparisonError) -> [UInt64] {
    if let count = UInt64(text), (1...10_000).contains(count) { return Array(1...count) }
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    if ends.count == 2, let first = UInt64(ends[0]), let last = UInt64(ends[1]), first <= last,
      last - first < 10_000
    {
      return Array(first...last)
    }
    let words = text.split(separator: ",", omittingEmptySubsequences: false)
    let seeds = words.compactMap { UInt64($0) }
    guard words.count > 1, seeds.count == words.count else { throw .malformedSeeds(text) }
    return seeds
  }
}

/// One run of a plan.
public struct PlannedRun: Sendable {
  public let arm: ComparisonArm
  public let task: String
  public let preset: String
  public let seed: UInt64
  public let configuration: RunConfiguration
  /// Where it begins.
  public var start = Start.basePolicy

  public enum Start: Sendable {
    /// At the base policy of the configuration.
    case basePolicy
    /// At the state of another run, with a change or without.
    case state(ForkPoint, change: RunChange?)
  }

  /// The fork point, where it begins at one.
  var point: ForkPoint? {
    if case .state(let point, _) = start { point } else { nil }
  }

  /// The iteration in which it begins; 0 at the base policy.
  var firstIteration: Int { point?.position.iteration ?? 0 }

  /// Relative computing time: a pass over the rollout's tokens is the unit.
  var cost: Double {
    let schedule = configuration.schedule
    let iterations = Double((configuration.iterationLimit ?? 1) - firstIteration)
    let sequences = Double(schedule.sequencesPerIteration)
    let evaluation = configuration.evaluation
    let evaluations =
      evaluation.interval > 0 ? iterations / Double(evaluation.interval) + 1 : 2
    // An update costs about three times what sampling the same tokens does.
    return iterations * sequences * (1 + 3 * Double(schedule.epochs))
      + evaluations * Double(evaluation.promptCount * evaluation.samplesPerPrompt)
  }
}
