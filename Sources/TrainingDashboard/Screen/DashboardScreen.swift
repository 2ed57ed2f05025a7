import RunKnowledge
import RunViews
public import TerminalCanvas
public import Theming
import TrainingTelemetry

/// Draws a whole frame; a pure function.
public enum DashboardScreen {
  /// - Parameter size: cells of the frame, any size down to nothing.
  public static func render(
    _ state: DashboardState, size: ScreenSize, theme: Theme, glyphs: GlyphSet
  ) -> CellBuffer {
    var buffer = CellBuffer(
      width: size.width, height: size.height,
      filledWith: Cell(" ", style: theme.style(.text, on: .background)))
    var context = DrawingContext(theme: theme, glyphs: glyphs)
    context.isPast = state.past != nil || !state.run.source.isUnderWay
    for placement in ScreenLayout.layout(size, state) {
      buffer.clipped(to: placement.area) { buffer in
        draw(placement, state, on: &buffer, context)
      }
    }
    TourDrawing.draw(state, on: &buffer, context)
    OverlayDrawing.draw(state, in: buffer.bounds, on: &buffer, context)
    // Panels pick ASCII themselves; this catches what one forgot.
    return glyphs == .ascii ? buffer.asciified() : buffer
  }

  private static func draw(
    _ placement: PanelPlacement, _ state: DashboardState, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    switch placement.part {
    case .header: HeaderPanel.draw(state, in: placement.area, on: &buffer, context)
    case .panel(let panel): draw(panel, placement, state, on: &buffer, context)
    case .warmStart:
      let inner = frame(
        placement, title: context.text("Warm start", .title, .bold), on: &buffer, context)
      WarmStartView.draw(
        state.shown.status.warmStart, in: inner, on: &buffer, context)
    case .verdict: VerdictView.draw(state, in: placement.area, on: &buffer, context)
    case .footer: FooterView.draw(state, in: placement.area, on: &buffer, context)
    }
  }

  private static func draw(
    _ identity: PanelIdentity, _ placement: PanelPlacement, _ state: DashboardState,
    on buffer: inout CellBuffer, _ context: DrawingContext
  ) {
    let panel = identity.panel
    var context = context
    context.isSelected = state.selectedPanel == identity && state.overlay == nil
    let inner = frame(
      placement, title: title(of: identity, state, width: placement.area.width - 4, context),
      on: &buffer, context)
    buffer.clipped(to: inner) { buffer in
      panel.draw(state, in: inner, on: &buffer, context)
    }
  }

  /// `1 Learning · caption`, the digit being the key that selects the panel. Parts of the caption
  /// that do not fit are left out from the end, rather than cut.
  private static func title(
    of panel: PanelIdentity, _ state: DashboardState, width: Int, _ context: DrawingContext
  ) -> StyledText {
    let descriptor = panel.descriptor
    let number = (PanelCatalog.identities.firstIndex(of: panel) ?? 0) + 1
    let key = state.keys.key(for: .choosePanel(number))
    let name =
      context.text(key.map { "\($0.shown) " } ?? "", .key)
      + context.text(descriptor.title, .title, .bold)
    let separator = context.glyphs.spelled(" · ")
    var parts = panel.panel.caption(state, context).split(separator: separator)
    while !parts.isEmpty {
      let caption = context.text(separator + parts.joined(separator: separator), .textDim)
      if name.width + caption.width <= width || parts.count == 1 { return name + caption }
      parts.removeLast()
    }
    return name
  }

  /// Fills the part's background and draws its frame.
  ///
  /// - Returns: the rectangle inside.
  private static func frame(
    _ placement: PanelPlacement, title: StyledText, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) -> Rectangle {
    buffer.fill(placement.area, with: Cell(" ", style: context.style(.text)))
    guard placement.isFramed else { return placement.area }
    BoxWidget(
      title: title, isSelected: context.isSelected,
      borderStyle: context.style(context.isPast ? .warning : .border),
      selectedBorderStyle: context.style(.borderSelected)
    ).draw(into: &buffer, in: placement.area, glyphs: context.glyphs)
    return placement.inner
  }
}
