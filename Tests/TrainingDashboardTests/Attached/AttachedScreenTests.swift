import AttachedRuns
import Foundation
import PolicyObjectives
import RunKnowledge
import RunViews
import TerminalCanvas
import TestSupport
import Testing
import Theming
import TrainingTelemetry

@testable import TrainingDashboard

/// The dashboard on runs that TRL made.
@Suite("Attached runs on the screen") struct AttachedScreenTests {
  /// Of the tests that read the streams.
  private static let streams = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("AttachedRunsTests/Fixtures/trl")

  static let sizes = [
    ScreenSize(width: 80, height: 24), ScreenSize(width: 120, height: 40),
    ScreenSize(width: 200, height: 60),
  ]

  private static func view(_ name: String) -> AttachedView {
    AttachedView(path: streams.appendingPathComponent(name).path)
  }

  private static func state(_ name: String, asking commands: [TrainerCommand] = [])
    -> DashboardState
  {
    var view = view(name)
    var state = DashboardState(WatchedRun(view.takeSnapshot(at: 0), from: .attached))
    var snapshots = view.poll(now: 0, isFinal: true)
    for command in commands {
      view.obey(command)
      snapshots.append(view.takeSnapshot(at: 0))
    }
    let asked = snapshots.count - commands.count
    for (index, snapshot) in snapshots.enumerated() {
      // Answers come within a moment of each other.
      let time = 60 * Double(min(index, asked)) + 0.1 * Double(max(0, index - asked))
      _ = state.reduce(.snapshotArrived(snapshot), at: time)
    }
    return state
  }

  private static func frame(
    _ state: DashboardState, _ size: ScreenSize, _ glyphs: GlyphSet = .braille
  ) -> CellBuffer {
    var state = state
    state.size = size
    return DashboardScreen.render(state, size: size, theme: .builtIn, glyphs: glyphs)
  }

  @Test(arguments: sizes)
  func frames(size: ScreenSize) {
    let text = ["grpo", "maspo", "two-ranks"].map { name in
      "\(name) \(Self.frame(Self.state(name), size).snapshotText)"
    }
    assertSnapshot(
      text.joined(separator: "\n"), named: "attached-\(size.width)x\(size.height)")
  }

  @Test func framesInASCII() {
    let frame = Self.frame(Self.state("grpo"), ScreenSize(width: 120, height: 40), .ascii)
    #expect(frame.cells.allSatisfy { $0.character.isASCII })
    assertSnapshot(frame.snapshotText, named: "attached-ascii-120x40")
  }

  /// MASPO at σ_base 0.1 on the tokens of a GRPO run: every panel says so.
  @Test func whatIf() {
    let state = Self.state(
      "grpo",
      asking: [
        .setObjective("maspo"), .setKnobs([KnobSetting(name: "sigma_base", value: 0.1)]),
      ])
    let text = Self.frame(state, ScreenSize(width: 120, height: 40)).snapshotText
    #expect(text.contains("GRPO, what if MASPO"))
    // What is said of the step follows the knobs at once, with the trainer's own beside it.
    #expect(text.contains("MASPO takes 65% of the push"))
    #expect(text.contains("GRPO took 73% of the push"))
    assertSnapshot(text, named: "attached-what-if-120x40")
  }

  @Test func beforeAnythingHasCome() {
    var view = AttachedView(path: "runs/mine")
    let state = DashboardState(WatchedRun(view.takeSnapshot(at: 0), from: .attached))
    let text = Self.frame(state, ScreenSize(width: 120, height: 40)).snapshotText
    #expect(text.contains("~ waiting") && text.contains("runs/mine"))
    assertSnapshot(text, named: "attached-waiting-120x40")
  }

  /// Nothing is offered that the trainer does not obey, and what is asked all the same is refused in
  /// words.
  @Test func aTrainerThatDoesNotObeyIsNotSteered() throws {
    var state = Self.state("two-ranks")
    for action in [DashboardAction.toggleRunning, .stepUpdate, .evaluate, .openRestartMenu] {
      #expect(try !#require(state.refusal(of: action)).reason.isEmpty, "\(action)")
      #expect(state.reduce(action, at: 1e6).isEmpty, "\(action)")
    }
    #expect(state.refusal(of: .openObjectiveMenu) == nil)
    #expect(state.refusal(of: .openDraft) == nil)
  }

  /// Every token of the selected answer can be pointed at where it stands.
  @Test(arguments: ["grpo", "maspo"])
  func tokensAreWhereTheyAreDrawn(name: String) throws {
    let state = Self.state(name)
    let area = Rectangle(x: 3, y: 2, width: 19, height: 20)
    let model = try #require(TokensPanel.model(state))
    #expect(model.isText)
    let drawing = TextDrawing(
      model: model, area: area, context: DrawingContext(theme: .builtIn, glyphs: .braille))
    var found: Set<Int> = []
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX {
        guard let place = drawing.place(x: x, y: y), place.answer == model.selected,
          let token = place.token
        else { continue }
        found.insert(token)
      }
    }
    #expect(found == Set(0..<model.selectedLength))
    #expect(drawing.place(x: area.maxX, y: area.y) == nil)
  }
}
