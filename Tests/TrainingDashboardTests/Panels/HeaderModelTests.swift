import TerminalCanvas
import Testing
import TrainingTelemetry

@testable import RunKnowledge
@testable import RunViews
@testable import TrainingDashboard

@Suite("Panels: header")
struct HeaderModelTests {
  /// A full disk must be seen for as long as it lasts, not only in a line that scrolls away.
  @Test(arguments: [24, 40, 60, 80, 120, 200])
  func aRecordingInTroubleIsToldAtEveryWidth(width: Int) throws {
    var state = try PanelScenario.usual.state()
    func words() -> [String] {
      HeaderPanel.model(state).fitted(to: width, gap: 2, glyphs: .braille).map(\.text)
    }
    #expect(!words().contains { $0.hasPrefix("! no") })
    state.run.present.snapshot.status.recordingTrouble =
      "cannot write run/metrics.jsonl: No space left"
    #expect(words().contains { $0.hasPrefix("! no") }, "\(words())")
    #expect(words().contains { $0.contains("paused") || $0.contains("running") }, "\(words())")
  }
}
