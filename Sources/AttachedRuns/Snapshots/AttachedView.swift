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
  static let keptTokens = 65_536

  private var run: AttachedRun
  private var restarts = 0
  private var shown: Shown?
  private var rollout: RolloutMetrics?
  private var pace = StepPace()
  private var choice = GroupChoice()
  /// The number of the newest rollout in the stream.
  private var rolloutNumber: Int?
  private var position = UpdatePosition(
    iteration: 0, update: 0, updatesPerIteration: 0, total: 0)
  /// What judges in place of the trainer's own objective.
  private var whatIf: (any PolicyObjective)?
  /// The trainer's objective as of the newest step.
  private var declared: (any PolicyObjective)?
  private var events: [TrainingEvent] = []
  private var control: ControlFile
  /// What the last snapshot said.
  private var told: RunStatus?

  /// A step with what was made of it.
  private struct Shown {
    var step: AttachedStep
    var update: UpdateDetail
    var rollout: RolloutDetail
    var keptAnswers: Int
  }

  /// - Parameter path: the folder that a probe writes.
  public init(path: String) {
    run = AttachedRun(path: path)
    control = ControlFile(folder: path)
  }

  /// Judges tokens by this objective in place of the trainer's own.
  public init(path: String, whatIf objective: any PolicyObjective) {
    self.init(path: path)
    whatIf = objective
  }

  public var state: AttachedRun.State { run.state }

  /// Reads what has come.
  ///
  /// - Parameters:
  ///   - now: seconds since 1970.
  ///   - isFinal: whether nothing more will come.
  ///   - detailed: of more steps than this only the scalars of the oldest are shown.
  /// - Returns: a snapshot for each step shown, oldest first, or one if something else changed.
  public mutating func poll(
    now: Double, isFinal: Bool = false, detailed: Int = 64
  ) -> [TrainingSnapshot] {
    let steps = run.poll(isFinal: isFinal)
    if run.restarts != restarts { forget() }
    for notice in run.takeNotices() { note(notice, .warning) }
    var snapshots: [TrainingSnapshot] = []
    for (index, step) in steps.enumerated() {
      take(step, isDetailed: steps.count - index <= detailed)
      if steps.count - index <= detailed { snapshots.append(takeSnapshot(at: now)) }
    }
    control.settle(run.run.control)
    if snapshots.isEmpty, !events.isEmpty || isWorthTelling(status(at: now)) {
      snapshots.append(takeSnapshot(at: now))
    }
    return snapshots
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

  private mutating func note(_ text: String, _ level: Notice.Level) {
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
      position.iteration += 1
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

  private mutating func noteMove(
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
  private mutating func showAgain() {
    guard let step = shown?.step else { return }
    let answers = StepAnswers(step, pieces: run.run.pieces)
    let judgement = judge(step)
    show(
      step, judgement, judgement.metrics(of: step, at: position), answers,
      answers.summaries(removed: judgement.removed(step.tokens)))
  }
}

// MARK: What is known

extension AttachedView {
  private var identity: RunIdentity {
    let words = run.run.words
    let name = (words?.model).flatMap { $0.isEmpty ? nil : $0 } ?? run.path
    return RunIdentity(
      task: (name.split(separator: "/").last.map(String.init) ?? name).harmlessLine,
      preset: trainer,
      seed: nil, baseSeed: nil, threads: nil, parameterCount: nil, vocabularySize: nil,
      iterationLimit: nil)
  }

  private var trainer: String {
    let words = run.run.words
    let text = [words?.trainer, words?.trainerVersion].compactMap { $0 }.joined(separator: " ")
    return text.harmlessLine
  }

  /// The objective that judges, where the catalog has it.
  private var objective: (any PolicyObjective)? {
    whatIf ?? declared ?? run.run.objective(knobs: nil)
  }

  private var declaredName: String {
    (run.run.words?.objective?.name ?? "").harmlessLine
  }

  private func status(at now: Double) -> RunStatus {
    var status = RunStatus(
      phase: .training, mode: mode, position: position, paceLimit: nil, paceIsAutomatic: false,
      measuredPace: pace.stepsPerSecond,
      objective: objective.map { type(of: $0).info.name } ?? declaredName)
    if case .ended(let reason) = run.state {
      status.phase = .finished
      status.stopReason = .ended(reason)
    }
    let step = shown?.step
    var attachment = AttachmentStatus(
      trainer: trainer, objective: declaredName,
      isObjectiveKnown: declared != nil || run.run.objective(knobs: nil) != nil,
      ranks: run.run.rankNumbers.count, world: run.run.world, droppedFrames: run.run.dropped,
      damagedFrames: run.damagedCount,
      age: status.stopReason == nil ? run.run.newestTime.map { max(0, now - $0) } : nil,
      estimatesSensitivity: step?.tokens.estimatesSensitivity ?? false,
      keptAnswers: shown?.keptAnswers ?? 0, answers: step?.tokens.sequences.count ?? 0,
      obeys: obeys)
    attachment.isWhatIf = whatIf != nil
    attachment.pendingRequest = control.pending
    // The verdict finds tokens that run away by itself.
    attachment.findings =
      step?.standing.filter { $0.kind != .runaway }.map {
        AttachmentStatus.Finding(level: $0.kind.level, text: $0.text)
      } ?? []
    if case .waiting(let what) = run.state { attachment.awaited = what }
    status.attachment = attachment
    return status
  }

  private var mode: RunStatus.Mode {
    run.run.control?.state.flatMap { RunStatus.Mode(rawValue: $0) } ?? .running
  }

  private var obeys: Bool { run.run.words?.control == true }

  /// Ages and ranks change by themselves; a screen need not be drawn anew for less.
  private func isWorthTelling(_ status: RunStatus) -> Bool {
    guard var old = told else { return true }
    var new = status
    let ages = (new.attachment?.age ?? 0, old.attachment?.age ?? 0)
    new.attachment?.age = nil
    old.attachment?.age = nil
    return new != old || ages.0.rounded(.down) != ages.1.rounded(.down)
  }

  private var knobs: [KnobState] {
    guard let objective else { return [] }
    let initial = whatIf == nil ? run.run.objective(knobs: nil) : nil
    let plain = initial ?? (try? ObjectiveCatalog.objective(named: type(of: objective).info.name))
    return type(of: objective).specifications.map { specification in
      KnobState(
        specification: specification, effect: .nextUpdate,
        initialValue: (try? plain?.value(of: specification.name)) ?? nil,
        value: (try? objective.value(of: specification.name)) ?? nil,
        pending: whatIf == nil ? control.pendingKnobs[specification.name] : nil)
    }
  }
}

// MARK: Requests

extension AttachedView {
  /// Carries out what a person asks: of the view itself, or, where its trainer obeys, of the run.
  public mutating func obey(_ command: TrainerCommand) {
    switch command {
    case .showGroup(let group):
      choice.choose(group, isKept: true)
      showAgain()
    case .followGroups(let group):
      choice.choose(group, isKept: false)
      showAgain()
    case .setObjective(let name): judge(byObjective: name)
    case .setKnobs(let settings): set(settings)
    case .change(let change):
      if let name = change.objective { judge(byObjective: name) }
      if !change.settings.isEmpty { set(change.settings) }
    case .run: ask(.run)
    case .pause: ask(.pause)
    case .stepUpdate: ask(.step(1))
    case .stepIteration:
      let left = position.updatesPerIteration - position.update
      ask(.step(left > 0 ? left : max(1, position.updatesPerIteration)))
    default: break
    }
  }

  private mutating func judge(byObjective name: String) {
    guard let objective = try? ObjectiveCatalog.objective(named: name) else { return }
    let old = self.objective.map { type(of: $0).info.name } ?? declaredName
    whatIf = name == declaredName ? nil : objective
    events.append(
      .objectiveChange(
        ObjectiveChange(
          oldObjective: old, newObjective: name, updatesBefore: position.total,
          iteration: position.iteration)))
    note(
      whatIf == nil
        ? "judged by the trainer's own objective again"
        : "what if: tokens are judged by \(type(of: objective).info.title); the trainer's "
          + "objective is \(declaredName) and stays so", .information)
    showAgain()
  }

  private mutating func set(_ settings: [KnobSetting]) {
    if obeys, whatIf == nil {
      ask(.set(settings))
      return
    }
    guard var objective else { return }
    for setting in settings {
      let before = (try? objective.value(of: setting.name)) ?? nil
      do { try objective.set(setting.name, to: setting.value) } catch {
        note("\(error)", .warning)
        continue
      }
      noteMove(
        of: objective, KnobSetting(name: setting.name, value: before), setting.value,
        updatesBefore: position.total)
    }
    whatIf = objective
    showAgain()
  }

  private mutating func ask(_ request: ControlFile.Request) {
    do { try control.ask(request, attempt: run.run.words?.attempt) } catch {
      note("the trainer cannot be asked: \(error)", .error)
    }
  }
}

/// How fast steps come.
private struct StepPace {
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
