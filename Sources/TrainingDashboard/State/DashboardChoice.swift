import PolicyObjectives
public import RunKnowledge
public import RunViews
public import TerminalCanvas
import Theming
public import TrainingTelemetry

/// One thing of many, chosen by name in the palette or under the mouse.
public enum DashboardChoice: Sendable, Hashable {
  /// `DashboardAction.choosePanel` takes digits.
  case panel(PanelIdentity)
  /// An answer of the shown group and, where a number is given, its token.
  case answer(Int, token: Int?)
  /// A row of the knobs panel.
  case knob(KnobTarget)
  case lens(TokenLens)
  case ledgerView(LedgerView)
  case glyphs(GlyphSet)
  /// A theme by its name.
  case theme(String)
  /// Takes over at the next rollout.
  case objective(String)
  /// What lens and inspector hold against the objective in force.
  case comparedObjective(String)
  /// Opens the prompt for a row's value.
  case knobValue(KnobTarget)
  /// Opens the prompt for a condition at which the run is to pause.
  case newBreakpoint
  case removedBreakpoint(Breakpoint)
  /// Opens the help at what is said of a panel.
  case explanation(PanelIdentity)
  /// Says a command that is given outside of the dashboard.
  case commandLine(String)
}

extension DashboardState {
  mutating func choose(_ choice: DashboardChoice, at time: Double) -> [DashboardEffect] {
    switch choice {
    case .panel(let panel): select(panel: panel)
    case .answer(let answer, let token):
      select(panel: PanelIdentity(TokensPanel.self))
      cursor.hasMoved = true
      selection.answer = answer
      if let token { selection.token = token }
      clampSelection()
    case .knob(let target):
      select(panel: PanelIdentity(KnobsPanel.self))
      selectedKnob = target
    case .lens(let chosen): lens = chosen
    case .ledgerView(let chosen): views.ledger = chosen
    case .glyphs(let chosen):
      appearance.glyphs = chosen
      say("characters: \(chosen.rawValue)", at: time)
    case .theme(let name):
      guard let index = appearance.themes.firstIndex(where: { $0.name == name }) else { return [] }
      appearance.themeIndex = index
      say("theme \(theme.name): \(theme.summary)", at: time)
    case .objective(let name):
      requests.objective = .init(name, at: time)
      say(
        run.present.status.attachment == nil
          ? "\(ObjectiveCatalog.title(of: name)) takes over at the next rollout"
          : "tokens judged by \(ObjectiveCatalog.title(of: name)); the trainer keeps its own",
        at: time)
      return [.send(.setObjective(name))]
    case .comparedObjective(let name):
      comparedObjective = name
      lens = .otherObjective
    case .knobValue(let target):
      guard knobRows[target] != nil else { return [] }
      selectedKnob = target
      overlay = .prompt(Prompt(.knob(target)))
    case .newBreakpoint: overlay = .prompt(Prompt(.breakpoint))
    case .removedBreakpoint(let breakpoint):
      say("the run no longer pauses when \(breakpoint)", at: time)
      return [.send(.removeBreakpoint(breakpoint))]
    case .explanation(let panel):
      select(panel: panel)
      overlay = .help(scroll: 0)
    case .commandLine(let command): say("in a shell: \(command)", at: time)
    }
    return []
  }
}
