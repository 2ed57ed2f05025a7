public import RunKnowledge
public import TerminalCanvas
import Theming
import TrainingTelemetry

/// One row as text.
public struct KnobText: Hashable {
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

  /// - Parameters:
  ///   - keys: how the keys that move the row are written; empty where it has none.
  ///   - riskRatio: σ₊/σ₋ at |A| = 1, where the objective has it.
  public init(_ row: KnobRow, preview: KnobPreview?, keys: String, riskRatio: Double?) {
    name = row.symbol
    let drafted = row.names.compactMap { preview?.value(of: $0) }
    isDrafted = drafted.count == row.names.count
    let future = isDrafted ? drafted[0].value : row.future
    value = row.isMixed && !isDrafted ? "mixed" : KnobFormat.text(future)
    initial = "(\(KnobFormat.text(row.initial)))"
    isChanged = row.isChanged
    isWaiting = row.waiting != nil
    self.keys = keys
    let moment = row.effect == .nextUpdate ? "update" : "rollout"
    let ratio = row.target == .asymmetry ? riskRatio : nil
    notes = isDrafted ? ["preview; now \(KnobFormat.text(row.future))", "preview"] : []
    notes +=
      (ratio.map { ["σ₊/σ₋ \(NumberFormat.significant($0)) at |A|=1"] } ?? [])
      + [isWaiting ? "at next \(moment)" : "next \(moment)", moment]
    fraction = row.isMixed && !isDrafted ? nil : row.place(of: future)
    tick = row.place(of: row.initial)
  }
}

extension KnobText {
  /// Places the row.
  public func draw(
    isSelected: Bool, _ columns: KnobColumns, in line: Rectangle,
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
    put(columns.name, name, .text)
    let valueRole: ThemeRole =
      isWaiting ? .warning : (isChanged || isDrafted ? .knobMark : .text)
    put(columns.value, value, valueRole, .right, .bold)
    put(
      columns.mark, isDrafted ? "?" : isWaiting ? "…" : (isChanged ? "*" : ""),
      valueRole, .center)
    put(columns.keys, keys, .key)
    put(columns.initial, initial, .textDim, .right)
    put(
      columns.effect, notes.first { $0.count <= columns.effect.count } ?? "",
      isWaiting ? .warning : .textDim)
    let track = Rectangle(
      x: line.x + columns.slider.lowerBound, y: line.y, width: columns.slider.count, height: 1)
    let slider = KnobSlider(
      fraction: fraction, tick: tick,
      style: style(valueRole == .text ? .accent : valueRole),
      trackStyle: style(.border), tickStyle: style(.textDim))
    slider.draw(into: &buffer, in: track, glyphs: context.glyphs)
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
