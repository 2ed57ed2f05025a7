import TerminalCanvas
import Theming

@testable import TrainingDashboard

/// What golden frames show: the whole screen, and every panel of the catalog alone on it. A new
/// panel is drawn without anything written here.
enum GoldenScene {
  static let sizes = [(40, 12), (80, 24), (120, 40), (200, 60)].map { size in
    ScreenSize(width: size.0, height: size.1)
  }

  /// `nil` is the whole screen.
  static let panels: [String?] = [nil] + PanelCatalog.selectable.map(\.name)

  /// The fixture with one panel zoomed, or none.
  static func state(_ panel: String?, _ size: ScreenSize) throws -> DashboardState {
    var state = try SnapshotFixture.state(width: size.width, height: size.height)
    if let panel {
      state.recentPanels = [PanelIdentity(panel)]
      state.isZoomed = true
    }
    return state
  }

  static func frame(
    _ panel: String?, _ size: ScreenSize, glyphs: GlyphSet = .braille, theme: Theme = .builtIn
  ) throws -> CellBuffer {
    DashboardScreen.render(
      try state(panel, size), size: size, theme: theme, glyphs: glyphs)
  }

  static func framesName(_ size: ScreenSize, _ glyphs: GlyphSet) -> String {
    "frames-\(size.width)x\(size.height)-\(glyphs)"
  }

  static func colorsName(_ size: ScreenSize) -> String { "colors-\(size.width)x\(size.height)" }
}
