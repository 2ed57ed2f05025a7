import TerminalCanvas
import TestSupport
import Testing
import Theming
import TrainingDashboard

@testable import RunViews

/// What every panel looks like, drawn from the checked-in snapshot.
@Suite("Panels: golden frames")
struct PanelGoldenTests {
  static let sizes = [(36, 6), (58, 9), (80, 14), (110, 25)]

  @Test(arguments: dataPanelNames, GlyphSet.allCases)
  func everySizeAndGlyphSet(panel name: String, glyphs: GlyphSet) throws {
    let panel = try #require(dataPanel(named: name))
    let state = try Self.state()
    let frames = Self.sizes.map {
      frame(panel, state, width: $0.0, height: $0.1, glyphs: glyphs).snapshotText
    }
    let caption = panel.caption(state, DrawingContext(theme: .test, glyphs: glyphs))
    assertSnapshot(
      "caption: \(caption)\n" + frames.joined(separator: "\n"), named: "\(name)-\(glyphs)")
  }

  @Test(arguments: PanelScenario.allCases)
  func everyScenario(_ scenario: PanelScenario) throws {
    let state = try Self.state(scenario)
    let frames = dataPanels.map { panel in
      let caption = panel.caption(state, DrawingContext(theme: .test, glyphs: .braille))
      return "\(panel.descriptor.title) · \(caption)\n"
        + frame(panel, state, width: 58, height: 11).snapshotText
    }
    assertSnapshot(frames.joined(separator: "\n"), named: "scenario-\(scenario)")
  }

  @Test(arguments: TokenLens.allCases)
  func everyLens(_ lens: TokenLens) throws {
    var state = try Self.state()
    state.lens = lens
    assertSnapshot(
      frame(TokensPanel.self, state, width: 64, height: 20), named: "tokens-lens-\(lens)",
      includesStyles: true)
  }

  @Test func ledgerByBucket() throws {
    var state = try Self.state()
    state.views.ledger = .byBucket
    let frames = Self.sizes.map {
      frame(LedgerPanel.self, state, width: $0.0, height: $0.1).snapshotText
    }
    assertSnapshot(frames.joined(separator: "\n"), named: "ledger-by-bucket")
  }

  /// The cursor on a token that its gate holds back.
  static func state(_ scenario: PanelScenario = .usual) throws -> DashboardState {
    var state = try scenario.state()
    state.selection.answer = 0
    state.selection.token = 16
    return state
  }
}
