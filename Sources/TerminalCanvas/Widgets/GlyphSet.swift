/// Which characters plots and frames may use.
public enum GlyphSet: String, Sendable, Hashable, CaseIterable {
  /// Unicode with braille dots for curves: 2x4 dots a cell, the finest.
  case braille
  /// Unicode with quadrant blocks for curves: 2x2 dots a cell, for fonts with poor braille.
  case block
  /// Nothing beyond ASCII.
  case ascii

  /// True when box lines, eighth blocks and Greek letters may be drawn.
  public var isUnicode: Bool { self != .ascii }

  /// The character that ends a text that was cut off.
  public var ellipsis: Unicode.Scalar { isUnicode ? "…" : "~" }

  /// Picks the Unicode or the ASCII form of a symbol.
  public func pick(_ unicode: Unicode.Scalar, _ ascii: Unicode.Scalar) -> Unicode.Scalar {
    isUnicode ? unicode : ascii
  }

  /// A block that fills `eighths` (0...8) of a cell from below.
  func lowerBlock(_ eighths: Int) -> Unicode.Scalar {
    let index = min(8, max(0, eighths))
    return isUnicode ? Self.lowerBlocks[index] : Self.asciiHeights[index]
  }

  /// A block that fills `eighths` (0...8) of a cell from the left.
  func leftBlock(_ eighths: Int) -> Unicode.Scalar {
    let index = min(8, max(0, eighths))
    return isUnicode ? Self.leftBlocks[index] : (index >= 4 ? "#" : " ")
  }

  private static let lowerBlocks: [Unicode.Scalar] = [
    " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█",
  ]
  private static let leftBlocks: [Unicode.Scalar] = [
    " ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█",
  ]
  /// Ink grows with the height, low characters sit low in the cell.
  private static let asciiHeights: [Unicode.Scalar] = [
    " ", "_", ".", "-", "-", "=", "+", "*", "#",
  ]
}
