import PolicyObjectives
import PolicyTraining
import TinyTransformer
public import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// A recorded run as the snapshots that a screen would have seen of it: one for each recorded
/// update, and one for what came after the last.
///
/// Every scalar of an update is recorded, and so is every change; tokens are recorded of one group
/// now and then. Where they are not, the snapshot has a rollout without answers and an update
/// without tokens (`UpdateDetail.hasTokens`), so that nobody takes them for zeros.
public struct RecordedHistory: Sendable {
  /// Oldest first; never empty.
  public let snapshots: [TrainingSnapshot]
  /// What could not be read.
  public let warnings: [String]

  /// Reads what there is, whether or not somebody is writing to it, and takes no lock.
  ///
  /// - Throws: when `run.json` describes no run that this program knows; damage to the logs leaves
  ///   gaps and a warning.
  public init(_ run: RecordedRun) throws {
    let configuration = try run.makeConfiguration()
    var warnings = run.damage.map { ["\($0)"] } ?? []
    func lines<Line: Decodable & PlausibleCounts>(
      _ name: String, _ contents: () throws(RecordingError) -> LogContents<Line>
    ) -> [Line] {
      do throws(RecordingError) {
        let contents = try contents()
        if let damage = contents.damage { warnings.append("\(name): \(damage)") }
        return contents.lines
      } catch {
        warnings.append("\(error)")
        return []
      }
    }
    let metrics = lines("metrics.jsonl", run.metrics)
    let journal = lines("journal.jsonl", run.journal)
    let rollouts = lines("rollouts.jsonl", run.rollouts)
    self.warnings = warnings
    snapshots = Self.snapshots(
      of: run.description, configuration, metrics: metrics, journal: journal, rollouts: rollouts)
  }

  /// The snapshots that the lines of a run's logs amount to; a pure function.
  ///
  /// - Parameter configuration: that of `description`, with the length in force.
  static func snapshots(
    of description: RunDescription, _ configuration: RunConfiguration, metrics: [MetricLine],
    journal: [JournalLine], rollouts: [RolloutLine]
  ) -> [TrainingSnapshot] {
    var builder = SnapshotRebuilder(description, configuration, rollouts: rollouts)
    for event in events(metrics, journal) { builder.take(event) }
    return builder.finish()
  }

  /// What happened, in order.
  public static func events(_ metrics: [MetricLine], _ journal: [JournalLine]) -> [TrainingEvent] {
    let changes = journal.compactMap(\.event)
    var events: [TrainingEvent] = []
    var next = 0
    for line in metrics {
      while next < changes.count, changes[next].updatesBefore < line.total {
        events.append(changes[next].event)
        next += 1
      }
      events.append(line.event)
    }
    return events + changes[next...].map(\.event)
  }
}

/// Follows the events of a run and keeps a snapshot of each update.
private struct SnapshotRebuilder {
  private let identity: RunIdentity
  private let updatesPerIteration: Int
  private let rollouts: [Int: RolloutLine]
  private var timeline: KnobTimeline
  private var knobs: [KnobState]
  private var objective: ObjectiveState
  private var snapshots: [TrainingSnapshot] = []
  /// Since the last snapshot.
  private var events: [TrainingEvent] = []
  private var update: UpdateMetrics?
  private var rollout: RolloutMetrics?
  /// Whether an update came since the last snapshot.
  private var isOpen = false

  init(
    _ description: RunDescription, _ configuration: RunConfiguration, rollouts: [RolloutLine]
  ) {
    identity = RunIdentity(
      task: description.task, preset: description.preset, seed: description.seed,
      baseSeed: description.baseSeed, threads: description.threads,
      parameterCount: description.parameterCount,
      vocabularySize: description.model.vocabularySize,
      iterationLimit: configuration.iterationLimit)
    updatesPerIteration = configuration.schedule.updatesPerIteration
    // A resumed run may have written a line twice; both say the same.
    self.rollouts = Dictionary(rollouts.map { ($0.total, $0) }) { $1 }
    timeline = KnobTimeline(configuration)
    knobs = timeline.states
    objective = ObjectiveState(timeline.objective)
  }

