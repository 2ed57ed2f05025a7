import TrainingTelemetry

/// Carrying out commands; on the trainer's queue, between two updates.
extension Trainer {
  func takeCommands() {
    if let run { inbox.takeDue(at: run.position).forEach(carryOut) }
    if let notices = options.observer?.takeNotices() { note(notices.map { .notice($0) }) }
    obey(inbox.admit(commands.drain()))
  }

  /// Carries out commands in order; those behind a restart are meant for the run that it begins.
  func obey(_ admitted: [TrainerCommand]) {
    for command in admitted {
      if pendingRestart != nil, run != nil, command != .stop {
        afterRestart.append(command)
        continue
      }
      if let run { options.observer?.commandTaken(command, at: run.position) }
      carryOut(command)
    }
  }

  private func carryOut(_ command: TrainerCommand) {
    switch command {
    case .run:
      breakpoints.resume()
      mode = .running
      stepGoal = nil
    case .pause: pause()
    case .stepUpdate:
      breakpoints.resume()
      // Steps asked for while one is made are made as well.
      if mode == .stepping, case .updates(let count) = stepGoal {
        stepGoal = .updates(count + 1)
      } else {
        stepGoal = .updates(1)
      }
      mode = .stepping
    case .stepIteration:
      breakpoints.resume()
      mode = .stepping
      stepGoal = .iteration
    case .setKnobs, .setObjective, .change: change(command)
    case .addBreakpoint(let breakpoint):
      if breakpoints.add(breakpoint) { say("breakpoint \(breakpoint) set") }
    case .removeBreakpoint(let breakpoint):
      if breakpoints.remove(breakpoint) { say("breakpoint \(breakpoint) removed") }
    case .setPace(let pace): pacer.pace = pace.map { .limited($0) } ?? .unlimited
    case .showGroup(let group): show(group: group, isKept: true)
    case .followGroups(let group): show(group: group, isKept: false)
    case .tryPrompt(let prompt):
      beside.tryPrompt(prompt, run)
      postNow()
    case .pinPrompt(let prompt):
      if let reason = beside.pin(prompt, run) { warn("cannot pin \(prompt ?? ""): \(reason)") }
      postNow()
    case .fork(let request): fork(request)
    case .restart(let seed):
      pendingFork = nil
      pendingRestart = seed ?? run?.configuration.seed ?? configuration.seed
    case .evaluate: if let run { evaluate(run) }
    case .stop: isStopRequested = true
    }
  }

  private func show(group: Int, isKept: Bool) {
    reporter.groupChoice.choose(group, isKept: isKept)
    if let run, mode == .paused { reporter.refreshGroup(run) }
  }

  /// Stops after an update whose details are on the screen: at high pace the last one may have been
  /// made without, and then one more is, as if it had been stepped.
  private func pause() {
    let wasRunning = mode == .running
    mode = .paused
    stepGoal = nil
    guard wasRunning, let run, stopReason == nil, !reporter.showsDetail(of: run.position) else {
      return
    }
    // Runs in lock step stand where they are.
    if options.lockStep != nil { return reporter.refreshGroup(run) }
    mode = .stepping
    stepGoal = .updates(1)
  }

  /// Tells those with which it keeps step where it stands.
  func noteStep(of run: TrainingRun) {
    guard let (group, index) = options.lockStep else { return }
    group.note(index, at: run.position, isResting: mode == .paused)
  }

  /// Whether the step is to be made that the others have made before they were paused.
  var mayCatchUp: Bool {
    options.lockStep.map { $0.group.mayCatchUp($0.index) } ?? false
  }

  private func fork(_ request: ForkRequest) {
    guard run != nil, options.takeForkPoint != nil else {
      warn("nothing here takes a fork of the run")
      return
    }
    pendingFork = request
    if request.holdsRun { pause() }
  }

  /// Gives a copy of the state to whoever computes forks. A run that is to wait meanwhile may still
  /// make the update after which it pauses: the fork begins where it stands.
  func handOutForkPoint(of run: TrainingRun) {
    guard let request = pendingFork, !inbox.isCatchingUp,
      !request.holdsRun || mode != .stepping
    else { return }
    pendingFork = nil
    options.takeForkPoint?(ForkPoint(run.configuration, checkpoint: run.checkpoint), request)
  }

  private func change(_ command: TrainerCommand) {
    guard let run else {
      warn("knobs can be moved once the base policy is ready")
      return
    }
    do {
      try run.take(command)
    } catch {
      warn("refused: \(error)")
    }
  }
}
