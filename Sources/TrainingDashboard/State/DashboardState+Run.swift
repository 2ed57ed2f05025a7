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
    case .openRestartMenu: overlay = .menu(Menu(.restart))
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
    case .restart:
      [
        MenuItem(
          title: "New seed \(nextSeed)",
          summary: "Start over from the base policy with other prompts and samples.",
          details: [restartLoss]),
        MenuItem(
          title: "Same seed \(seed)",
          summary: "The same run once more: the same prompts and the same samples.",
          details: [restartLoss]),
      ]
    }
  }

  /// What starting over takes from the screen.
  private var restartLoss: String {
    let status = run.present.status
    let moved = knobRows.all.count { $0.target != .asymmetry && $0.isChanged }
    return "Leaves this run after \(counted(status.position.total, "update")): curves, past and "
      + "journal go from the screen"
      + (moved > 0 ? ", and \(counted(moved, "knob")) to the values of the start." : ".")
  }

  private var seed: UInt64 { run.present.snapshot.identity.seed ?? 0 }
  private var nextSeed: UInt64 { seed &+ 1 }

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
    case .restart:
      let seed = menu.selected == 0 ? nextSeed : nil
      knobMoves = []
      requests = OutstandingRequests()
      return dropFork() + [.send(.restart(seed: seed))]
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
