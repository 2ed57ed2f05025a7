internal import FoundationEssentials
internal import LocalFiles
internal import PolicyObjectives
public import TrainingTelemetry

/// The finished runs of a store, of one task and preset, as one course for each arm: the mean over
/// the seeds that all arms have.
///
/// A store keeps scores and rollouts' means and no updates; the snapshots have no more than that.
public struct StoredComparison: Sendable {
  public struct Arm: Sendable {
    /// As `maspo compare` names it: `maspo:sigma_base=0.2`.
    public let name: String
    public let isPlacebo: Bool
    /// One for each iteration of which something is known, oldest first; never empty.
    public let snapshots: [TrainingSnapshot]
  }

  /// What of a store is wanted; `nil` is all there is.
  public struct Selection: Sendable, Hashable {
    public var task: String?
    public var preset: String?
    /// Names of arms, the one with which the others are compared first.
    public var arms: [String]?

    public init(task: String? = nil, preset: String? = nil, arms: [String]? = nil) {
      self.task = task
      self.preset = preset
      self.arms = arms
    }
  }

  public let arms: [Arm]
  /// Seeds over which each course is the mean.
  public let seeds: [UInt64]
  /// Files that could not be read.
  public let warnings: [String]

  /// Whether a folder holds files that may be results, and so may be a store.
  public static func mayBeStore(_ folder: String) -> Bool {
    (try? files(in: folder))?.isEmpty == false
  }

  private static func files(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") && $0 != "run.json" }.sorted()
  }

  /// - Parameters:
  ///   - folder: of the store.
  ///   - most: arms that are shown at most.
  /// - Throws: `StoredComparisonError`, naming what the store has.
  public init(_ folder: String, _ selection: Selection, most: Int) throws {
    var entries: [ResultStore.Entry] = []
    var warnings: [String] = []
    for file in try Self.files(in: folder) {
      switch ResultStore.read(folder + "/" + file) {
      case .success(let entry): entries.append(entry)
      case .failure(let damage): warnings.append("\(file): \(damage.reason)".harmlessLine)
      }
    }
    guard !entries.isEmpty else {
      throw StoredComparisonError.noResults(folder, warnings.first)
    }
    let group = try Self.group(of: entries, folder, selection)
    let named = try Self.named(group, folder, selection)
    guard named.count >= 2 else { throw StoredComparisonError.oneArm(folder, named[0].name) }
    guard named.count <= most else {
      throw StoredComparisonError.tooManyArms(folder, named.map(\.name), most: most)
    }
    let common = named.dropFirst().reduce(Set(named[0].results.keys)) {
      $0.intersection($1.results.keys)
    }
    guard !common.isEmpty else { throw StoredComparisonError.noCommonSeed(folder) }
    let seeds = common.sorted()
    self.seeds = seeds
    arms = named.map { name, isPlacebo, results in
      let used = seeds.compactMap { results[$0]?.result }
      return Arm(name: name, isPlacebo: isPlacebo, snapshots: ArmCourse(of: used).snapshots)
    }
    self.warnings = warnings
  }

  /// The results of the task and preset that are wanted.
  private static func group(
    of entries: [ResultStore.Entry], _ folder: String, _ selection: Selection
  ) throws -> [ResultStore.Entry] {
    let wanted = entries.filter { entry in
      (selection.task ?? entry.result.task) == entry.result.task
        && (selection.preset ?? entry.result.preset) == entry.result.preset
    }
    let known = Set(entries.map { "\($0.result.task) \($0.result.preset)".harmlessLine }).sorted()
    guard !wanted.isEmpty else { throw StoredComparisonError.nothingSelected(folder, known) }
    let kinds = Set(wanted.map { "\($0.result.task) \($0.result.preset)".harmlessLine }).sorted()
    guard kinds.count == 1 else { throw StoredComparisonError.severalTasks(folder, kinds) }
    guard Set(wanted.map(\.setting)).count == 1 else {
      throw StoredComparisonError.severalComparisons(folder)
    }
    return wanted
  }

  private typealias NamedArm = (name: String, isPlacebo: Bool, results: [UInt64: ResultStore.Entry])

