internal import LocalFiles
public import PolicyObjectives
public import TrainingTelemetry

/// A run that another trainer makes, as a dashboard looks at it: each optimizer step is a snapshot.
///
/// The trainer's numbers are its own. Gates, bounds, pushes and shares follow from its
/// log-probabilities, advantages and weights and from an objective: the one that the trainer
/// declares, or another that a person puts in its place to see what it would have done. What cannot
/// be known is absent.
public struct AttachedView {
  /// Tokens of a step that previews and comparisons are computed from.
  static let keptTokens = 32_768

  var run: AttachedRun
  private var restarts = 0
  var shown: Shown?
  private var rollout: RolloutMetrics?
  var pace = StepPace()
  var choice = GroupChoice()
  /// The number of the newest rollout in the stream.
  private var rolloutNumber: Int?
  var position = UpdatePosition(
    iteration: 0, update: 0, updatesPerIteration: 0, total: 0)
  /// What judges in place of the trainer's own objective.
  var whatIf: (any PolicyObjective)?
  /// The trainer's objective as of the newest step.
  var declared: (any PolicyObjective)?
  var events: [TrainingEvent] = []
  var control: ControlFile
  /// The first step that was shown.
  private var firstStep: Int?
  /// What the last snapshot said.
  var told: RunStatus?

  /// A step with what was made of it.
  struct Shown {
    var step: AttachedStep
    var update: UpdateDetail
    var rollout: RolloutDetail
    var keptAnswers: Int
  }

  /// - Parameters:
  ///   - path: the folder that a probe or a trainer writes.
  ///   - objective: judges tokens in place of the trainer's own; `nil` for none.
  ///   - newestFirst: whether to begin with the newest steps of a long stream; `earlierEvents` has
  ///     those before.
  public init(
    path: String, whatIf objective: (any PolicyObjective)? = nil, newestFirst: Bool = false
  ) {
    run = AttachedRun(path: path, from: newestFirst ? .newest : .beginning)
    control = ControlFile(folder: path)
    whatIf = objective
  }

  /// The first step that was shown, where those before it were left aside at first; else `nil`.
  public var firstOfNewest: Int? { run.hasSkipped ? firstStep : nil }

  public var state: AttachedRun.State { run.state }

  /// Reads what has come.
  ///
  /// - Parameters:
  ///   - now: seconds since 1970.
  ///   - isFinal: whether nothing more will come.
  ///   - limit: steps that are read now; the rest is read by the next call.
  /// - Returns: a snapshot for each step, oldest first, or one if something else changed.
  public mutating func poll(
    now: Double, isFinal: Bool = false, steps limit: Int = .max
  ) -> [TrainingSnapshot] {
    let steps = run.poll(isFinal: isFinal, steps: limit)
    if run.restarts != restarts { forget() }
    for notice in run.takeNotices() { note(notice, .warning) }
    var snapshots: [TrainingSnapshot] = []
    for step in steps {
      // Steps whose rollouts lie in what was left aside.
      if firstStep == nil, run.hasSkipped, step.tokens.missingSequences > 0 { continue }
      if firstStep == nil { firstStep = step.figures.step }
      take(step, isDetailed: true)
      snapshots.append(takeSnapshot(at: now))
    }
    control.settle(run.run.control)
    if snapshots.isEmpty, !events.isEmpty || isWorthTelling(status(at: now)) {
      snapshots.append(takeSnapshot(at: now))
    }
    return snapshots
  }

  /// The events of the next steps, without a snapshot of them.
  fileprivate mutating func readEvents(steps: Int) -> [TrainingEvent] {
    for step in run.poll(isFinal: false, steps: steps) { take(step, isDetailed: false) }
    _ = run.takeNotices()
    defer { events = [] }
    return events
  }

  /// The run as it is known.
  public mutating func takeSnapshot(at now: Double) -> TrainingSnapshot {
    defer { events = [] }
    let status = status(at: now)
    told = status
    return TrainingSnapshot(
      identity: identity, status: status, knobs: knobs, events: events,
      update: shown?.update, rollout: shown?.rollout)
  }

  private mutating func forget() {
    restarts = run.restarts
    events.append(.restarted(seed: nil))
    (shown, rollout, rolloutNumber, declared) = (nil, nil, nil, nil)
    position = UpdatePosition(iteration: 0, update: 0, updatesPerIteration: 0, total: 0)
  }

  mutating func note(_ text: String, _ level: Notice.Level) {
    events.append(.notice(Notice(level: level, text: text, updatesBefore: position.total)))
  }
}

// MARK: Steps

extension AttachedView {
  private mutating func take(_ step: AttachedStep, isDetailed: Bool) {
    let answers = StepAnswers(step, pieces: run.run.pieces)
    advance(to: step, answers)
    pace.note(step)
    noteKnobs(step.objective)
    let judgement = judge(step)
    let metrics = judgement.metrics(of: step, at: position)
    events.append(.update(metrics))
    for finding in step.findings {
      note("step \(step.figures.step): \(finding.text)", finding.kind.level)
    }
    let removed = judgement.removed(step.tokens)
    let groups = answers.summaries(removed: removed)
    if position.update == 1 { choice.noteRollout(groups) }
    choice.noteUpdate(groups.map { $0.weightedRemoved ?? 0 }, groups)
    if isDetailed { show(step, judgement, metrics, answers, groups) }
  }

