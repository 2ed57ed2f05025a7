import TerminalCanvas
import TestSupport
import Testing
import Theming
import TrainingTelemetry

@testable import RunKnowledge
@testable import TrainingDashboard

@Suite("Breakpoints on the screen")
struct BreakpointScreenTests {
  private func fixture(_ conditions: String...) throws -> DashboardState {
    var state = try SnapshotFixture.state(width: 80, height: 24)
    let all = try conditions.map { try Breakpoint(parsing: $0) }
    if !all.isEmpty {
      state.run.present.snapshot.status.breakpoints = BreakpointStatus(all: all, hits: [])
    }
    return state
  }

  private func press(_ keys: [Key], _ state: inout DashboardState) -> [DashboardEffect] {
    keys.flatMap { key in
      KeyBindingCatalog.action(for: key, in: state).map { state.reduce($0, at: 0) } ?? []
    }
  }

  private func frame(_ state: DashboardState) -> CellBuffer {
    DashboardScreen.render(state, size: state.size, theme: .builtIn, glyphs: .braille)
  }

  @Test func theKeyAsksAndEnterSets() throws {
    var state = try fixture()
    #expect(press([.character("B")], &state) == [])
    #expect(state.overlay == .prompt(Prompt(.breakpoint)))
    for character in "kl > 0.05" { _ = press([.character(character)], &state) }
    assertSnapshot(frame(state), named: "breakpoint-prompt-80x24")
    let breakpoint = try Breakpoint(parsing: "kl>0.05")
    #expect(press([.enter], &state) == [.send(.addBreakpoint(breakpoint))])
    #expect(state.overlay == nil)
    #expect(state.message?.text.contains("kl>0.05") == true)
  }

  @Test(arguments: ["", "kl", "speed>1", "kl>x", "equal_groups>2", "nonfinite>1"])
  func whatCannotBeIsSaidInThePrompt(text: String) throws {
    var state = try fixture()
    _ = press([.character("B")] + text.map { .character($0) }, &state)
    #expect(press([.enter], &state) == [])
    var expected = Prompt(.breakpoint, text: text)
    do throws(BreakpointError) {
      _ = try Breakpoint(parsing: text)
      Issue.record("\(text) is a breakpoint")
    } catch {
      expected.refusal = error.description
    }
    #expect(state.overlay == .prompt(expected))
    // The reason is on the screen as a whole.
    let inside = frame(state).text.split(separator: "\n").compactMap { line in
      line.firstMatch(of: /┃(.*)┃/).map { String($0.1) }
    }
    let words = inside.joined(separator: " ").split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
    let reason = try #require(expected.refusal).split(separator: " ").joined(separator: " ")
    #expect(words.contains(reason), "\(reason)\n\(frame(state).text)")
  }

  @Test func theSameTwiceIsRefused() throws {
    var state = try fixture("kl>0.05")
    _ = press([.character("B"), .enter] + "kl>0.05".map { .character($0) }, &state)
    #expect(press([.enter], &state) == [])
    guard case .prompt(let prompt) = state.overlay else {
      Issue.record("closed")
      return
    }
    #expect(prompt.refusal == "kl>0.05 is set already")
  }

  @Test func thoseSetAreListedAndRemoved() throws {
    var state = try fixture("kl>0.05", "entropy<0.1")
    _ = press([.character("B"), .down, .down], &state)
    assertSnapshot(frame(state), named: "breakpoint-menu-80x24")
    let breakpoint = try Breakpoint(parsing: "entropy<0.1")
    #expect(press([.enter], &state) == [.send(.removeBreakpoint(breakpoint))])
    #expect(state.overlay == nil)
    // By the palette as well.
    let entry = state.paletteEntries(matching: "no longer entropy").first
    #expect(entry?.action == .choose(.removedBreakpoint(breakpoint)))
    #expect(
      state.reduce(try #require(entry).action, at: 0) == [.send(.removeBreakpoint(breakpoint))])
    #expect(
      state.paletteEntries(matching: "pause when").first?.action == .choose(.newBreakpoint))
  }
}
