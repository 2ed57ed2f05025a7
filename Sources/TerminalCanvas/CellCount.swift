extension String {
  /// Cells that terminals draw the text in: two for East Asian wide characters and emoji, none for
  /// marks that join the character before.
  public var cellCount: Int {
    unicodeScalars.reduce(0) { count, scalar in
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .enclosingMark, .format, .control: count
      default: count + (CellBuffer.isSingleCell(scalar) ? 1 : 2)
      }
    }
  }
}
