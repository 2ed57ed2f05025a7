import PolicyObjectives
import RunKnowledge
import TerminalCanvas
import Theming
import TrainingTelemetry

extension DashboardState {
  mutating func reduceRun(_ action: DashboardAction, at time: Double) -> [DashboardEffect] {
    switch action {
    case .toggleRunning:
      let isRunning = mode == .running
      requests.mode = .init(isRunning ? .paused : .running, at: time)
      return [.send(isRunning ? .pause : .run)]
    case .stepUpdate:
      requests.mode = nil
      return [.send(.stepUpdate)]
    case .stepIteration:
      requests.mode = nil
      return [.send(.stepIteration)]
    case .changePace(let offset):
      return setPace(PaceSteps.step(from: paceLimit, by: offset), at: time)
    case .fullSpeed: return setPace(nil, at: time)
    case .evaluate:
      say(
        mode == .paused
          ? "evaluating on held-out prompts" : "evaluating on held-out prompts after this update",
        at: time)
      return [.send(.evaluate)]
    case .openRestartMenu: overlay = .menu(Menu(.restart(RestartChoice())))
    case .openBreakpoints: openBreakpoints()
    case .openObjectiveMenu:
      let inForce =
        requests.objective?.value ?? run.present.status.nextObjective
        ?? run.present.status.objective
      overlay = .menu(
        Menu(.objective, selected: ObjectiveCatalog.names.firstIndex(of: inForce) ?? 0))
    default: break
    }
    return []
  }

  private mutating func setPace(_ pace: Double?, at time: Double) -> [DashboardEffect] {
    requests.pace = .init(pace, at: time)
    return [.send(.setPace(pace))]
  }

  /// Entries of a menu, in order.
  public func menuItems(_ kind: Menu.Kind) -> [MenuItem] {
    switch kind {
    case .objective, .comparedObjective:
      ObjectiveCatalog.all.map { type in
        MenuItem(
          title: type.info.title, summary: type.info.summary,
          details: [type.info.formula, type.info.explanation, "Source: \(type.info.source)"],
          isCurrent: type.info.name
            == (kind == .objective ? run.present.status.objective : comparedObjectiveName))
      }
    case .theme:
      appearance.themes.enumerated().map { index, theme in
        MenuItem(
          title: theme.name, summary: theme.summary, details: [],
          isCurrent: index == appearance.themeIndex)
      }
    case .breakpoints: breakpointItems
    case .fork: forkItems
    case .restart(let choice): restartItems(choice)
    }
  }

  mutating func choose(_ menu: Menu, at time: Double) -> [DashboardEffect] {
    overlay = nil
    switch menu.kind {
    case .objective:
      guard ObjectiveCatalog.names.indices.contains(menu.selected) else { return [] }
      return choose(.objective(ObjectiveCatalog.names[menu.selected]), at: time)
    case .comparedObjective:
      guard ObjectiveCatalog.names.indices.contains(menu.selected) else { return [] }
      return choose(.comparedObjective(ObjectiveCatalog.names[menu.selected]), at: time)
    case .theme:
      guard appearance.themes.indices.contains(menu.selected) else { return [] }
      return choose(.theme(appearance.themes[menu.selected].name), at: time)
    case .fork: return chooseFork(menu.selected, at: time)
    case .breakpoints: return chooseBreakpoint(menu.selected, at: time)
    case .restart(let choice): return chooseRestart(menu.selected, choice)
    }
  }
}

/// An entry of a menu.
public struct MenuItem: Sendable, Hashable {
  public var title: String
  public var summary: String
  /// Paragraphs shown while the entry is selected.
  public var details: [String]
  public var isCurrent: Bool

  public init(title: String, summary: String, details: [String], isCurrent: Bool = false) {
    self.title = title
    self.summary = summary
    self.details = details
    self.isCurrent = isCurrent
  }
}
