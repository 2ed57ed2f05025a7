internal import Dispatch
internal import PolicyObjectives
internal import ReasoningTasks
public import TrainingTelemetry

/// A run on a background queue: it takes commands between updates and posts snapshots; it never
/// waits for whoever watches, and never learns whether anybody does.
///
/// Order of calls: `start()` once; then commands through `commands` and snapshots from
/// `snapshots` from any thread; the run is over when a snapshot's phase is `finished`, and
/// `waitUntilFinished()` returns.
///
/// `@unchecked Sendable`: every mutable property is touched on `queue` alone, after `start()`.
public final class Trainer: @unchecked Sendable {
  public let commands: CommandMailbox
  public let snapshots: SnapshotMailbox
  /// What there is to see before `start()`.
  public let initialSnapshot: TrainingSnapshot
  private let queue = DispatchQueue(label: "maspo.trainer", qos: .userInitiated)
  private let finished = DispatchGroup()
  let configuration: RunConfiguration
  let options: TrainerOptions

  var run: TrainingRun?
  var reporter: SnapshotReporter
  var mode: RunStatus.Mode
  /// Updates or iterations still to make before pausing again.
  var stepGoal: StepGoal?
  var pacer: Pacer
  var breakpoints: BreakpointWatch
  var beside = PromptSampling()
  var stopReason: RunStatus.StopReason?
  var isStopRequested = false
  var pendingRestart: UInt64?
  /// Commands that came behind it.
  var afterRestart: [TrainerCommand] = []
  /// A fork that was asked for and waits until the run stands where it is to begin.
  var pendingFork: ForkRequest?
  private var base: BasePolicy?
  var inbox = CommandInbox()

  enum StepGoal: Equatable {
    /// So many updates, at least one.
    case updates(Int)
    case iteration
  }

  /// - Parameter configuration: already validated.
  public init(
    _ configuration: RunConfiguration, options: TrainerOptions, commands: CommandMailbox,
    snapshots: SnapshotMailbox
  ) {
    self.configuration = configuration
    self.options = options
    self.commands = commands
    self.snapshots = snapshots
    mode = options.startsPaused ? .paused : .running
    pacer = Pacer(options.pace)
    breakpoints = BreakpointWatch(options.breakpoints)
    reporter = SnapshotReporter(configuration: configuration, mailbox: snapshots)
    initialSnapshot = reporter.initialSnapshot(mode: mode, pacer: pacer)
  }

  /// Starts working on the background queue; returns at once.
  public func start() {
    finished.enter()
    queue.async { [self] in
      options.onThreadStart()
      if let (group, index) = options.lockStep {
        group.join(index) { [commands] in commands.wake() }
      }
      work()
      finished.leave()
    }
  }

  /// Blocks until the run is over.
  public func waitUntilFinished() { finished.wait() }

  /// What the run came to; `nil` when it never began. Call after `waitUntilFinished()`.
  public var summary: RunSummary? {
    queue.sync {
      run.map {
        RunSummary(
          iterations: $0.finishedIterationCount,
          updates: $0.position.total, rolloutTokens: $0.rolloutTokenCount,
          weightsDigest: $0.weightsDigest)
      }
    }
  }

  // MARK: The loop

  private func work() {
    do {
      try prepare()
    } catch {
      end(.failed("\(error)"))
    }
    while !isStopRequested, stopReason == nil || options.staysOpen {
      if stopReason == nil { advance() } else { waitAfterTheEnd() }
    }
    if stopReason == nil { end(.requested) }
    post(.finished)
  }

  /// The run is over, but whoever watches may still look around, restart or leave.
  private func waitAfterTheEnd() {
    post(.finished)
    commands.wait(seconds: nil)
    takeCommands()
    restartIfAsked()
  }

  /// Ends the run on its last good state.
  private func end(_ reason: RunStatus.StopReason) {
    stopReason = reason
    mode = .paused
    if let (group, index) = options.lockStep { group.leave(index) }
    if let text = reason.words.journal {
      note([.notice(Notice(level: .error, text: text, updatesBefore: run?.position.total ?? 0))])
    }
    if let run { options.observer?.runEnded(run, reason: reason) }
  }

  /// Tells whoever watches and whoever records.
  func note(_ events: [TrainingEvent]) {
    reporter.append(events)
    options.observer?.eventsHappened(events)
  }