  mutating func take(_ event: TrainingEvent) {
    switch event {
    case .update(let metrics):
      close()
      update = metrics
      isOpen = true
    case .rollout(let metrics):
      close()
      rollout = metrics
    case .knobChange, .objectiveChange:
      close()
      timeline.apply(event)
      knobs = timeline.states
      objective = ObjectiveState(timeline.objective)
    // They belong to the update before.
    case .evaluation, .notice, .restarted: break
    }
    events.append(event)
  }

  mutating func finish() -> [TrainingSnapshot] {
    if isOpen || !events.isEmpty || snapshots.isEmpty { keep() }
    return snapshots
  }

  private mutating func close() {
    if isOpen { keep() }
  }

  private mutating func keep() {
    let position = self.position
    let speed = rollout.flatMap { $0.seconds > 0 ? Double($0.tokenCount) / $0.seconds : nil }
    let status = RunStatus(
      phase: .training, mode: .paused, position: position, paceLimit: nil, paceIsAutomatic: false,
      measuredPace: 0, rolloutTokensPerSecond: speed,
      updateMilliseconds: update.map { $0.seconds * 1e3 }, objective: timeline.objectiveName)
    snapshots.append(
      TrainingSnapshot(
        identity: identity, status: status, knobs: knobs, events: events,
        update: update.map { UpdateDetail(metrics: $0, objective: objective) },
        rollout: rollout.map { metrics in
          RolloutDetail(metrics: metrics, groups: [], group: group(at: position, of: metrics))
        }))
    events = []
    isOpen = false
  }

  /// Where the run stands: at the last update, or behind a rollout that came after it.
  private var position: UpdatePosition {
    if let rollout, rollout.iteration > update?.position.iteration ?? 0 {
      return UpdatePosition(
        iteration: rollout.iteration, update: 0, updatesPerIteration: updatesPerIteration,
        total: rollout.updatesBefore)
    }
    return update?.position
      ?? UpdatePosition(
        iteration: 0, update: 0, updatesPerIteration: updatesPerIteration, total: 0)
  }

  /// The group whose tokens were recorded at a position; without answers where none was.
  private func group(at position: UpdatePosition, of rollout: RolloutMetrics) -> GroupRecord {
    if let line = rollouts[position.total], line.iteration == position.iteration,
      line.update == position.update,
      let record = line.record(objective: timeline.objective, position: position)
    {
      return record
    }
    return GroupRecord(
      index: 0, groupCount: rollout.groupCount, prompt: "", answers: [], position: position)
  }
}

extension RolloutLine {
  /// The tokens as the screen has them. What is not in the line follows from it: the width from the
  /// objective, the push from the weighted push, GRPO's decision from ratio and advantage. The
  /// realised move is not known.
  ///
  /// - Parameter objective: that of the update.
  /// - Returns: `nil` when columns of an answer have different lengths.
  func record(objective: any PolicyObjective, position: UpdatePosition) -> GroupRecord? {
    let records = answers.compactMap { $0.record(objective: objective) }
    guard records.count == answers.count else { return nil }
    return GroupRecord(
      index: group, groupCount: groupCount, prompt: prompt, answers: records, position: position)
  }
}

extension RolloutLine.Answer {
  fileprivate func record(objective: any PolicyObjective) -> AnswerRecord? {
    let columns = [
      behaviorLogProbability, logProbability, ratio, weightedPush, sensitivity, entropy,
      gate ?? ratio, weightedRemoved ?? ratio,
    ]
    guard columns.allSatisfy({ $0.count == symbols.count }) else { return nil }
    let tokens = symbols.indices.map { token in
      let probability = exp(behaviorLogProbability[token])
      return TokenRecord(
        symbol: symbols[token], behaviorLogProbability: behaviorLogProbability[token],
        logProbability: logProbability[token], advantage: advantage, ratio: ratio[token],
        width: objective.gateWidth(behaviorProbability: probability, advantage: advantage),
        gate: gate?[token],
        push: sensitivity[token] > 0 ? weightedPush[token] / sensitivity[token] : 0,
        weightedPush: weightedPush[token], weightedRemoved: weightedRemoved?[token],
        sensitivity: sensitivity[token], entropy: entropy[token], realisedMove: nil,
        isClippedByGRPO: GRPOObjective().gate(
          atRatio: ratio[token], behaviorProbability: probability, advantage: advantage,
          context: BatchContext()) == 0)
    }
    return AnswerRecord(
      reward: reward, advantage: advantage, isTruncated: isTruncated,
      isInMinibatch: isInMinibatch, tokens: tokens)
  }
}