  /// The arms that are wanted, in that order, else in that of their names with placebos last.
  private static func named(
    _ group: [ResultStore.Entry], _ folder: String, _ selection: Selection
  ) throws -> [NamedArm] {
    var arms: [String: NamedArm] = [:]
    for entry in group {
      let name = entry.result.arm.label.harmlessLine
      var arm = arms[name] ?? (name, entry.result.arm.isPlacebo, [:])
      if let other = arm.results[entry.result.seed] {
        // The same run made on another machine rounds differently and says the same.
        guard
          ResultStore.withoutArithmetic(other.key) == ResultStore.withoutArithmetic(entry.key)
        else { throw StoredComparisonError.severalComparisons(folder) }
        continue
      }
      arm.results[entry.result.seed] = entry
      arms[name] = arm
    }
    let all = arms.values.sorted {
      ($0.isPlacebo ? 1 : 0, $0.name) < ($1.isPlacebo ? 1 : 0, $1.name)
    }
    guard let wanted = selection.arms else {
      // The placebo says how far chance leads from the arm that it is of.
      guard let placebo = all.first(where: \.isPlacebo),
        let first = all.firstIndex(where: { "placebo of \($0.name)" == placebo.name })
      else { return all }
      return [all[first]] + all[..<first] + all[(first + 1)...]
    }
    return try wanted.map { name in
      guard let arm = arms[name] else {
        throw StoredComparisonError.unknownArm(name, all.map(\.name))
      }
      return arm
    }
  }
}

extension ResultStore.Entry {
  /// What two results must share to belong to one comparison, from the key.
  fileprivate var setting: [String] {
    let parts = key.split(separator: "; ")
    return ["iterations ", "optimizer ", "evaluation ", "state "].map { prefix in
      parts.first { $0.hasPrefix(prefix) }.map(String.init) ?? ""
    }
  }
}

/// The mean course of the runs of one arm.
private struct ArmCourse {
  let results: [RunResult]

  /// - Precondition: there is at least one.
  init(of results: [RunResult]) { self.results = results }

  /// Mean of a value at the iterations that all runs have.
  private func means<Element>(
    _ elements: (RunResult) -> [Element], _ iteration: (Element) -> Int,
    _ values: [(Element) -> Double]
  ) -> [(iteration: Int, values: [Double])] {
    var sums: [Int: (count: Int, sums: [Double])] = [:]
    for result in results {
      // Of an iteration that was evaluated twice the last counts.
      var last: [Int: Element] = [:]
      for element in elements(result) { last[iteration(element)] = element }
      for (iteration, element) in last {
        var sum = sums[iteration] ?? (0, values.map { _ in 0 })
        sum.count += 1
        for index in values.indices { sum.sums[index] += values[index](element) }
        sums[iteration] = sum
      }
    }
    let count = Double(results.count)
    return sums.filter { $0.value.count == results.count }.sorted { $0.key < $1.key }
      .map { ($0.key, $0.value.sums.map { $0 / count }) }
  }

  var snapshots: [TrainingSnapshot] {
    let evaluations = means(\.evaluations, \.iteration, [\.average, \.pass])
    let rollouts = means({ $0.course ?? [] }, \.iteration, [\.reward, \.entropy])
    var events: [Int: [TrainingEvent]] = [:]
    for (iteration, values) in rollouts {
      events[iteration, default: []].append(
        .rollout(
          RolloutMetrics(
            iteration: iteration, updatesBefore: iteration - 1, reward: finite(values[0]),
            groupCount: 0, zeroVarianceGroups: 0, allRightGroups: 0, allWrongGroups: 0,
            truncatedAnswers: 0, answerCount: 0, tokenCount: 0, entropy: finite(values[1]),
            seconds: 0)))
    }
    for (iteration, values) in evaluations {
      events[iteration, default: []].append(
        .evaluation(
          EvaluationMetrics(
            iteration: iteration, updatesBefore: iteration, promptCount: 0,
            samplesPerPrompt: results[0].samplesPerPrompt, average: values[0], pass: values[1],
            seconds: 0)))
    }
    return (events.isEmpty ? [0: []] : events).sorted { $0.key < $1.key }
      .map { snapshot(at: $0.key, $0.value) }
  }

  private func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }

  private func snapshot(at iteration: Int, _ events: [TrainingEvent]) -> TrainingSnapshot {
    let result = results[0]
    return TrainingSnapshot(
      identity: RunIdentity(
        task: result.task.harmlessLine, preset: result.preset.harmlessLine,
        seed: results.count == 1 ? result.seed : nil,
        baseSeed: results.count == 1 ? result.baseSeed : nil, threads: nil, parameterCount: nil,
        vocabularySize: nil, iterationLimit: nil),
      status: RunStatus(
        phase: .training, mode: .paused,
        position: UpdatePosition(
          iteration: iteration, update: 1, updatesPerIteration: 1, total: iteration),
        paceLimit: nil, paceIsAutomatic: false, measuredPace: 0, rolloutTokensPerSecond: nil,
        updateMilliseconds: nil, objective: result.arm.objective.harmlessLine),
      knobs: [], events: events, update: nil, rollout: nil)
  }
}
