import RunKnowledge
import RunViews
import TerminalCanvas
import Theming
import TrainingTelemetry

/// The verdict in as many lines as there are: what happened, then what to try.
enum VerdictView {
  static func draw(
    _ state: DashboardState, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    let line = area.inset(dx: 1)
    for (row, text) in lines(state, width: line.width, rows: area.height, context).enumerated() {
      buffer.draw(
        StyledText(
          text.spans.map {
            StyledText.Span($0.text, $0.style.on(context.theme.color(.background)))
          }),
        in: line.row(row), glyphs: context.glyphs)
    }
  }

  /// At most `rows` lines: what happened, and what to try. Advice takes a line that is left, or
  /// the last one where the run waits for a person or something is amiss. A single finding that is
  /// too long ends in an ellipsis.
  static func lines(
    _ state: DashboardState, width: Int, rows allRows: Int, _ context: DrawingContext
  ) -> [StyledText] {
    guard width > 0, allRows > 0 else { return [] }
    let verdict = state.verdict
    let phrases =
      state.shownPreview.map { PreviewText(preview: $0, rows: state.shownKnobRows.all).phrases }
      ?? (state.draft == nil ? nil : PreviewSentence.opening(state))
    let preview = phrases.map { phrases in
      let wordings = phrases.map { context.text($0, .knobMark) }
      return wordings.first { $0.wrapped(to: width).count <= allRows }
        ?? wordings[wordings.count - 1]
    }
    // Nothing is advised that another trainer cannot be asked for; a record shows what was advised.
    let possible = verdict.findings.lazy.compactMap(\.advice).first { advice in
      state.shown.status.attachment == nil
        || advice.remedies.compactMap(\.capability).allSatisfy { state.run.refusal(of: $0) == nil }
    }
    let advice = preview == nil ? possible?.text(naming: state.keys.shown(for:)) : nil
    // Who has to act needs to know what to do more than every finding.
    let isAwaited = verdict.level != .information || state.shownMode == .paused
    let rows = advice != nil && isAwaited && allRows > 1 ? allRows - 1 : allRows
    let sentence =
      preview
      ?? VerdictText.sentence(
        on: verdict, seenFrom: state.shown.position, width: width, rows: rows, context)
    var lines = sentence.wrapped(to: width)
    if lines.count > rows {
      let rest = lines[(rows - 1)...].reduce(StyledText()) { text, next in
        text.spans.isEmpty ? next : text + context.text(" ") + next
      }
      lines = lines.prefix(rows - 1) + [rest.truncated(to: width, glyphs: context.glyphs)]
    }
    if lines.count < allRows, let advice {
      lines.append(
        context.text("→ \(advice)", .textDim).truncated(to: width, glyphs: context.glyphs))
    }
    return lines
  }
}
