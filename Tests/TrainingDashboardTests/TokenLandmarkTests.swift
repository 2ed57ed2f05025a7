import RunViews
import TerminalCanvas
import Testing
import TrainingTelemetry

@testable import RunKnowledge
@testable import TrainingDashboard

@Suite("Landmarks among the tokens") struct TokenLandmarkTests {
  /// The key walks through all of them; each is the extreme of its quantity over the whole group.
  @Test func theKeyGoesToEachInTurn() throws {
    var state = try SnapshotFixture.state()
    let shown = try #require(state.run.present.snapshot.rollout?.group)
    let tokens = shown.answers.flatMap(\.tokens).filter { $0.advantage != 0 }
    func here() -> TokenRecord {
      shown.answers[state.selection.answer].tokens[state.selection.token]
    }
    func jump(_ key: Character) -> String {
      guard let action = KeyBindingCatalog.action(for: .character(key), in: state) else {
        return "no such key"
      }
      return state.reduce(action, at: 10).isEmpty ? state.message?.text ?? "" : "an effect"
    }
    #expect(jump("f").contains("largest ρ"))
    #expect(here().ratio == tokens.map(\.ratio).max())
    #expect(jump("f").contains("attenuation"))
    #expect(here().gate == tokens.compactMap(\.gate).min())
    #expect(jump("f").contains("took most"))
    #expect(here().weightedRemoved == tokens.compactMap(\.weightedRemoved).max())
    #expect(jump("f").contains("push down"))
    #expect(
      here().weightedPush == tokens.filter { $0.advantage < 0 }.map(\.weightedPush).max())
    #expect(jump("f").contains("largest ρ"), "around the end")
    #expect(jump("F").contains("push down"))
  }

  @Test func whatIsNotThereIsLeftOut() throws {
    var state = try SnapshotFixture.state()
    func change(_ body: (inout TokenRecord) -> Void) {
      guard var group = state.run.present.snapshot.rollout?.group else { return }
      for answer in group.answers.indices {
        for token in group.answers[answer].tokens.indices {
          body(&group.answers[answer].tokens[token])
        }
      }
      state.run.present.snapshot.rollout?.group = group
    }
    change {
      $0.gate = nil
      $0.weightedRemoved = nil
    }
    _ = state.reduce(.jump(1), at: 10)
    _ = state.reduce(.jump(1), at: 10)
    #expect(state.message?.text.contains("push down") == true, "no gate, no attenuation")
    change { $0.advantage = 0 }
    let before = state.selection
    _ = state.reduce(.jump(1), at: 10)
    #expect(state.selection == before)
    #expect(state.message?.text.contains("nothing to find") == true)
  }
}
