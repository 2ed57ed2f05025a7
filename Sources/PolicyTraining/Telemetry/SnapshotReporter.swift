import ReasoningTasks
import TinyTransformer
import TrainingTelemetry

/// Gathers what a run gives into snapshots: events without loss, the heavy part only as often as
/// a person can look at it.
struct SnapshotReporter {
  /// Details are made at most this often at full speed: they cost forward passes …
  private static let secondsBetweenDetails = 0.25
  /// … and no more of the time than this, as long as there are some every second.
  private static let detailShare = 0.01
  /// Snapshots are posted at most this often at full speed.
  private static let secondsBetweenPosts = 1.0 / 30
  /// Paces up to this many updates a second get every update in detail.
  private static let everyUpdatePace = 12.0
  /// Updates over which the time of one is taken, by the median.
  private static let timedUpdates = 15

  /// The group whose tokens are recorded.
  var groupChoice = GroupChoice()
  var warmStart: WarmStartProgress?
  var breakpoints: BreakpointStatus?
  var trial: PromptTrial?
  var pinned: PinnedPrompt?
  var recordingTrouble: String?

  private let mailbox: SnapshotMailbox
  private var identity: RunIdentity
  private var knobs: [KnobState]
  private var objective: String
  private var events: [TrainingEvent] = []
  private var update: UpdateDetail?
  private var rollout: RolloutDetail?
  /// What the gate took from each group of the rollout of an iteration.
  private var removed: (iteration: Int, byGroup: [Double])?
  /// Of the last updates, without what their details took.
  private var updateSeconds: [Double] = []
  private var lastPost = -Double.infinity
  private var lastDetail = -Double.infinity
  /// What the last details took.
  private var detailSeconds = 0.0
  private var now = 0.0

  init(configuration: RunConfiguration, mailbox: SnapshotMailbox) {
    self.mailbox = mailbox
    identity = RunIdentity(
      task: configuration.task, preset: configuration.preset, seed: configuration.seed,
      baseSeed: configuration.baseSeed, threads: configuration.threads, parameterCount: 0,
      vocabularySize: configuration.model.vocabularySize,
      iterationLimit: configuration.iterationLimit)
    let task = configuration.reasoningTask
    identity.promptForm = PromptForm(words: task.promptForm, example: task.info.examplePrompt)
    knobs = RunKnobs(configuration).states()
    objective = configuration.objectiveName
  }

  mutating func attach(_ run: TrainingRun) {
    identity.seed = run.configuration.seed
    identity.parameterCount = run.parameterCount
    warmStart = nil
    update = nil
    rollout = nil
    updateSeconds = []
    removed = nil
  }

  mutating func append(_ event: TrainingEvent) { events.append(event) }
  mutating func append(_ more: [TrainingEvent]) { events.append(contentsOf: more) }

  /// Whether the next update should be made in detail.
  mutating func wantsDetail(limit: Double?) -> Bool {
    if let limit, limit <= Self.everyUpdatePace { return true }
    // Detail that nobody will see is not made: the last snapshot must have been taken.
    let affordable = min(1, detailSeconds / Self.detailShare)
    return mailbox.isEmpty && now - lastDetail >= max(Self.secondsBetweenDetails, affordable)
  }

  /// Whether what is shown is of the update that led to `position`, and its tokens of the rollout
  /// if that came after it.
  func showsDetail(of position: UpdatePosition) -> Bool {
    rollout?.group.position == position
      && (update?.metrics.position.total ?? 0) == position.total
  }

  mutating func noteRollout(_ run: TrainingRun, limit: Double?) {
    groupChoice.noteRollout(run.rollout?.groups ?? [])
    if rollout == nil || wantsDetail(limit: limit) { refreshGroup(run) }
  }

  /// Records the shown group under the present weights.
  mutating func refreshGroup(_ run: TrainingRun) {
    if let group = run.groupRecord(groupChoice.index) { show(group, of: run) }
  }

  private mutating func show(_ group: GroupRecord, of run: TrainingRun) {
    guard let iteration = run.rollout?.metrics.iteration else { return }
    let isCurrent = removed?.iteration == iteration
    rollout = run.rolloutDetail(group, removedByGroup: isCurrent ? removed?.byGroup : nil)
  }

  mutating func note(_ outcome: UpdateOutcome, of run: TrainingRun) {
    events.append(.update(outcome.metrics))
    updateSeconds.append(outcome.metrics.seconds - outcome.detailSeconds)
    if updateSeconds.count > Self.timedUpdates { updateSeconds.removeFirst() }
    guard let detail = outcome.detail else { return }
    update = detail
    lastDetail = now
    removed = outcome.removedByGroup.map { (outcome.metrics.position.iteration, $0) }
    detailSeconds = outcome.detailSeconds
    if let group = outcome.group { show(group, of: run) }
    if let byGroup = outcome.removedByGroup {
      groupChoice.noteUpdate(byGroup, run.rollout?.groups ?? [])
    }
  }

  func isPostDue(at now: Double, limit: Double?) -> Bool {
    if let limit, limit <= Self.everyUpdatePace { return true }
    return now - lastPost >= Self.secondsBetweenPosts
  }

  /// What there is to see before the run has done anything.
  func initialSnapshot(mode: RunStatus.Mode, pacer: Pacer) -> TrainingSnapshot {
    snapshot(
      RunStatus(
        phase: .warmingUp, mode: mode,
        position: UpdatePosition(iteration: 0, update: 0, updatesPerIteration: 0, total: 0),
        paceLimit: pacer.limit(iteration: 1, update: 1),
        paceIsAutomatic: pacer.pace == .opening, measuredPace: 0, objective: objective))
  }

  private func snapshot(_ status: RunStatus) -> TrainingSnapshot {
    var snapshot = TrainingSnapshot(
      identity: identity, status: status, knobs: knobs, events: events, update: update,
      rollout: rollout)
    snapshot.trial = trial
    snapshot.pinned = pinned
    return snapshot
  }

  mutating func post(
    phase: RunStatus.Phase, mode: RunStatus.Mode, stopReason: RunStatus.StopReason?,
    paceLimit: Double?, paceIsAutomatic: Bool, measuredPace: Double, run: TrainingRun?,
    now: Double
  ) {
    self.now = now
    lastPost = now
    if let run {
      knobs = run.knobs.states()
      objective = run.knobs.configuration.objectiveName
    }
    let metrics = run?.rollout?.metrics
    var status = RunStatus(
      phase: phase, mode: mode, stopReason: stopReason,
      position: run?.position
        ?? UpdatePosition(iteration: 0, update: 0, updatesPerIteration: 0, total: 0),
      paceLimit: paceLimit, paceIsAutomatic: paceIsAutomatic, measuredPace: measuredPace,
      rolloutTokensPerSecond: metrics.flatMap {
        $0.seconds > 0 ? Double($0.tokenCount) / $0.seconds : nil
      },
      updateMilliseconds: updateSeconds.isEmpty
        ? nil : 1e3 * updateSeconds.sorted()[updateSeconds.count / 2],
      objective: objective,
      warmStart: warmStart)
    status.nextObjective = run?.knobs.nextObjective
    status.breakpoints = breakpoints
    status.recordingTrouble = recordingTrouble
    mailbox.post(snapshot(status))
    events.removeAll(keepingCapacity: true)
  }
}
