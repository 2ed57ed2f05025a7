import RunViews
import TerminalCanvas

/// What the mouse does: a pure function of the state and of the cell under it. It asks the layouts
/// that draw the screen what is there, and has no arithmetic of its own.
enum PointerDispatch {
  /// - Returns: `nil` where there is nothing to click or to scroll.
  static func action(
    x: Int, y: Int, _ mouse: MouseAction, in state: DashboardState
  ) -> DashboardAction? {
    switch mouse {
    case .press: click(x: x, y: y, state)
    case .wheelUp: wheel(-1, x: x, y: y, state)
    case .wheelDown: wheel(1, x: x, y: y, state)
    // Dragging selects nothing here; with shift it is the terminal's own.
    case .release, .drag: nil
    }
  }

  private static func placement(x: Int, y: Int, _ state: DashboardState) -> PanelPlacement? {
    ScreenLayout.layout(state.size, state).first { $0.area.contains(x: x, y: y) }
  }

  private static func screen(_ state: DashboardState) -> Rectangle {
    Rectangle(width: state.size.width, height: state.size.height)
  }

  private static func click(x: Int, y: Int, _ state: DashboardState) -> DashboardAction? {
    switch state.overlay {
    case .help:
      let box = OverlayDrawing.helpBox(in: screen(state))
      return box.area.contains(x: x, y: y) ? nil : outside(x: x, y: y, state)
    case .menu(let menu):
      let layout = MenuLayout(menu, state, in: screen(state))
      if let entry = layout.entry(x: x, y: y) { return take(entry, of: menu.selected) }
      return layout.box.area.contains(x: x, y: y) ? nil : outside(x: x, y: y, state)
    case .palette(let palette):
      let layout = PaletteLayout(palette, state, in: screen(state))
      if let entry = layout.entry(x: x, y: y) { return take(entry, of: layout.selected) }
      return layout.box.area.contains(x: x, y: y) ? nil : outside(x: x, y: y, state)
    // What is being typed, or was sampled, is not lost by a click beside it.
    case .prompt, .trial, .fork, .forkSetup: return hint(x: x, y: y, state)
    case nil: return clickOnPanels(x: x, y: y, state)
    }
  }

  /// A click chooses an entry, a second one takes it.
  private static func take(_ entry: Int, of selected: Int) -> DashboardAction {
    entry == selected ? .confirm : .moveChoice(entry - selected)
  }

  private static func outside(x: Int, y: Int, _ state: DashboardState) -> DashboardAction? {
    guard let placement = placement(x: x, y: y, state), placement.part == .footer else {
      return .cancel
    }
    return hint(x: x, y: y, state)
  }

  private static func hint(x: Int, y: Int, _ state: DashboardState) -> DashboardAction? {
    guard let placement = placement(x: x, y: y, state), placement.part == .footer else {
      return nil
    }
    return FooterView.action(x: x, in: placement.area, state)
  }

  private static func clickOnPanels(x: Int, y: Int, _ state: DashboardState) -> DashboardAction? {
    guard let placement = placement(x: x, y: y, state) else { return nil }
    switch placement.part {
    case .footer: return FooterView.action(x: x, in: placement.area, state)
    case .panel(let panel):
      let inner = placement.inner
      guard inner.contains(x: x, y: y) else { return .choose(.panel(panel)) }
      return .choose(panel.panel.choice(atX: x, y: y, in: inner, state) ?? .panel(panel))
    case .header, .warmStart, .verdict: return nil
    }
  }

  private static func wheel(
    _ direction: Int, x: Int, y: Int, _ state: DashboardState
  ) -> DashboardAction? {
    switch state.overlay {
    case .help: return .scroll(3 * direction)
    case .menu, .palette: return .moveChoice(direction)
    case .trial: return .moveTrial(answer: direction, token: 0)
    case .prompt, .fork, .forkSetup: return nil
    case nil: break
    }
    guard case .panel(let panel) = placement(x: x, y: y, state)?.part else { return nil }
    return panel.panel.wheel(direction)
  }
}
