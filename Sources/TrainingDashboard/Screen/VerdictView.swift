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
      state.shownPreview.map { PreviewSentence.phrases($0, state) }
      ?? (state.draft == nil ? nil : PreviewSentence.opening(state))
    let preview = phrases.map { phrases in
      let wordings = phrases.map { context.text($0, .knobMark) }
      return wordings.first { $0.wrapped(to: width).count <= allRows }
        ?? wordings[wordings.count - 1]
    }
    // Nothing is advised that this run cannot be asked for.
    let possible = verdict.findings.lazy.compactMap(\.advice).first { advice in
      advice.remedies.compactMap(\.capability).allSatisfy { state.run.refusal(of: $0) == nil }
    }
    let advice = preview == nil ? possible?.text(naming: state.keys.shown(for:)) : nil
    // Who has to act needs to know what to do more than every finding.
    let isAwaited = verdict.level != .information || state.shownMode == .paused
    let rows = advice != nil && isAwaited && allRows > 1 ? allRows - 1 : allRows
    let sentence =
      preview
      ?? sentence(
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

  /// All findings that fit; those that do not are left out, the least grave first.
  private static func sentence(
    on verdict: Verdict, seenFrom position: UpdatePosition, width: Int, rows: Int,
    _ context: DrawingContext
  ) -> StyledText {
    func told(_ count: Int) -> StyledText {
      mark(verdict.level, context)
        + styled(verdict, seenFrom: position, findings: count, context)
    }
    let counts = stride(from: verdict.findings.count, to: 1, by: -1)
    let fitting = counts.first { told($0).wrapped(to: width).count <= rows }
    return told(fitting ?? 1)
  }

  private static func mark(_ level: Notice.Level, _ context: DrawingContext) -> StyledText {
    switch level {
    case .information: StyledText()
    case .warning: context.text("! ", .warning, .bold)
    case .error: context.text("✗ ", .error, .bold)
    }
  }

  private static func styled(
    _ verdict: Verdict, seenFrom position: UpdatePosition, findings count: Int,
    _ context: DrawingContext
  ) -> StyledText {
    let subject = verdict.subject(seenFrom: position)
    var text = subject.isEmpty ? StyledText() : context.text("\(subject): ", .textDim)
    for (index, finding) in verdict.findings.prefix(count).enumerated() {
      if index > 0 { text = text + context.text("; ", .textDim) }
      let role: ThemeRole =
        switch finding.level {
        case .information: .text
        case .warning: .warning
        case .error: .error
        }
      text = text + context.text(finding.text, role)
    }
    return text
  }
}
