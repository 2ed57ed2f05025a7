import RunKnowledge
import TerminalCanvas
import TestSupport
import Testing
import Theming
import TrainingTelemetry

@testable import RunViews
@testable import TrainingDashboard

@Suite("Screen")
struct ScreenTests {
  private func frame(
    _ state: DashboardState, glyphs: GlyphSet = .braille
  ) -> CellBuffer {
    DashboardScreen.render(state, size: state.size, theme: .builtIn, glyphs: glyphs)
  }

  @Test(arguments: [(40, 12), (80, 24), (120, 31), (120, 40), (200, 60)], GlyphSet.allCases)
  func wholeScreen(size: (width: Int, height: Int), glyphs: GlyphSet) throws {
    let state = try SnapshotFixture.state(width: size.width, height: size.height)
    let frame = frame(state, glyphs: glyphs)
    if glyphs == .ascii { #expect(frame.cells.allSatisfy { $0.character.isASCII }) }
    let suffix = glyphs == .braille ? "" : "-\(glyphs)"
    assertSnapshot(frame, named: "screen-\(size.width)x\(size.height)\(suffix)")
  }

  /// The panels of this suite alone, in color: text and styles.
  @Test(arguments: ["header", "knobs", "journal"])
  func panelWithStyles(name: String) throws {
    var state = try SnapshotFixture.state()
    if name == "knobs" { _ = state.reduce(.nudge(.asymmetry, 1), at: 0) }
    let height = name == "header" ? 1 : 10
    var buffer = CellBuffer(width: 72, height: height)
    let context = DrawingContext(theme: .builtIn, glyphs: .braille, isSelected: true)
    let panel: any Panel.Type =
      name == "header" ? HeaderPanel.self : PanelIdentity(name).panel
    panel.draw(state, in: buffer.bounds, on: &buffer, context)
    assertSnapshot(buffer, named: "panel-\(name)", includesStyles: true)
  }

  @Test func helpOverlay() throws {
    var state = try SnapshotFixture.state(width: 80, height: 24)
    _ = state.reduce(.openHelp, at: 0)
    _ = state.reduce(.scroll(3), at: 0)
    assertSnapshot(frame(state), named: "help-80x24")
  }

  @Test func objectiveMenu() throws {
    var state = try SnapshotFixture.state(width: 80, height: 24)
    _ = state.reduce(.openObjectiveMenu, at: 0)
    _ = state.reduce(.moveChoice(1), at: 0)
    assertSnapshot(frame(state), named: "objective-menu-80x24")
  }

  @Test func promptWithRefusal() throws {
    var state = try SnapshotFixture.state(width: 80, height: 24)
    _ = state.reduce(.typeKnobValue, at: 0)
    _ = state.reduce(.type("-1"), at: 0)
    _ = state.reduce(.confirm, at: 0)
    assertSnapshot(frame(state), named: "prompt-80x24")
  }

  @Test func warmStart() throws {
    var snapshot = try SnapshotFixture.load()
    snapshot.status.phase = .warmingUp
    snapshot.status.warmStart = WarmStartProgress(
      step: 412, stepCount: 1200, loss: 0.7312, attempt: 2, secondsLeft: 7.4)
    snapshot.update = nil
    snapshot.rollout = nil
    var state = DashboardState(snapshot: snapshot)
    state.size = ScreenSize(width: 80, height: 24)
    assertSnapshot(frame(state), named: "warm-start-80x24")
  }
}
