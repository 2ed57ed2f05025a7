internal import PolicyObjectives
public import TrainingTelemetry

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
