import PolicyObjectives
import RunKnowledge
import RunViews
import TerminalCanvas
import Theming
import TrainingTelemetry

/// Help, menus and prompts: boxes over the panels.
enum OverlayDrawing {
  static func draw(
    _ state: DashboardState, in screen: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    switch state.overlay {
    case .help(let scroll): help(scroll, state, in: screen, on: &buffer, context)
    case .menu(let menu): self.menu(menu, state, in: screen, on: &buffer, context)
    case .prompt(let prompt) where prompt.purpose == .trial:
      TrialView.drawPrompt(prompt, state, in: screen, on: &buffer, context)
    case .prompt(let prompt): self.prompt(prompt, state, in: screen, on: &buffer, context)
    case .palette(let palette): self.palette(palette, state, in: screen, on: &buffer, context)
    case .trial(let trial): TrialView.draw(trial, state, in: screen, on: &buffer, context)
    case .forkSetup(let request):
      ForkOverlay.drawSetup(request, state, in: screen, on: &buffer, context)
    case .fork: ForkOverlay.draw(state, in: screen, on: &buffer, context)
    case nil: break
    }
  }

  /// A box in the middle, cleared inside.
  ///
  /// - Returns: the rectangle for its content; the whole screen where a box has no room.
  static func box(
    width: Int, height: Int, title: String, footer: StyledText, in screen: Rectangle,
    on buffer: inout CellBuffer, _ context: DrawingContext
  ) -> Rectangle {
    let place = OverlayBox(width: width, height: height, in: screen)
    buffer.fill(place.area, with: Cell(" ", style: context.style(.text)))
    guard place.isFramed else { return place.inner }
    BoxWidget(
      title: context.text(title, .title, .bold), footer: footer, isSelected: true,
      selectedBorderStyle: context.style(.borderSelected)
    ).draw(into: &buffer, in: place.area, glyphs: context.glyphs)
    return place.inner
  }

  /// Keys with what they do, as the footer has it: `enter accept · esc cancel`.
  static func hints(_ names: [String], _ state: DashboardState) -> String {
    state.keys.all.filter { names.contains($0.name) }
      .map { "\($0.shownKeys) \($0.hint ?? "")" }.joined(separator: " · ")
  }

  private static func help(
    _ scroll: Int, _ state: DashboardState, in screen: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    let size = ScreenSize(width: screen.width, height: screen.height)
    let width = HelpText.width(in: size)
    let lines = HelpText.lines(width: width, keys: state.keys, first: state.selectedPanel)
    let rows = HelpText.rows(in: size)
    let first = min(scroll, max(0, lines.count - rows))
    let place = "\(first + 1)–\(min(lines.count, first + rows)) of \(lines.count)"
    let inner = box(
      width: width + 4, height: rows + 2, title: "Help",
      footer: context.text(
        hints(["help-line", "help-close"], state) + " · \(place)", .textDim), in: screen,
      on: &buffer, context)
    for (row, line) in lines.dropFirst(first).prefix(inner.height).enumerated() {
      buffer.draw(styled(line, context), in: inner.row(row), glyphs: context.glyphs)
    }
  }

  /// Where the help is.
  static func helpBox(in screen: Rectangle) -> OverlayBox {
    let size = ScreenSize(width: screen.width, height: screen.height)
    return OverlayBox(
      width: HelpText.width(in: size) + 4, height: HelpText.rows(in: size) + 2, in: screen)
  }

  private static func styled(_ line: HelpText.Line, _ context: DrawingContext) -> StyledText {
    switch line {
    case .heading(let text): context.text(text, .title, .bold)
    case .key(let keys, let text):
      context.text(
        NumberFormat.padded(
          context.glyphs.spelled(keys), width: HelpText.keyColumn, alignment: .left), .key, .bold)
        + context.text(text)
    case .text(let text): context.text(text)
    case .blank: StyledText()
    }
  }

