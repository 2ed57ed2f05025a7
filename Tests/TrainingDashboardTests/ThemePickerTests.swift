import Foundation
import TerminalCanvas
import TestSupport
import Testing

@testable import Theming
@testable import TrainingDashboard

@Suite("Theme picker")
struct ThemePickerTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("themes").path

  private func fixture() throws -> DashboardState {
    var state = try SnapshotFixture.state(width: 120, height: 40)
    state.appearance.themes = ThemeLibrary(folders: [Self.folder]).all().themes
    state.appearance.themeIndex = 3
    return state
  }

  private func press(_ keys: [Key], _ state: inout DashboardState) {
    for key in keys {
      guard let action = KeyBindingCatalog.action(for: key, in: state) else { continue }
      #expect(state.reduce(action, at: 0) == [])
    }
  }

  private func frame(_ state: DashboardState) -> CellBuffer {
    DashboardScreen.render(state, size: state.size, theme: state.theme, glyphs: .braille)
  }

  @Test func movingShowsEachThemeOnTheWholeScreen() throws {
    var state = try fixture()
    let former = frame(state)
    press([.character("T")], &state)
    #expect(state.theme == state.appearance.themes[3])
    for index in 4..<state.appearance.themes.count {
      press([.down], &state)
      #expect(state.theme == state.appearance.themes[index])
      #expect(state.appearance.theme == state.appearance.themes[3])
      #expect(
        frame(state)[0, 0].style.background == state.appearance.themes[index].color(.background))
    }
    press([.escape], &state)
    #expect(frame(state).cells == former.cells)
  }

  @Test func enterKeepsIt() throws {
    var state = try fixture()
    press([.character("T"), .up, .enter], &state)
    #expect(state.overlay == nil && state.appearance.themeIndex == 2)
    #expect(
      state.theme == state.appearance.themes[2]
        && state.appearance.theme == state.appearance.themes[2])
    #expect(state.message?.text.contains(state.appearance.themes[2].name) == true)
  }

  @Test func thePickerLooksLikeThis() throws {
    var state = try fixture()
    press([.character("T"), .down], &state)
    assertSnapshot(frame(state), named: "theme-picker-120x40")
  }
}
