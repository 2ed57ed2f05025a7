import CursesShim
public import TerminalCanvas

/// What `present` has written so far.
struct PresentationStatistics: Sendable, Hashable {
  /// Frames that changed anything.
  var frames = 0
  /// Cells that differed from the frame before, over all frames.
  var changedCells = 0
}

extension CursesScreen {
  /// Shows a frame: writes the cells that differ from the frame before, in one synchronized update.
  ///
  /// A frame of another size is shown from the top left corner, as far as there is room.
  public func present(_ frame: CellBuffer) {
    checkThread()
    guard isOpen else { return }
    let shown = supportsUnicode ? frame : frame.asciified()
    makeRoomForPairs()
    let base = comparableFrame(for: shown)
    if base == nil {
      curses_shim_erase()
      curses_shim_repaint()
    }
    var changed = 0
    for y in 0..<min(shown.height, height) { changed += write(row: y, of: shown, since: base) }
    previous = shown
    guard changed > 0 || base == nil else { return }
    curses_shim_refresh(isXtermLike)
    presentation.frames += 1
    presentation.changedCells += changed
  }

  /// Has the next `present` clear the terminal and write every cell.
  public func invalidate() {
    previous = nil
  }

  private func comparableFrame(for frame: CellBuffer) -> CellBuffer? {
    guard let previous, previous.width == frame.width, previous.height == frame.height else {
      return nil
    }
    return previous
  }

  /// Writes the changed cells of a row, in runs of one style.
  ///
  /// - Returns: how many cells changed.
  private func write(row y: Int, of frame: CellBuffer, since base: CellBuffer?) -> Int {
    let columns = min(frame.width, width)
    let start = y * frame.width
    let cells = frame.cells
    var run: [UInt32] = []
    var runStyle = CellStyle()
    var runStart = 0
    var changed = 0
    for x in 0..<columns {
      let cell = cells[start + x]
      let isChanged = base.map { $0.cells[start + x] != cell } ?? true
      if !run.isEmpty, !isChanged || cell.style != runStyle {
        put(run, x: runStart, y: y, style: runStyle)
        run.removeAll(keepingCapacity: true)
      }
      guard isChanged else { continue }
      if run.isEmpty { (runStart, runStyle) = (x, cell.style) }
      run.append(cell.character.value)
      changed += 1
    }
    if !run.isEmpty { put(run, x: runStart, y: y, style: runStyle) }
    return changed
  }

  private func put(_ run: [UInt32], x: Int, y: Int, style: CellStyle) {
    let (pair, attributes) = numbers(for: style)
    curses_shim_put(Int32(x), Int32(y), run, run.count, attributes, pair)
  }

  private func numbers(for style: CellStyle) -> (pair: Int32, attributes: Int32) {
    if let known = resolved[style] { return known }
    let numbers = colorDepth.resolve(style)
    let colors = ColorPair(foreground: numbers.foreground, background: numbers.background)
    var pair: Int32 = 0
    if colorDepth != .mono {
      pair = pairs[colors] ?? curses_shim_color_pair(colors.foreground, colors.background)
      pairs[colors] = pair
    }
    let result = (pair: pair, attributes: numbers.attributes)
    resolved[style] = result
    return result
  }

  /// Pairs that ncurses hands out anew would recolor cells that are on the screen: when most are
  /// taken, all are given back and everything is painted again.
  private func makeRoomForPairs() {
    // Themes may compute colors, so the table of styles could grow without end.
    if resolved.count > 1 << 16 { resolved.removeAll() }
    guard colorDepth != .mono, pairs.count >= Int(curses_shim_pair_count()) * 3 / 4 else { return }
    curses_shim_forget_color_pairs()
    resolved.removeAll()
    pairs.removeAll()
    previous = nil
  }
}

/// Two of the terminal's colors by number, -1 being its default.
struct ColorPair: Hashable {
  var foreground: Int32
  var background: Int32
}