  private static func menu(
    _ menu: Menu, _ state: DashboardState, in screen: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    let layout = MenuLayout(menu, state, in: screen)
    let items = layout.items
    let inner = box(
      width: layout.width, height: layout.height, title: title(menu.kind),
      footer: context.text(
        hints(["menu-accept", "menu-close"], state)
          + " · \(menu.selected + 1) of \(items.count)", .textDim),
      in: screen, on: &buffer, context)
    for (row, index) in layout.visible.enumerated() {
      let line = inner.row(row)
      let isSelected = index == menu.selected
      let text = items[index].title + (items[index].isCurrent ? "  (\(current(menu.kind)))" : "")
      var style = context.style(isSelected ? .title : .text, isSelected ? .bold : [])
      if isSelected {
        style = style.on(context.theme.color(.selection))
        buffer.fill(line, with: Cell(" ", style: style))
      }
      let marker = isSelected ? "▸ " : "  "
      buffer.draw(
        StyledText(context.glyphs.spelled(marker + text), style: style), in: line,
        glyphs: context.glyphs)
    }
    for (row, line) in layout.details.enumerated() {
      buffer.draw(
        StyledText(context.glyphs.spelled(line), style: context.style(.textDim)),
        in: inner.row(layout.visible.count + 1 + row), glyphs: context.glyphs)
    }
  }

  /// What the entry that was taken before is called.
  private static func current(_ kind: Menu.Kind) -> String {
    kind == .comparedObjective ? "compared now" : "in force"
  }

  private static func title(_ kind: Menu.Kind) -> String {
    switch kind {
    case .objective: "Objective, from the next rollout on"
    case .comparedObjective: "Compare the objective in force with"
    case .restart: "Start over?"
    case .theme: "Theme"
    case .breakpoints: "Pause when"
    case .fork: "What if, from here"
    }
  }

  private static func prompt(
    _ prompt: Prompt, _ state: DashboardState, in screen: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    guard case .knob(let target) = prompt.purpose else {
      return breakpointPrompt(prompt, state, in: screen, on: &buffer, context)
    }
    guard let row = state.shownKnobRows[target] else { return }
    let inner = box(
      width: 64, height: 5, title: row.symbol,
      footer: context.text(hints(["prompt-accept", "prompt-close"], state), .textDim),
      in: screen, on: &buffer, context)
    let now = row.isMixed ? "mixed" : KnobFormat.text(row.future)
    buffer.draw(
      context.text("\(row.symbol) = ", .textDim) + context.text(prompt.text, .text, .bold)
        + context.text(" ", .text, .reverse) + context.text("   now \(now)", .textDim),
      in: inner.row(0), glyphs: context.glyphs)
    let range = row.names.compactMap { name in
      state.shown.snapshot.knob(named: name).map { knob in
        knob.specification.allowedRange.replacing(name, with: knob.specification.symbol)
      }
    }
    let hint =
      prompt.refusal.map { context.text($0, .warning) }
      ?? context.text("allowed: \(range.joined(separator: "; "))", .textDim)
    for (index, line) in hint.wrapped(to: max(1, inner.width)).prefix(2).enumerated() {
      buffer.draw(line, in: inner.row(1 + index), glyphs: context.glyphs)
    }
  }

  private static func breakpointPrompt(
    _ prompt: Prompt, _ state: DashboardState, in screen: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    let inner = box(
      width: 72, height: 8, title: "Pause when",
      footer: context.text(hints(["prompt-accept", "prompt-close"], state), .textDim),
      in: screen, on: &buffer, context)
    buffer.draw(
      context.text("› ", .accent, .bold) + context.text(prompt.text, .text, .bold)
        + context.text(" ", .text, .reverse), in: inner.row(0), glyphs: context.glyphs)
    let examples = Breakpoint.Quantity.allCases.map(\.example).joined(separator: ", ")
    let hint =
      prompt.refusal.map { context.text($0, .warning) }
      ?? context.text("a quantity, > or <, and a number: \(examples)", .textDim)
    let hints = hint.wrapped(to: max(1, inner.width))
    let set = state.shown.breakpoints.map(\.description).joined(separator: ", ")
    let now = context.text(set.isEmpty ? "none is set" : "set now: \(set)", .textDim)
    for (index, line) in (hints + [now]).enumerated() {
      buffer.draw(line, in: inner.row(1 + index), glyphs: context.glyphs)
    }
  }
}
