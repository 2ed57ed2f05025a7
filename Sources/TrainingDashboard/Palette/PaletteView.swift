import RunViews
import TerminalCanvas
import Theming

/// Where the parts of the palette are; what draws it and what finds the entry under the mouse read
/// the same.
struct PaletteLayout {
  static let widest = 88
  /// Rows under the list: one free, two for what is said of the chosen entry.
  private static let detailRows = 3

  let entries: [PaletteEntry]
  let selected: Int
  /// Rows of the box without its frame.
  let rows: Int
  let listRows: Int
  let first: Int
  let box: OverlayBox

  init(_ palette: Palette, _ state: DashboardState, in screen: Rectangle) {
    entries = state.paletteEntries(matching: palette.query)
    selected = min(max(0, palette.selected), max(0, entries.count - 1))
    // The box keeps its height while the search narrows.
    rows = max(1, min(24, screen.height - (screen.height > 12 ? 6 : 2)))
    let details = rows >= 8 ? Self.detailRows : rows >= 5 ? 1 : 0
    listRows = max(0, rows - 1 - details)
    let latest = max(0, entries.count - listRows)
    first = min(latest, max(0, selected - listRows / 2))
    box = OverlayBox(width: Self.widest, height: rows + 2, in: screen)
  }

  var visible: Range<Int> { first..<min(entries.count, first + listRows) }

  /// The entry at a cell; the first row is what is typed.
  func entry(x: Int, y: Int) -> Int? {
    guard box.inner.contains(x: x, y: y), y > box.inner.y else { return nil }
    let index = first + y - box.inner.y - 1
    return visible.contains(index) ? index : nil
  }
}

extension OverlayDrawing {
  static func palette(
    _ palette: Palette, _ state: DashboardState, in screen: Rectangle,
    on buffer: inout CellBuffer, _ context: DrawingContext
  ) {
    let layout = PaletteLayout(palette, state, in: screen)
    let place =
      layout.entries.isEmpty ? "none" : "\(layout.selected + 1) of \(layout.entries.count)"
    let inner = box(
      width: PaletteLayout.widest, height: layout.rows + 2, title: "Commands",
      footer: context.text(
        OverlayDrawing.hints(["palette-accept", "palette-close"], state) + " · \(place)",
        .textDim),
      in: screen, on: &buffer, context)
    var line =
      context.text("› ", .accent, .bold) + context.text(palette.query, .text, .bold)
      + context.text(" ", .text, .reverse)
    if palette.query.isEmpty {
      line = line + context.text(" type to search: sigma, theme, pause …", .textDim)
    }
    buffer.draw(line, in: inner.row(0), glyphs: context.glyphs)
    for (row, index) in layout.visible.enumerated() {
      draw(
        layout.entries[index], isSelected: index == layout.selected, in: inner.row(1 + row),
        on: &buffer, context)
    }
    guard !layout.entries.isEmpty else {
      buffer.draw(
        context.text("  nothing is called that", .textDim), in: inner.row(1),
        glyphs: context.glyphs)
      return
    }
    guard inner.height > layout.listRows + 1, layout.listRows > 0 else { return }
    let entry = layout.entries[layout.selected]
    let details =
      entry.refusal.map { context.text("not now: \($0)", .warning) }
      ?? context.text(entry.summary, .textDim)
    let room = inner.rows(from: inner.height - min(2, inner.height - layout.listRows - 1))
    for (row, text) in details.wrapped(to: max(1, inner.width)).prefix(room.height).enumerated() {
      buffer.draw(text, in: room.row(row), glyphs: context.glyphs)
    }
  }

  private static func draw(
    _ entry: PaletteEntry, isSelected: Bool, in line: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext
  ) {
    func style(_ role: ThemeRole, _ attributes: CellAttributes = []) -> CellStyle {
      context.theme.style(role, on: isSelected ? .selection : .panelBackground, attributes)
    }
    if isSelected { buffer.fill(line, with: Cell(" ", style: style(.text))) }
    let isRefused = entry.refusal != nil
    let role: ThemeRole = isSelected ? .title : isRefused ? .textDim : .text
    let keys = StyledText(
      context.glyphs.spelled(entry.keys),
      style: style(isRefused ? (isSelected ? .title : .textDim) : .key, .bold))
    let marker = isSelected ? "▸ " : "  "
    let title = StyledText(
      context.glyphs.spelled(marker + entry.title + (isRefused ? "  (not now)" : "")),
      style: style(role, isSelected ? .bold : []))
    let (left, _) = line.splitLeft(max(0, line.width - keys.width - 1))
    buffer.draw(title, in: left, glyphs: context.glyphs)
    buffer.draw(keys, in: line, alignment: .right, glyphs: context.glyphs)
  }
}