  private mutating func advance(to step: AttachedStep, _ answers: StepAnswers) {
    let number = step.answers.parts.compactMap(\.columns.words.rollout).max()
    if position.iteration == 0 || number != rolloutNumber {
      rolloutNumber = number
      let passes = max(1, min(run.run.words?.passes ?? 1, 1 << 20))
      position.updatesPerIteration = position.iteration == 0 ? passes : max(1, position.update)
      // The trainer counts from 0; a stream that is not read from its beginning has no other count.
      position.iteration = max(position.iteration + 1, number.map { $0 + 1 } ?? 0)
      position.update = 1
      let metrics = answers.metrics(
        iteration: position.iteration, updatesBefore: max(0, step.figures.step - 1),
        reward: step.figures.reward)
      rollout = metrics
      events.append(.rollout(metrics))
    } else {
      position.update += 1
    }
    position.updatesPerIteration = max(position.updatesPerIteration, position.update)
    position.total = step.figures.step
  }

  /// Says which of its objective's knobs the trainer moved since the step before.
  private mutating func noteKnobs(_ objective: (any PolicyObjective)?) {
    defer { declared = objective ?? declared }
    guard whatIf == nil, let objective, let declared else { return }
    let (old, new) = (ObjectiveState(declared), ObjectiveState(objective))
    guard old.name == new.name else { return }
    for (before, after) in zip(old.values, new.values) where before.value != after.value {
      noteMove(of: objective, before, after.value, updatesBefore: position.total - 1)
    }
  }

  mutating func noteMove(
    of objective: any PolicyObjective, _ before: KnobSetting, _ after: Double?, updatesBefore: Int
  ) {
    let symbol =
      type(of: objective).specifications.first { $0.name == before.name }?.symbol ?? before.name
    events.append(
      .knobChange(
        KnobChange(
          name: before.name, symbol: symbol, oldValue: before.value, newValue: after,
          updatesBefore: updatesBefore, iteration: position.iteration)))
  }

  /// By the objective in force; by none that limits anything where the catalog does not have it.
  private func judge(_ step: AttachedStep) -> StepJudgement {
    if whatIf == nil, let objective = step.objective, let evaluated = step.evaluated {
      return StepJudgement(step, by: objective, evaluated)
    }
    let objective = whatIf ?? step.objective
    if let objective, let judgement = StepJudgement(step, by: objective) { return judgement }
    guard let judgement = StepJudgement(step, by: NoClipObjective()) else {
      preconditionFailure("an objective without bounds needs nothing but ratios")
    }
    return judgement
  }

  private mutating func show(
    _ step: AttachedStep, _ judgement: StepJudgement, _ metrics: UpdateMetrics,
    _ answers: StepAnswers, _ groups: [GroupSummary]
  ) {
    guard let rollout else { return }
    var step = step
    step.evaluated = nil
    let kept = judgement.kept(limit: Self.keptTokens)
    shown = Shown(
      step: step,
      update: UpdateDetail(
        metrics: metrics, minibatch: kept, objective: ObjectiveState(judgement.objective),
        context: judgement.context,
        buckets: BucketStatistics.table(
          of: judgement.record, objective: judgement.objective, context: judgement.context)),
      rollout: RolloutDetail(
        metrics: rollout, groups: groups,
        group: answers.record(
          group: choice.index, tokens: step.tokens, record: judgement.record,
          objective: judgement.objective, position: metrics.position)),
      keptAnswers: kept.sequenceLengths.count)
  }

  /// Judges the newest step anew: another group is wanted, or another objective.
  mutating func showAgain() {
    guard let step = shown?.step else { return }
    let answers = StepAnswers(step, pieces: run.run.pieces)
    let judgement = judge(step)
    show(
      step, judgement, judgement.metrics(of: step, at: position), answers,
      answers.summaries(removed: judgement.removed(step.tokens)))
  }
}

/// What happened before a step of a long stream, read from its beginning, step by step: scalars
/// alone.
public struct EarlierSteps {
  private var view: AttachedView
  private let end: Int
  public private(set) var events: [TrainingEvent] = []

  /// - Parameters:
  ///   - path: the folder of the stream.
  ///   - step: the first that is left out.
  public init(path: String, before step: Int) {
    view = AttachedView(path: path)
    end = step
  }

  /// - Returns: whether there is more to read.
  public mutating func readStep() -> Bool {
    let news = view.readEvents(steps: 1)
    for event in news {
      if case .update(let metrics) = event, metrics.position.total >= end { return false }
      events.append(event)
    }
    return !news.isEmpty
  }
}

/// How fast steps come.
struct StepPace {
  private static let window = 16
  private var times: [Double] = []

  mutating func note(_ step: AttachedStep) {
    guard let time = step.words.compactMap(\.time).max() else { return }
    times.append(time)
    if times.count > Self.window { times.removeFirst() }
  }

  /// 0 where it is not known.
  var stepsPerSecond: Double {
    guard let first = times.first, let last = times.last, last > first else { return 0 }
    return Double(times.count - 1) / (last - first)
  }
}

extension AttachedFinding.Kind {
  var level: Notice.Level {
    switch self {
    case .lossZero: .information
    case .nonFinite: .error
    default: .warning
    }
  }
}
