public import RunKnowledge
public import TerminalCanvas
import Theming
public import TrainingTelemetry

/// The findings of a verdict as one sentence.
public enum VerdictText {
  /// All findings that fit; those that do not are left out, the least grave first.
  public static func sentence(
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
