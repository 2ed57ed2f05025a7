import RunKnowledge
import RunViews
import TerminalCanvas
import Theming
import TrainingTelemetry

/// The window in which a prompt is tried: the line to type it, then the policy's answers.
enum TrialView {
  static func drawPrompt(
    _ prompt: Prompt, _ state: DashboardState, in screen: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    let keys = state.keys
    let inner = OverlayDrawing.box(
      width: 76, height: 8, title: title(state),
      footer: context.text(
        "\(keys.shown("prompt-accept")) samples · \(keys.shown("prompt-close")) forgets",
        .textDim), in: screen, on: &buffer, context)
    buffer.draw(
      context.text("prompt ", .textDim) + context.text(prompt.text, .text, .bold)
        + context.text(" ", .text, .reverse), in: inner.row(0), glyphs: context.glyphs)
    var lines: [StyledText] = []
    if let refusal = prompt.refusal { lines.append(context.text(refusal, .warning)) }
    if let form = state.shown.snapshot.identity.promptForm {
      lines.append(context.text("\(form.words), such as \(form.example)", .textDim))
    }
    if prompt.text.isEmpty, let own = state.promptToTry {
      lines.append(context.text("nothing typed: \(own), the prompt of the group shown", .textDim))
    }
    let rows = lines.flatMap { $0.wrapped(to: max(1, inner.width)) }
    let first = inner.height > rows.count + 1 ? 2 : 1
    for (row, line) in rows.enumerated() {
      buffer.draw(line, in: inner.row(first + row), glyphs: context.glyphs)
    }
  }

  static func draw(
    _ trial: Trial, _ state: DashboardState, in screen: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    let keys = state.keys
    let inner = OverlayDrawing.box(
      width: 84, height: 19, title: title(state),
      footer: context.text(
        "\(keys.shown("trial-again")) samples again · \(keys.shown("trial-prompt")) another prompt"
          + " · \(keys.shown("trial-close")) closes", .textDim), in: screen, on: &buffer, context)
    buffer.clipped(to: inner) { buffer in
      TrialDrawing(
        prompt: trial.prompt, sample: trial.sample, isAwaited: trial.awaited != nil,
        selection: trial.selection, now: state.run.present.position, area: inner, context: context
      ).draw(on: &buffer)
    }
  }

  private static func title(_ state: DashboardState) -> String {
    "Try it · \(state.shown.snapshot.identity.task)"
  }
}
