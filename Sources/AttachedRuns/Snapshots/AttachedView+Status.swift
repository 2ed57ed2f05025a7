internal import LocalFiles
internal import PolicyObjectives
internal import TrainingTelemetry

extension AttachedView {
  var identity: RunIdentity {
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
  var objective: (any PolicyObjective)? {
    whatIf ?? declared ?? run.run.objective(knobs: nil)
  }

  var declaredName: String {
    (run.run.words?.objective?.name ?? "").harmlessLine
  }

  func status(at now: Double) -> RunStatus {
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
    attachment.ownRemovedShare = step?.figures.removedShare
    attachment.pendingRequest = control.pending
    // The verdict finds tokens that run away and equal groups by itself.
    attachment.findings =
      step?.standing.filter { ![.runaway, .groupsEqual].contains($0.kind) }.map {
        AttachmentStatus.Finding(level: $0.kind.level, text: $0.text)
      } ?? []
    if case .waiting(let what) = run.state { attachment.awaited = what }
    status.attachment = attachment
    return status
  }

  private var mode: RunStatus.Mode {
    let mode = run.run.control?.state.flatMap { RunStatus.Mode(rawValue: $0) } ?? .running
    // A probe answers requests; that the steps asked for are made is seen by the steps.
    if mode == .stepping, let last = control.pausesAt, position.total >= last { return .paused }
    return mode
  }

  var obeys: Bool { run.run.words?.control == true }

  /// Ages and ranks change by themselves; a screen need not be drawn anew for less.
  func isWorthTelling(_ status: RunStatus) -> Bool {
    guard var old = told else { return true }
    var new = status
    let ages = (new.attachment?.age ?? 0, old.attachment?.age ?? 0)
    new.attachment?.age = nil
    old.attachment?.age = nil
    return new != old || ages.0.rounded(.down) != ages.1.rounded(.down)
  }

  var knobs: [KnobState] {
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
