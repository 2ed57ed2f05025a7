/// Which characters widgets may draw with, best first.
public enum GlyphSet: String, Sendable, Hashable, CaseIterable {
  /// Braille dots for curves, box drawing and blocks for the rest.
  case braille
  /// Box drawing and block elements only.
  case block
  /// ASCII only.
  case ascii
}
