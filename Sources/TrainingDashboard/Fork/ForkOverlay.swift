import RunKnowledge
import RunViews
import TerminalCanvas
import Theming
import TrainingTelemetry

/// The windows of a fork: what it is to be, and what it says.
enum ForkOverlay {
  static func drawSetup(
    _ request: ForkRequest, _ state: DashboardState, in screen: Rectangle,
    on buffer: inout CellBuffer, _ context: DrawingContext
  ) {
    let keys = state.keys
    let inner = OverlayDrawing.box(
      width: 72, height: 11, title: "What if, from here",
      footer: context.text(
        OverlayDrawing.hints(["fork-begin", "fork-cancel"], state), .textDim), in: screen,
      on: &buffer, context)
    buffer.clipped(to: inner) { buffer in
      ForkSetupDrawing(
        request: request, change: state.run.present.words(for: request.change),
        keys: ForkSetupDrawing.Keys(
          pairs: keys.shown("fork-pairs"), iterations: keys.shown("fork-iterations"),
          hold: keys.shown("fork-hold")), area: inner, context: context
      ).draw(on: &buffer)
    }
  }

  static func draw(
    _ state: DashboardState, in screen: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    guard let fork = state.run.fork else { return }
    let names = ["fork-take", "fork-more", "fork-forget", "fork-close"].filter { name in
      state.keys.binding(named: name)?.actions.contains { state.refusal(of: $0) == nil } ?? false
    }
    // Header and footer stay in sight: what the run does, and what was refused.
    let inner = OverlayDrawing.box(
      width: 124, height: min(36, max(screen.height - 2, 10)), title: "What if, from here",
      footer: context.text(OverlayDrawing.hints(names, state), .textDim), in: screen, on: &buffer,
      context)
    buffer.clipped(to: inner) { buffer in
      ForkDrawing(
        fork: fork, change: state.run.present.words(for: fork.request.change), area: inner,
        context: context
      ).draw(on: &buffer)
    }
  }
}
