import PolicyObjectives
import RunKnowledge
import TrainingTelemetry

extension DashboardState {
  /// Whether a tour has the keys.
  var isOnTour: Bool { tour.map { !$0.isOver } ?? false }

  /// Begins a tour; the run should be paused before its first rollout.
  public mutating func begin(_ tour: Tour) {
    self.tour = tour
    showsFirstHint = false
    _ = enterStep(at: 0)
  }

  /// Goes on to the next step, once what the present one waits for is there.
  mutating func advanceTour(at time: Double) -> [DashboardEffect] {
    guard let tour, !tour.isOver else { return [] }
    guard tour.outcome != .waiting else {
      say("a moment: the tour waits for the run", at: time)
      return []
    }
    guard !tour.isAtEnd else {
      leaveTour()
      return tour.isAutomatic ? [.quit] : []
    }
    self.tour?.index += 1
    return enterStep(at: time)
  }

  mutating func leaveTour() {
    tour?.isOver = true
    tour?.goesOnAt = nil
  }

  /// Looks whether what the step said is so; an automatic tour goes on after a while.
  mutating func observeTour(at time: Double) -> [DashboardEffect] {
    guard let tour, !tour.isOver else { return [] }
    if tour.outcome == .waiting, let before = tour.before {
      var outcome = tour.step.check(self, before)
      if outcome == .waiting, let reason = run.present.snapshot.status.stopReason {
        outcome = .failed("the run ended: \(Verdict.ending(reason, run.present).text)")
      }
      self.tour?.outcome = outcome
    }
    guard tour.isAutomatic, self.tour?.outcome != .waiting else { return [] }
    guard let due = tour.goesOnAt else {
      let said = tour.step.words(self) + (self.tour?.outcome.words ?? "")
      self.tour?.goesOnAt = time + (tour.stepSeconds ?? Tour.readingTime(of: said))
      return []
    }
    guard time >= due else { return [] }
    let effects = advanceTour(at: time)
    return effects + observeTour(at: time)
  }

  /// Shows a step and presses its keys.
  private mutating func enterStep(at time: Double) -> [DashboardEffect] {
    guard let tour else { return [] }
    self.tour?.outcome = .waiting
    self.tour?.goesOnAt = nil
    self.tour?.before = TourSight(
      position: run.present.snapshot.status.position,
      removedShare: run.present.snapshot.update?.metrics.removedShare)
    var effects: [DashboardEffect] = []
    let number = PanelCatalog.identities.firstIndex(of: tour.step.panel)
    if let number { effects += press(.press(.choosePanel(number + 1)), at: time) }
    for key in tour.step.keys { effects += press(key, at: time) }
    message = nil
    return effects
  }

  /// Presses a key as a person would who is not on a tour.
  private mutating func press(_ key: TourKey, at time: Double) -> [DashboardEffect] {
    let tour = tour
    self.tour = nil
    defer { self.tour = tour }
    switch key {
    case .press(let action): return press(action, at: time)
    case .choose(let objective):
      guard let wanted = ObjectiveCatalog.names.firstIndex(of: objective) else { return [] }
      var effects: [DashboardEffect] = []
      while case .menu(let menu) = overlay, menu.selected != wanted {
        effects += press(.moveChoice(menu.selected < wanted ? 1 : -1), at: time)
        guard case .menu(let next) = overlay, next.selected != menu.selected else { break }
      }
      return effects + press(.confirm, at: time)
    }
  }

  private mutating func press(
    _ action: DashboardAction, at time: Double
  ) -> [DashboardEffect] {
    let bound = keys.key(for: action).flatMap { KeyBindingCatalog.action(for: $0, in: self) }
    return reduce(bound ?? action, at: time)
  }
}
