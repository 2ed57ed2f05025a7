import PolicyObjectives
import RunKnowledge
import RunViews
import TerminalCanvas
import Theming
import TrainingTelemetry

extension DashboardState {
  mutating func reduceView(_ action: DashboardAction, at time: Double) -> [DashboardEffect] {
    switch action {
    case .moveAnswer(let offset):
      cursor.hasMoved = true
      moveAnswer(by: offset)
    case .moveToken(let offset):
      cursor.hasMoved = true
      selection.token += offset
      clampSelection()
    case .jump(let offset): walkLandmarks(by: offset, at: time)
    case .changeAnswerFilter(let offset):
      changeAnswers(
        { $0.filter = AnswerFilter.allCases.cycled(from: $0.filter, by: offset) }, at: time)
    case .changeAnswerOrder(let offset):
      changeAnswers(
        { $0.order = AnswerOrder.allCases.cycled(from: $0.order, by: offset) }, at: time)
    case .findGroup(let search): return findGroup(search, at: time)
    case .changeGroup(let offset): return changeGroup(by: offset, at: time)
    case .changePanel(let offset): changePanel(by: offset)
    case .choosePanel(let number): choosePanel(number)
    case .toggleZoom: isZoomed.toggle()
    case .changeLens(let offset):
      lens = TokenLens.allCases.cycled(from: lens, by: offset)
    case .openComparedObjectiveMenu:
      let selected = ObjectiveCatalog.names.firstIndex(of: comparedObjectiveName) ?? 0
      overlay = .menu(Menu(.comparedObjective, selected: selected))
    case .changeLedgerView(let offset):
      views.ledger = LedgerView.allCases.cycled(from: views.ledger, by: offset)
    case .changeLimiterView(let offset):
      views.limiter = LimiterView.allCases.cycled(from: views.limiter, by: offset)
    case .changeLearningView(let offset):
      views.learning = LearningView.allCases.cycled(from: views.learning, by: offset)
    case .changeLearningSpan(let offset):
      views.learningSpan = LearningSpan.allCases.cycled(from: views.learningSpan, by: offset)
    case .toggleLogarithmicCurves: views.hasLogarithmicCurves.toggle()
    case .changeTheme(let offset): changeTheme(by: offset, at: time)
    case .openThemeMenu: overlay = .menu(Menu(.theme, selected: appearance.themeIndex))
    case .changeGlyphs(let offset):
      appearance.glyphs = GlyphSet.allCases.cycled(from: appearance.glyphs, by: offset)
      say("characters: \(appearance.glyphs.rawValue)", at: time)
    case .scrollObjectives(let rows):
      let last = ObjectivesDrawing.lastScroll(rows: objectiveRows)
      views.objectivesScroll = min(max(0, min(views.objectivesScroll, last) + rows), last)
    case .scrollJournal(let lines):
      views.journalScroll = min(
        max(0, views.journalScroll + lines), max(0, shown.journal.entries.count - 1))
    case .openHelp: overlay = .help(scroll: 0)
    case .openPalette: overlay = .palette(Palette())
    default: break
    }
    return []
  }

  /// Rows that the screen has for the comparison of objectives.
  private var objectiveRows: Int {
    ScreenLayout.layout(size, self)
      .first { $0.part == .panel(PanelIdentity(ObjectivesPanel.self)) }?.inner.height ?? 0
  }

  var objectivesFit: Bool { ObjectivesDrawing.lastScroll(rows: objectiveRows) == 0 }

  private mutating func changeGroup(by offset: Int, at time: Double) -> [DashboardEffect] {
    if run.refusal(of: .groups) != nil {
      let count = max(1, shown.snapshot.rollout?.groups.count ?? 1)
      let index = shown.snapshot.rollout?.group.index ?? 0
      return recompute(group: ((index + offset) % count + count) % count)
    }
    guard let count = run.present.snapshot.rollout?.group.groupCount, count > 0 else { return [] }
    return show(group: ((groupIndex + offset) % count + count) % count, at: time)
  }

  /// The panel that the keys of a panel go to.
  public var selectedPanel: PanelIdentity { recentPanels.first ?? PanelCatalog.identities[0] }

  mutating func select(panel: PanelIdentity) {
    recentPanels.removeAll { $0 == panel }
    recentPanels.insert(panel, at: 0)
  }

  private mutating func changePanel(by offset: Int) {
    select(panel: PanelCatalog.identities.cycled(from: selectedPanel, by: offset))
  }

  private mutating func choosePanel(_ number: Int) {
    let panels = PanelCatalog.identities
    guard panels.indices.contains(number - 1) else { return }
    select(panel: panels[number - 1])
  }

  private mutating func changeTheme(by offset: Int, at time: Double) {
    let count = appearance.themes.count
    guard count > 0 else { return }
    appearance.themeIndex = ((appearance.themeIndex + offset) % count + count) % count
    say("theme \(theme.name): \(theme.summary)", at: time)
  }

  mutating func reduceOverlay(_ action: DashboardAction, at time: Double) -> [DashboardEffect] {
    switch (overlay, action) {
    case (nil, .cancel) where past != nil: scrub(.live, at: time)
    case (nil, .cancel):
      message = nil
      isZoomed = false
    case (_, .cancel): overlay = nil
    case (.help(let line), .scroll(let offset)):
      let last = HelpText.lastScroll(in: size, keys: keys, first: selectedPanel)
      overlay = .help(scroll: min(max(0, line + offset), last))
    case (.help, .confirm): overlay = nil
    case (.menu(var menu), .moveChoice(let offset)):
      let last = menuItems(menu.kind).count - 1
      menu.selected = min(max(0, menu.selected + offset), max(0, last))
      overlay = .menu(menu)
    case (.menu(let menu), .confirm): return choose(menu, at: time)
    case (.prompt(var prompt), .type(let text)):
      // Neither a number nor a prompt needs more; pasted novels are cut off.
      prompt.text = String((prompt.text + text.filter { !$0.isNewline }).prefix(40))
      prompt.refusal = nil
      overlay = .prompt(prompt)
    case (.prompt(var prompt), .deleteBackward):
      prompt.text = String(prompt.text.dropLast())
      prompt.refusal = nil
      overlay = .prompt(prompt)
    case (.prompt(var prompt), .clearText):
      prompt.text = ""
      prompt.refusal = nil
      overlay = .prompt(prompt)
    case (.prompt(let prompt), .confirm): return submit(prompt, at: time)
    case (.palette(let palette), _): return reducePalette(palette, action, at: time)
    default: break
    }
    return []
  }
}

extension Array where Element: Equatable {
  /// The element `offset` places after `element`, around the ends.
  func cycled(from element: Element, by offset: Int) -> Element {
    let index = firstIndex(of: element) ?? 0
    return self[((index + offset) % count + count) % count]
  }
}