  func warn(_ text: String) {
    note([
      .notice(Notice(level: .warning, text: text, updatesBefore: run?.position.total ?? 0))
    ])
  }

  func say(_ text: String) {
    note([
      .notice(Notice(level: .information, text: text, updatesBefore: run?.position.total ?? 0))
    ])
  }

  /// Finds or makes the base policy and sets up the run.
  private func prepare() throws {
    if let point = options.resumePoint {
      try resume(from: point)
      return
    }
    let source = BasePolicySource(configuration)
    base = try source.find { [self] progress, notice in
      if let notice { note([.notice(notice)]) }
      if let progress { reporter.warmStart = progress }
      takeCommands()
      post(.warmingUp)
      return !isStopRequested
    }
    guard let base else { return }
    try beginRun(seed: configuration.seed, base: base)
  }

  private func beginRun(seed: UInt64, base: BasePolicy) throws {
    var configuration = self.configuration
    configuration.seed = seed
    var base = base
    base.parameters[base.parameters.count / 2] += options.weightShift
    let run = try TrainingRun(configuration, base: base)
    self.run = run
    reporter.attach(run)
    options.observer?.runBegan(run, base: base)
    beside.restart(run)
    if options.evaluates { evaluate(run) }
    post(.training)
  }

  /// Takes up an interrupted run.
  private func resume(from point: ResumePoint) throws {
    base = point.base
    let run = try TrainingRun(configuration, checkpoint: point.checkpoint)
    self.run = run
    inbox = CommandInbox(repeating: point.commands)
    reporter.attach(run)
    reporter.append(point.history)
    reporter.refreshGroup(run)
    options.observer?.runBegan(run, base: point.base)
    // Killed before the base policy was evaluated.
    if options.evaluates, run.position.iteration == 0,
      !point.history.contains(where: \.isEvaluation)
    {
      evaluate(run)
    }
    post(.training)
  }

  /// One round: commands, then at most one rollout or one update.
  private func advance() {
    takeCommands()
    restartIfAsked()
    guard !isStopRequested, stopReason == nil, let run else { return }
    handOutForkPoint(of: run)
    noteStep(of: run)
    guard mode != .paused || inbox.isCatchingUp || mayCatchUp else {
      post(.training)
      commands.wait(seconds: nil)
      return
    }
    if let (group, index) = options.lockStep, !group.mayStep(index) {
      commands.wait(seconds: nil)
      return
    }
    do {
      if run.isIterationFinished {
        try finishOrBegin(run)
      } else {
        try waitAndUpdate(run)
      }
    } catch let error as NonFiniteError {
      note(run.takeUnreportedEvents())
      let hits = breakpoints.look(at: error)
      if hits.isEmpty { end(.nonFinite(error.description)) } else { pause(at: hits, run) }
    } catch {
      end(.failed("\(error)"))
    }
  }

  private func restartIfAsked() {
    guard let seed = pendingRestart, let base else { return }
    pendingRestart = nil
    breakpoints.rearm()
    if let run, stopReason == nil { options.observer?.runEnded(run, reason: .requested) }
    stopReason = nil
    reporter.append(.restarted(seed: seed))
    let commands = afterRestart
    afterRestart = []
    do {
      try beginRun(seed: seed, base: base)
      obey(commands)
    } catch {
      end(.failed("\(error)"))
    }
  }

  /// Between iterations: the end of the run, or the next rollout.
  private func finishOrBegin(_ run: TrainingRun) throws {
    if let limit = configuration.iterationLimit, run.position.iteration >= limit {
      end(.iterationLimit)
      return
    }
    let events = try run.beginIteration()
    note(events)
    options.observer?.stepDone(run)
    beside.samplePinned(run)
    let limit = pacer.limit(iteration: run.position.iteration, update: 0)
    reporter.noteRollout(run, limit: limit)
    if !inbox.isCatchingUp, let metrics = run.rollout?.metrics {
      pause(at: breakpoints.look(at: metrics), run)
    }
    postIfDue(limit: limit)
  }

