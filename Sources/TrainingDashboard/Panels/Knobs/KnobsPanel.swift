import RunKnowledge
public import RunViews
public import TerminalCanvas
import Theming
import TrainingTelemetry

/// The numbers that may change while the run goes on.
public enum KnobsPanel: Panel {
  public static let descriptor = PanelDescriptor(
    name: "knobs", title: "Knobs",
    summary: "The numbers that may change while the run goes on: value, start, and when a change "
      + "takes effect.",
    explanation: [
      "? marks the value of a preview: the verdict tells what it would have done to the last "
        + "minibatch, ◈ in the limiter where its bounds would be, a line in the inspector its gate.",
      "* marks a value that differs from that of the start, which stands in brackets and as a "
        + "tick on the slider; … marks a value that waits for its moment. The slider runs along "
        + "the steps of the keys.",
      "σ_base: width of the gate at π_old = 1. The smaller, the sooner a token is held back. "
        + "σ = clamp(σ_base / π_old^α, σ_base, σ_high) · risk; F = exp(−(ρ − 1)² / 2σ²).",
      "α: how much wider the gate of an improbable token is; 0 limits the ratio, 1 the moved "
        + "probability mass.",
      "asymmetry: β₊ and β₋ together. Risk term: clamp(1 + β₊A) for A > 0, clamp(1 / (1 − β₋A)) "
        + "for A < 0. Beside it σ₊/σ₋ at |A| = 1, that is (1 + β₊)(1 + β₋): 1.06 at 0.03, 11.6 "
        + "at 2.4.",
    ])

  public static let keys = [
    KeyBinding(
      "knob-row", .knobs, in: scope,
      [.init(.up, .selectKnob(-1)), .init(.down, .selectKnob(1))],
      "choose a knob", hint: "knob",
      each: ["choose the knob above", "choose the knob below"]),
    KeyBinding(
      "knob-step", .knobs, in: scope,
      [.init(.left, .nudgeSelectedKnob(-1)), .init(.right, .nudgeSelectedKnob(1))],
      "move the chosen knob a step", hint: "move",
      each: ["move the chosen knob a step down", "move the chosen knob a step up"]),
    KeyBinding(
      "knob-value", .knobs, in: scope, [.init(.enter, .typeKnobValue)],
      "type the chosen knob's value", hint: "type"),
  ]

  public static func choice(
    atX x: Int, y: Int, in area: Rectangle, _ state: DashboardState
  ) -> DashboardChoice? {
    target(atLine: y - area.y, state, in: area).map { .knob($0) }
  }

  public static func wheel(_ direction: Int) -> DashboardAction? { .selectKnob(direction) }

  public static func caption(_ state: DashboardState, _ context: DrawingContext) -> String {
    if state.draft != nil {
      if case .solved = state.shownPreview?.dose { return "preview, dose held" }
      return state.holdsDose ? "preview, hold dose on" : "preview, not made yet"
    }
    let changed = state.shownKnobRows.all.count { $0.target != .asymmetry && $0.isChanged }
    var words = changed == 0 ? "as at the start" : "\(changed) changed"
    if let attachment = state.shown.status.attachment {
      // Whose knobs they are.
      words =
        attachment.obeys && !attachment.isWhatIf
        ? "of the trainer" : changed == 0 ? "what if" : "what if, \(changed) changed"
    }
    if let race = state.race, state.run.source.capabilities.contains(.knobs) {
      words = (race.movesAll ? "of all runs" : "of \(race.label)") + " · " + words
    }
    guard let ratio = state.shownKnobRows.riskRatio else { return words }
    return "\(words) · σ₊/σ₋ \(NumberFormat.significant(ratio))"
  }

  public static func draw(
    _ state: DashboardState, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    let rows = state.shownKnobRows.all
    let hasMore = rows.count > area.height
    let columns = KnobColumns(width: area.width - (hasMore ? 4 : 0))
    let first = firstRow(state, height: area.height)
    for (line, row) in rows.dropFirst(first).prefix(area.height).enumerated() {
      let isSelected = row.target == state.selectedKnob
      KnobText(row, state).draw(
        isSelected: isSelected, columns, in: area.row(line), on: &buffer, context)
    }
    let hidden = rows.count - first - area.height
    if hidden > 0, area.height > 0, area.width > 12 {
      let more = context.text("\(context.glyphs.pick("↓", "v")) \(hidden)", .textDim)
      buffer.draw(
        more, in: area.row(area.height - 1), alignment: .right, glyphs: context.glyphs)
    }
  }

  /// The first row in sight, such that the selected one is.
  private static func firstRow(_ state: DashboardState, height: Int) -> Int {
    guard height > 0,
      let selected = state.shownKnobRows.all.firstIndex(where: { $0.target == state.selectedKnob })
    else { return 0 }
    return max(0, selected - height + 1)
  }

  /// The knob on a line of `area`, which is the panel's inside.
  static func target(atLine line: Int, _ state: DashboardState, in area: Rectangle) -> KnobTarget? {
    let rows = state.shownKnobRows.all
    let index = firstRow(state, height: area.height) + line
    return line < area.height && rows.indices.contains(index) ? rows[index].target : nil
  }
}

extension KnobText {
  init(_ row: KnobRow, _ state: DashboardState) {
    let binding = state.keys.all.first { binding in
      binding.scope == .main && binding.strokes.contains { $0.action == .nudge(row.target, -1) }
    }
    self.init(
      row, preview: state.shownPreview, keys: binding?.shownKeys ?? "",
      riskRatio: state.shownKnobRows.riskRatio)
  }
}
