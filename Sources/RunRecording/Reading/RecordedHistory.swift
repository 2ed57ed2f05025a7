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
  /// - Parameter lastBytes: reads no more than the end of the metrics and of the tokens, so many
  ///   bytes of each.
  /// - Throws: when `run.json` describes no run that this program knows; damage to the logs leaves
  ///   gaps and a warning.
  public init(_ run: RecordedRun, lastBytes: Int = .max) throws {
    var snapshots: [TrainingSnapshot] = []
    warnings =
      try Self.read(run, lastBytes: lastBytes) { snapshot, _ in
        snapshots.append(snapshot)
        return true
      } ?? []
    self.snapshots = snapshots
  }

  /// Reads the same one snapshot at a time, oldest first: of a long run, all at once would fill the
  /// memory.
  ///
  /// - Parameter take: gets each snapshot with the share of the metrics that has been read; `false`
  ///   stops.
  /// - Returns: what could not be read; `nil` when `take` asked to stop.
  public static func read(
    _ run: RecordedRun, lastBytes: Int = .max, take: (TrainingSnapshot, Double) -> Bool
  ) throws -> [String]? {
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
    let journal = lines("journal.jsonl", run.journal)
    let rollouts = lines("rollouts.jsonl") { () throws(RecordingError) in
      try LogContents<RolloutLine>(run.folder.rollouts, lastBytes: lastBytes)
    }
    var builder = SnapshotRebuilder(run.description, configuration, rollouts: rollouts)
    var merging = EventMerging(journal)
    var goesOn = true
    var share = 0.0
    func hand(_ snapshot: TrainingSnapshot?) {
      if goesOn, let snapshot { goesOn = take(snapshot, share) }
    }
    do throws(RecordingError) {
      var metrics = try LogLines<MetricLine>(run.folder.metrics, lastBytes: lastBytes)
      // The end of a log begins with the first rollout in it: updates belong to one.
      var isWithinAnIteration = lastBytes < run.metricsByteCount
      while goesOn, let line = try metrics.next() {
        if isWithinAnIteration {
          guard case .rollout = line else { continue }
          isWithinAnIteration = false
        }
        share = try metrics.share
        for event in merging.events(upTo: line) { hand(builder.take(event)) }
      }
      if let damage = metrics.damage { warnings.append("metrics.jsonl: \(damage)") }
    } catch {
      warnings.append("\(error)")
    }
    for event in merging.rest { hand(builder.take(event)) }
    hand(builder.finish())
    return goesOn ? warnings : nil
  }

  /// What happened, in order.
  public static func events(_ metrics: [MetricLine], _ journal: [JournalLine]) -> [TrainingEvent] {
    var merging = EventMerging(journal)
    return metrics.flatMap { merging.events(upTo: $0) } + merging.rest
  }
}

/// Puts what the journal tells between the lines of the metrics.
private struct EventMerging {
  private let changes: [(event: TrainingEvent, updatesBefore: Int)]
  private var next = 0

  init(_ journal: [JournalLine]) {
    changes = journal.compactMap(\.event)
  }

  /// The changes before a line, and the line.
  mutating func events(upTo line: MetricLine) -> [TrainingEvent] {
    var events: [TrainingEvent] = []
    while next < changes.count, changes[next].updatesBefore < line.total {
      events.append(changes[next].event)
      next += 1
    }
    events.append(line.event)
    return events
  }

  /// What came after the last line.
  var rest: [TrainingEvent] { changes[next...].map(\.event) }
}

/// Follows the events of a run and gives a snapshot of each update.
private struct SnapshotRebuilder {
  private let identity: RunIdentity
  private let updatesPerIteration: Int
  private let rollouts: [Int: RolloutLine]
  private var timeline: KnobTimeline
  private var knobs: [KnobState]
  private var objective: ObjectiveState
  private var isFirst = true
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

  /// Takes the next event.
  ///
  /// - Returns: the snapshot of the update before, where the event is no longer part of it.
  mutating func take(_ event: TrainingEvent) -> TrainingSnapshot? {
    let closed: TrainingSnapshot?
    switch event {
    case .update(let metrics):
      closed = close()
      update = metrics
      isOpen = true
    case .rollout(let metrics):
      closed = close()
      rollout = metrics
    case .knobChange, .objectiveChange:
      closed = close()
      timeline.apply(event)
      knobs = timeline.states
      objective = ObjectiveState(timeline.objective)
    // They belong to the update before.
    case .evaluation, .notice, .restarted: closed = nil
    }
    events.append(event)
    return closed
  }

  /// - Returns: the last snapshot, where something is not in one yet.
  mutating func finish() -> TrainingSnapshot? {
    isOpen || !events.isEmpty || isFirst ? make() : nil
  }

  private mutating func close() -> TrainingSnapshot? { isOpen ? make() : nil }

  private mutating func make() -> TrainingSnapshot {
    let position = self.position
    let speed = rollout.flatMap { $0.seconds > 0 ? Double($0.tokenCount) / $0.seconds : nil }
    let status = RunStatus(
      phase: .training, mode: .paused, position: position, paceLimit: nil, paceIsAutomatic: false,
      measuredPace: 0, rolloutTokensPerSecond: speed,
      updateMilliseconds: update.map { $0.seconds * 1e3 }, objective: timeline.objectiveName)
    let snapshot = TrainingSnapshot(
      identity: identity, status: status, knobs: knobs, events: events,
      update: update.map { UpdateDetail(metrics: $0, objective: objective) },
      rollout: rollout.map { metrics in
        RolloutDetail(metrics: metrics, groups: [], group: group(at: position, of: metrics))
      })
    events = []
    isOpen = false
    isFirst = false
    return snapshot
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