  private func waitAndUpdate(_ run: TrainingRun) throws {
    let limit = pacer.limit(iteration: run.position.iteration, update: run.position.update + 1)
    if mode == .running, !inbox.isCatchingUp {
      let delay = pacer.delay(at: Self.now(), limit: limit)
      if delay > 0 {
        commands.wait(seconds: delay)
        return
      }
    }
    pacer.noteUpdate(at: Self.now(), limit: limit)
    let isRecorded =
      options.observer?.wantsTokens(ofUpdateAfter: run.position, in: run) ?? false
    let isDetailed =
      pausesAfterUpdate(run) || reporter.wantsDetail(limit: limit) || isRecorded
      || options.makesEveryDetail
    let outcome = try run.makeUpdate { metrics in
      // Where the run pauses, the person looks.
      let pauses = !inbox.isCatchingUp && breakpoints.wouldPause(after: metrics)
      return isDetailed || pauses ? .detailed(group: reporter.groupChoice.index) : .scalars
    }
    reporter.append(outcome.events)
    reporter.note(outcome, of: run)
    options.observer?.eventsHappened(outcome.events + [.update(outcome.metrics)])
    if isRecorded, let group = outcome.group { options.observer?.tokensRecorded(group) }
    if run.isIterationFinished { evaluateIfDue(run) }
    options.observer?.stepDone(run)
    if !inbox.isCatchingUp {
      pauseIfGoalReached(run)
      pause(at: breakpoints.look(at: outcome.metrics), run)
    }
    handOutForkPoint(of: run)
    postIfDue(limit: limit)
  }

  /// Whether the next update is the last for now: it stays on the screen.
  private func pausesAfterUpdate(_ run: TrainingRun) -> Bool {
    if stepGoal == .updates(1) { return true }
    guard run.position.update + 1 == run.position.updatesPerIteration else { return false }
    return stepGoal == .iteration || run.position.iteration == configuration.iterationLimit
  }

  /// Pauses for breakpoints that act now, if any; ends the run where nobody could resume it.
  private func pause(at hits: [BreakpointHit], _ run: TrainingRun) {
    guard !hits.isEmpty else { return }
    let text = hits.map(\.text).joined(separator: "; ")
    let verb = options.endsAtBreakpoint ? "stopped" : "paused"
    note([
      .notice(
        Notice(level: .warning, text: "\(verb): \(text)", updatesBefore: run.position.total))
    ])
    if options.endsAtBreakpoint { return end(.breakpoint(text)) }
    mode = .paused
    stepGoal = nil
    if !reporter.showsDetail(of: run.position) { reporter.refreshGroup(run) }
  }

  private func pauseIfGoalReached(_ run: TrainingRun) {
    switch stepGoal {
    case .updates(1): break
    case .updates(let count):
      stepGoal = .updates(count - 1)
      return
    case .iteration where run.isIterationFinished: break
    default: return
    }
    stepGoal = nil
    mode = .paused
  }

  private func evaluateIfDue(_ run: TrainingRun) {
    let interval = configuration.evaluation.interval
    let iteration = run.position.iteration
    let isDue = interval > 0 && iteration % interval == 0
    if options.evaluates, isDue || iteration == configuration.iterationLimit { evaluate(run) }
  }

  func evaluate(_ run: TrainingRun) {
    post(.evaluating)
    let metrics = run.evaluate()
    note([.evaluation(metrics)])
    if !inbox.isCatchingUp { pause(at: breakpoints.look(at: metrics), run) }
  }

  // MARK: Snapshots

  private func postIfDue(limit: Double?) {
    if mode == .paused || reporter.isPostDue(at: Self.now(), limit: limit) { post(.training) }
  }

  /// Shows what a command did without waiting for the next update, which may be seconds away.
  func postNow() {
    post(run == nil ? .warmingUp : stopReason == nil ? .training : .finished)
  }

  private func post(_ phase: RunStatus.Phase) {
    let now = Self.now()
    let position = run?.position
    reporter.breakpoints = breakpoints.status
    reporter.trial = beside.trial
    reporter.pinned = beside.pinned
    reporter.recordingTrouble = options.observer?.trouble
    reporter.post(
      phase: phase, mode: mode, stopReason: stopReason,
      paceLimit: pacer.limit(
        iteration: max(1, position?.iteration ?? 1), update: (position?.update ?? 0) + 1),
      paceIsAutomatic: pacer.pace == .opening, measuredPace: pacer.measured(at: now), run: run,
      now: now)
  }

  /// Seconds of a monotonic clock.
  private static func now() -> Double {
    Double(DispatchTime.now().uptimeNanoseconds) * 1e-9
  }
}

extension TrainingEvent {
  fileprivate var isEvaluation: Bool {
    if case .evaluation = self { true } else { false }
  }
}
