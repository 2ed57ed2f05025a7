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
      draw(
        KnobText(row, state), isSelected: isSelected, columns, in: area.row(line), on: &buffer,
        context)
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

  private static func draw(
    _ text: KnobText, isSelected: Bool, _ columns: KnobColumns, in line: Rectangle,
    on buffer: inout CellBuffer, _ context: DrawingContext
  ) {
    let background: ThemeRole =
      isSelected && context.isSelected ? .selection : .panelBackground
    func style(_ role: ThemeRole, _ attributes: CellAttributes = []) -> CellStyle {
      context.theme.style(role, on: background, attributes)
    }
    buffer.fill(line, with: Cell(" ", style: style(.text)))
    func put(
      _ column: Range<Int>, _ string: String, _ role: ThemeRole,
      _ alignment: TextAlignment = .left, _ attributes: CellAttributes = []
    ) {
      guard !column.isEmpty else { return }
      let cell = Rectangle(
        x: line.x + column.lowerBound, y: line.y, width: column.count, height: 1)
      buffer.draw(
        StyledText(context.glyphs.spelled(string), style: style(role, attributes)), in: cell,
        alignment: alignment, glyphs: context.glyphs)
    }
    put(columns.marker, isSelected ? "▸" : "", .accent)
    put(columns.name, text.name, .text)
    let valueRole: ThemeRole =
      text.isWaiting ? .warning : (text.isChanged || text.isDrafted ? .knobMark : .text)
    put(columns.value, text.value, valueRole, .right, .bold)
    put(
      columns.mark, text.isDrafted ? "?" : text.isWaiting ? "…" : (text.isChanged ? "*" : ""),
      valueRole, .center)
    put(columns.keys, text.keys, .key)
    put(columns.initial, text.initial, .textDim, .right)
    put(
      columns.effect, text.notes.first { $0.count <= columns.effect.count } ?? "",
      text.isWaiting ? .warning : .textDim)
    let track = Rectangle(
      x: line.x + columns.slider.lowerBound, y: line.y, width: columns.slider.count, height: 1)
    let slider = KnobSlider(
      fraction: text.fraction, tick: text.tick,
      style: style(valueRole == .text ? .accent : valueRole),
      trackStyle: style(.border), tickStyle: style(.textDim))
    slider.draw(into: &buffer, in: track, glyphs: context.glyphs)
  }
}

/// One row as text.
struct KnobText: Hashable {
  var name: String
  var value: String
  var keys: String
  var initial: String
  /// When a change takes effect, and what the asymmetry means; the longest first.
  var notes: [String]
  var isChanged: Bool
  var isWaiting: Bool
  /// Shown is the value of the preview.
  var isDrafted: Bool
  var fraction: Double?
  var tick: Double?

  init(_ row: KnobRow, _ state: DashboardState) {
    name = row.symbol
    let drafted = row.names.compactMap { state.shownPreview?.value(of: $0) }
    isDrafted = drafted.count == row.names.count
    let future = isDrafted ? drafted[0].value : row.future
    value = row.isMixed && !isDrafted ? "mixed" : KnobFormat.text(future)
    initial = "(\(KnobFormat.text(row.initial)))"
    isChanged = row.isChanged
    isWaiting = row.waiting != nil
    keys =
      state.keys.all.first { binding in
        binding.scope == .main
          && binding.strokes.contains { $0.action == .nudge(row.target, -1) }
      }?.shownKeys ?? ""
    let moment = row.effect == .nextUpdate ? "update" : "rollout"
    let ratio = row.target == .asymmetry ? state.shownKnobRows.riskRatio : nil
    notes = isDrafted ? ["preview; now \(KnobFormat.text(row.future))", "preview"] : []
    notes +=
      (ratio.map { ["σ₊/σ₋ \(NumberFormat.significant($0)) at |A|=1"] } ?? [])
      + [isWaiting ? "at next \(moment)" : "next \(moment)", moment]
    fraction = row.isMixed && !isDrafted ? nil : row.place(of: future)
    tick = row.place(of: row.initial)
  }
}

extension KnobRow {
  /// Where a value sits among the steps, 0 to 1; no limit is 1, and `nil` where there are none.
  func place(of value: Double?) -> Double? {
    guard steps.count > 1 else { return nil }
    guard let value else { return 1 }
    guard let above = steps.firstIndex(where: { $0 >= value }) else { return 1 }
    guard above > 0 else { return 0 }
    let (low, high) = (steps[above - 1], steps[above])
    return (Double(above - 1) + (value - low) / (high - low)) / Double(steps.count - 1)
  }
}
