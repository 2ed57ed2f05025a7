import TerminalCanvas
import Theming
import TrainingDashboard

@testable import RunViews

/// Draws one panel alone.
func frame(
  _ panel: any Panel.Type, _ state: DashboardState, width: Int, height: Int,
  glyphs: GlyphSet = .braille
) -> CellBuffer {
  let context = DrawingContext(theme: .test, glyphs: glyphs)
  var buffer = CellBuffer(width: width, height: height)
  panel.draw(state, in: buffer.bounds, on: &buffer, context)
  return buffer
}

extension Theme {
  /// A theme with a color of its own for every role.
  static let test = Theme(
    name: "test", summary: "one color for each role",
    colors: Dictionary(
      uniqueKeysWithValues: ThemeRole.allCases.enumerated().map { index, role in
        (role, CellColor.rgb(red: UInt8(index), green: 0, blue: 0))
      }))
}

/// Every panel that shows data.
let dataPanels: [any Panel.Type] = [
  LearningPanel.self, TokensPanel.self, LimiterPanel.self, InspectorPanel.self,
  LedgerPanel.self, ObjectivesPanel.self,
]

let dataPanelNames = dataPanels.map { panel in panel.descriptor.name }

func dataPanel(named name: String) -> (any Panel.Type)? {
  dataPanels.first { panel in panel.descriptor.name == name }
}
