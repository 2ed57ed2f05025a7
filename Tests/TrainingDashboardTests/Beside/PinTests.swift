import TerminalCanvas
import TestSupport
import Testing
import Theming
import TrainingTelemetry

@testable import RunKnowledge
@testable import RunViews
@testable import TrainingDashboard

/// One prompt watched over the iterations.
@Suite("Pinned prompt")
struct PinTests {
  @discardableResult
  private func press(_ keys: String, _ state: inout DashboardState) throws -> [DashboardEffect] {
    try KeySequence(parsing: keys).keys.flatMap { key in
      KeyBindingCatalog.action(for: key, in: state).map { state.reduce($0, at: 10) } ?? []
    }
  }

  /// A pin that was sampled after each of so many rollouts.
  private func pinned(iterations: Int) -> PinnedPrompt {
    var pinned = PinnedPrompt(prompt: SampleFixture.prompt)
    for iteration in 0..<iterations {
      pinned.append(
        SampleFixture.sample(
          total: iteration * 32, count: 4 + iteration % 13, addsGreedy: false,
          seed: UInt64(iteration)))
    }
    return pinned
  }

  @Test func theKeyPinsThePromptOfTheGroupShownAndLetsGoOfIt() throws {
    var state = try SnapshotFixture.state()
    let prompt = try #require(state.run.present.snapshot.rollout?.group.prompt)
    #expect(try press("P", &state) == [.send(.pinPrompt(prompt))])
    #expect(state.pinnedPrompt == prompt && state.selectedPanel.name == "pinned")
    #expect(state.message?.text.contains("\(prompt) is pinned") == true)
    // Before the trainer confirms it, the key lets go of it already.
    #expect(try press("P", &state) == [.send(.pinPrompt(nil))])
    #expect(state.pinnedPrompt == nil)
    var snapshot = state.run.present.snapshot
    snapshot.pinned = pinned(iterations: 1)
    _ = state.reduce(.snapshotArrived(snapshot), at: 11)
    #expect(state.pinnedPrompt == SampleFixture.prompt && state.requests.isEmpty)
    #expect(try press("P", &state) == [.send(.pinPrompt(nil))])
    #expect(state.pinnedPrompt == nil, "the request counts before it is confirmed")
    _ = state.reduce(.snapshotArrived(snapshot), at: 11)
    #expect(state.pinnedPrompt == nil)
    _ = state.reduce(.tick, at: 14)
    #expect(state.pinnedPrompt == SampleFixture.prompt, "but not for ever")
    snapshot.pinned = nil
    _ = state.reduce(.snapshotArrived(snapshot), at: 15)
    #expect(state.pinnedPrompt == nil && state.requests.isEmpty)
  }

  @Test func aTriedPromptIsPinnedInPlaceOfAnother() throws {
    var state = try SnapshotFixture.state()
    state.run.present.snapshot.pinned = PinnedPrompt(prompt: "1+1+1+1+1=")
    state.overlay = .trial(
      Trial(prompt: SampleFixture.prompt, sample: SampleFixture.sample(total: 3)))
    #expect(try press("P", &state) == [.send(.pinPrompt(SampleFixture.prompt))])
    #expect(try press("P", &state) == [.send(.pinPrompt(nil))])
    guard case .trial = state.overlay else {
      Issue.record("closed")
      return
    }
  }

  @Test func nothingIsPinnedBeforeThereAreAnswers() throws {
    var state = try SnapshotFixture.state()
    state.run.present.snapshot.rollout = nil
    #expect(try press("P", &state) == [])
    #expect(state.message?.text == "there are no answers yet")
    state.run.present.snapshot.pinned = pinned(iterations: 1)
    #expect(try press("P", &state) == [.send(.pinPrompt(nil))])
  }

  @Test func equalAnswersAreOneWithTheirNumber() throws {
    var state = try SnapshotFixture.state()
    #expect(PinnedModel(state.shown) == nil)
    state.run.present.snapshot.pinned = pinned(iterations: 7)
    let model = try #require(PinnedModel(state.shown))
    let sample = try #require(state.run.present.snapshot.pinned?.sample)
    #expect(model.kinds.reduce(0) { $0 + $1.count } == sample.answers.count)
    #expect(model.kinds.map(\.count) == model.kinds.map(\.count).sorted(by: >))
    #expect(Set(model.kinds.map(\.answer.text)).count == model.kinds.count)
    #expect(model.rightShares.map(\.x) == [1, 2, 3, 4, 5, 6, 7])
    #expect(model.rightShares.last?.y == sample.rightShare)
    #expect(model.entropies.last?.y == sample.entropy)
    #expect(model.facts[0].value == " 6/10")
  }

  @Test func thePastShowsWhatWasPinnedThen() throws {
    var state = try SnapshotFixture.state()
    for count in 1...3 {
      var snapshot = state.run.present.snapshot
      snapshot.status.position.total += 1
      snapshot.update?.metrics.position = snapshot.status.position
      snapshot.pinned = pinned(iterations: count)
      _ = state.reduce(.snapshotArrived(snapshot), at: 1)
    }
    _ = state.reduce(.scrub(.moments(-1)), at: 2)
    #expect(PinnedModel(state.shown)?.rightShares.count == 2)
  }

  @Test(arguments: [(40, 12), (80, 24), (120, 40), (200, 60)], [GlyphSet.braille, .ascii])
  func frames(size: (width: Int, height: Int), glyphs: GlyphSet) throws {
    var state = try SnapshotFixture.state(width: size.width, height: size.height)
    state.run.present.snapshot.pinned = pinned(iterations: 24)
    state.select(panel: "pinned")
    var frames: [String] = []
    for isZoomed in [false, true] {
      state.isZoomed = isZoomed
      let frame = DashboardScreen.render(
        state, size: state.size, theme: .builtIn, glyphs: glyphs)
      if glyphs == .ascii { #expect(frame.cells.allSatisfy { $0.character.isASCII }) }
      frames.append(frame.snapshotText)
    }
    let suffix = glyphs == .braille ? "" : "-\(glyphs)"
    assertSnapshot(
      frames.joined(separator: "\n"), named: "pinned-\(size.width)x\(size.height)\(suffix)")
  }

  @Test func everySizeIsDrawn() throws {
    var state = try SnapshotFixture.state()
    state.run.present.snapshot.pinned = pinned(iterations: 3)
    state.select(panel: "pinned")
    for (width, height) in [(0, 0), (1, 1), (2, 9), (9, 2), (7, 40), (40, 3), (55, 13), (250, 80)] {
      let size = ScreenSize(width: width, height: height)
      for isZoomed in [false, true] {
        state.isZoomed = isZoomed
        let frame = DashboardScreen.render(state, size: size, theme: .builtIn, glyphs: .block)
        #expect(frame.width == width && frame.height == height)
      }
    }
  }
}
