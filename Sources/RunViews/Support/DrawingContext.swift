public import TerminalCanvas
public import Theming

/// How to draw: colors, characters, and whether this panel is the selected one.
public struct DrawingContext: Sendable {
  public var theme: Theme
  public var glyphs: GlyphSet
  public var isSelected: Bool
  /// Whether what is drawn is past: frames say so.
  public var isPast = false

  public init(theme: Theme, glyphs: GlyphSet, isSelected: Bool = false) {
    self.theme = theme
    self.glyphs = glyphs
    self.isSelected = isSelected
  }
}
