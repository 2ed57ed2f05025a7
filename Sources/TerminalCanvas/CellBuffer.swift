/// A grid of cells that widgets paint into. Writes outside the clip rectangle are dropped, so a
/// widget cannot leave its panel.
public struct CellBuffer: Sendable, Equatable {
  public let width: Int
  public let height: Int
  /// Row-major, `[height, width]`.
  public private(set) var cells: [Cell]
  private var clip: Rectangle

  public init(width: Int, height: Int, filledWith cell: Cell = Cell()) {
    self.width = max(0, width)
    self.height = max(0, height)
    cells = [Cell](repeating: cell, count: self.width * self.height)
    clip = Rectangle(width: width, height: height)
  }

  public var bounds: Rectangle { Rectangle(width: width, height: height) }

  public subscript(x: Int, y: Int) -> Cell {
    get {
      precondition(bounds.contains(x: x, y: y), "cell (\(x), \(y)) outside \(width)x\(height)")
      return cells[y * width + x]
    }
    set {
      guard clip.contains(x: x, y: y) else { return }
      cells[y * width + x] = newValue
    }
  }

  /// Runs `body` with writes confined to `rectangle` (and to any clip already in force).
  public mutating func clipped(to rectangle: Rectangle, _ body: (inout CellBuffer) -> Void) {
    let outer = clip
    clip = outer.intersection(rectangle)
    body(&self)
    clip = outer
  }

  public mutating func fill(_ rectangle: Rectangle, with cell: Cell) {
    let area = clip.intersection(rectangle)
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX { cells[y * width + x] = cell }
    }
  }

  /// Writes one line of text from (x, y) on; characters that are not one cell wide become `?`.
  ///
  /// - Returns: the column after the last character written or dropped.
  @discardableResult
  public mutating func write(_ text: String, x: Int, y: Int, style: CellStyle) -> Int {
    var column = x
    for character in text {
      self[column, y] = Cell(Self.singleCell(character), style: style)
      column += 1
    }
    return column
  }

  /// Runs `change` on every cell, clip or no clip.
  func mapCells(_ change: (Cell) -> Cell) -> CellBuffer {
    var copy = self
    for index in copy.cells.indices { copy.cells[index] = change(copy.cells[index]) }
    return copy
  }

  private static func singleCell(_ character: Character) -> Unicode.Scalar {
    let scalars = character.unicodeScalars
    guard let scalar = scalars.first, scalars.count == 1, isSingleCell(scalar) else { return "?" }
    return scalar
  }

  /// Whether terminals draw a character in exactly one cell.
  static func isSingleCell(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E, 0xA1...0xAC, 0xAE...0x2FF, 0x2500...0x25FC, 0x2801...0x28FF: return true
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F000...:
      return false
    default: break
    }
    if scalar.properties.isEmojiPresentation { return false }
    switch scalar.properties.generalCategory {
    case .control, .format, .nonspacingMark, .enclosingMark, .surrogate, .unassigned, .privateUse,
      .lineSeparator, .paragraphSeparator:
      return false
    default: return true
    }
  }

  /// The characters alone, one line a row, trailing blanks kept.
  public var text: String {
    (0..<height).map { y in
      String(String.UnicodeScalarView(cells[y * width..<(y + 1) * width].map(\.character)))
    }.joined(separator: "\n")
  }
}
