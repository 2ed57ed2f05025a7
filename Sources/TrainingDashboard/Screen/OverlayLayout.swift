import RunViews
import TerminalCanvas

/// Where a box over the panels is.
struct OverlayBox: Hashable {
  let area: Rectangle
  /// For its content; all of it where there is no room for a frame.
  let inner: Rectangle
  let isFramed: Bool

  init(width: Int, height: Int, in screen: Rectangle) {
    let shownWidth = min(width, screen.width)
    let shownHeight = min(height, screen.height)
    area = Rectangle(
      x: (screen.width - shownWidth) / 2, y: (screen.height - shownHeight) / 2,
      width: shownWidth, height: shownHeight)
    isFramed = shownWidth >= 8 && shownHeight >= 3
    inner = isFramed ? BoxWidget.inner(of: area).inset(dx: 1) : area
  }
}

/// Where the entries of a menu are; what draws it and what finds the entry under the mouse read
/// the same.
struct MenuLayout {
  let items: [MenuItem]
  /// Lines said of the chosen entry.
  let details: [String]
  /// Of the box, frame included.
  let width: Int
  let height: Int
  let box: OverlayBox
  /// The entries in sight, one a row.
  let visible: Range<Int>

  init(_ menu: Menu, _ state: DashboardState, in screen: Rectangle) {
    items = state.menuItems(menu.kind)
    // A theme is looked at beside the box.
    let textWidth = max(1, min(menu.kind == .theme ? 50 : 84, screen.width - 2) - 4)
    details =
      items.indices.contains(menu.selected)
      ? Array(
        ([items[menu.selected].summary] + items[menu.selected].details).flatMap { paragraph in
          StyledText(state.appearance.glyphs.spelled(paragraph)).wrapped(to: textWidth).map(
            \.plainText) + [""]
        }.dropLast()) : []
    width = textWidth + 4
    height = items.count + details.count + 3
    box = OverlayBox(width: width, height: height, in: screen)
    // The explanation matters more than seeing every entry at once.
    let rows = max(min(5, items.count), min(items.count, box.inner.height - details.count - 1))
    let first = min(max(0, menu.selected - rows + 1), max(0, items.count - rows))
    visible = first..<min(items.count, first + rows)
  }

  /// The entry at a cell.
  func entry(x: Int, y: Int) -> Int? {
    guard box.inner.contains(x: x, y: y) else { return nil }
    let index = visible.lowerBound + y - box.inner.y
    return visible.contains(index) ? index : nil
  }
}
