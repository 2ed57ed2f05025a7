import RunKnowledge
public import RunViews
public import TerminalCanvas
import Theming
import TrainingTelemetry

/// What the last update did and why, and what happened before.
public enum JournalPanel: Panel {
  public static let descriptor = PanelDescriptor(
    name: "journal", title: "Verdict and journal",
    summary: "What the last update did and why; below it knob moves, evaluations and warnings.",
    explanation: [
      "The verdict is computed from telemetry alone, by fixed thresholds: gate idle below "
        + "\(NumberFormat.percent(VerdictThresholds.idleRemovedShare)) removed; the signal "
        + "running out from \(NumberFormat.percent(VerdictThresholds.mostlyEqualGroups)) of "
        + "groups with equal rewards; equal groups rising when their share over "
        + "\(VerdictThresholds.zeroVarianceWindow) rollouts exceeds that over the "
        + "\(VerdictThresholds.zeroVarianceWindow) before by "
        + "\(NumberFormat.percent(VerdictThresholds.zeroVarianceRise)) and by "
        + "\(NumberFormat.short(VerdictThresholds.trendDeviations)) standard errors; bounds out of "
        + "reach when no possible ratio closes the gate halfway for "
        + "\(NumberFormat.percent(VerdictThresholds.unreachablePush)) of the weighted push; one "
        + "sign named from \(NumberFormat.percent(VerdictThresholds.oneSidedPush)) of it over "
        + "\(VerdictThresholds.balanceWindow) updates, and the gate as the cause where that share "
        + "was \(NumberFormat.percent(VerdictThresholds.gateTilt)) less before it; collapse where "
        + "a held-out score is below the base policy's by two standard errors, or Pass@k or the "
        + "best Avg@k is halved; a warning "
        + "when \(NumberFormat.percent(VerdictThresholds.manyRunaways)) of the tokens have A < 0 "
        + "and ρ > \(NumberFormat.short(MinibatchRecord.runawayRatio)); entropy collapsed below "
        + "\(NumberFormat.short(VerdictThresholds.collapsedEntropy)) nats at a reward under "
        + "\(NumberFormat.short(VerdictThresholds.successReward)); exploded above "
        + "\(NumberFormat.short(VerdictThresholds.explodedEntropyFactor)) times that of the "
        + "first rollout; a gradient spike from "
        + "\(NumberFormat.short(VerdictThresholds.gradientSpikeFactor)) times the median of the "
        + "last \(VerdictThresholds.gradientSpikeWindow) updates "
        + "(\(NumberFormat.short(VerdictThresholds.unclippedGradientSpikeFactor)) times where it is "
        + "not clipped), with the tokens that push most.",
      "Every line of the journal begins with the number of updates made before it.",
    ])

  public static let keys = [
    KeyBinding(
      "journal-page", .look, in: scope,
      [.init(.pageUp, .scrollJournal(-5)), .init(.pageDown, .scrollJournal(5))],
      shown: "pgup pgdn", "newer, older entries of the journal", hint: "scroll",
      each: ["newer entries of the journal", "older entries of the journal"])
  ]

  public static func wheel(_ direction: Int) -> DashboardAction? { .scrollJournal(3 * direction) }

  public static func caption(_ state: DashboardState, _ context: DrawingContext) -> String {
    let entries = counted(state.shown.journal.entries.count, "entry", plural: "entries")
    let scroll = state.views.journalScroll
    return scroll > 0 ? "\(entries), \(scroll) newer above" : entries
  }

  public static func draw(
    _ state: DashboardState, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    let line = area.inset(dx: area.width > 4 ? 1 : 0)
    let rows = min(area.height, area.height >= 4 ? min(5, max(3, area.height / 2)) : 2)
    let verdict = VerdictView.lines(state, width: line.width, rows: rows, context)
    for (row, text) in verdict.enumerated() {
      buffer.draw(text, in: line.row(row), glyphs: context.glyphs)
    }
    // The log keeps its place whether the verdict takes one line or all of its own.
    let entries = state.shown.journal.entries.reversed().dropFirst(state.views.journalScroll)
    for (row, entry) in entries.enumerated() where rows + row < area.height {
      buffer.draw(
        styled(entry, context), in: line.row(rows + row), glyphs: context.glyphs)
    }
  }

  private static func styled(_ entry: Journal.Entry, _ context: DrawingContext) -> StyledText {
    let (sign, role) = sign(entry.kind)
    let place = NumberFormat.padded(NumberFormat.count(entry.updatesBefore), width: 6)
    return context.text("\(place) ", .textDim) + context.text("\(sign) ", role, .bold)
      + context.text(entry.text, entry.kind == .warning || entry.kind == .error ? role : .text)
  }

  private static func sign(_ kind: Journal.Entry.Kind) -> (String, ThemeRole) {
    switch kind {
    case .knob: ("◆", .knobMark)
    case .objective: ("◇", .knobMark)
    case .evaluation: ("●", .evaluationCurve)
    case .restart, .information: ("·", .textDim)
    case .warning: ("!", .warning)
    case .error: ("✗", .error)
    }
  }
}
