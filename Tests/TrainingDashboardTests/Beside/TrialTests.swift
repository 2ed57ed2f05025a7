import RunViews
import TerminalCanvas
import TestSupport
import Testing
import Theming
import TrainingTelemetry

@testable import RunKnowledge
@testable import TrainingDashboard

/// A person types a prompt and sees what the policy answers.
@Suite("Try it")
struct TrialTests {
  private static let prompt = SampleFixture.prompt

  private func state(width: Int = 80, height: Int = 24) throws -> DashboardState {
    var state = try SnapshotFixture.state(width: width, height: height)
    state.run.present.snapshot.identity.promptForm = PromptForm(
      words: "a digit, then 4 times an operator (+ - *) and a digit, then =",
      example: "3+4*2-5+6=")
    return state
  }

  @discardableResult
  private func press(_ keys: String, _ state: inout DashboardState) throws -> [DashboardEffect] {
    try KeySequence(parsing: keys).keys.flatMap { key in
      KeyBindingCatalog.action(for: key, in: state).map { state.reduce($0, at: 10) } ?? []
    }
  }

  /// The trainer's reply to the last request.
  private func reply(_ outcome: PromptTrial.Outcome, number: Int, _ state: inout DashboardState) {
    var snapshot = state.run.present.snapshot
    snapshot.trial = PromptTrial(number: number, prompt: Self.prompt, outcome: outcome)
    _ = state.reduce(.snapshotArrived(snapshot), at: 11)
  }

  private func sample(_ state: DashboardState) -> PromptSample {
    SampleFixture.sample(total: state.run.present.snapshot.status.position.total)
  }

  @Test func typingAPromptAsksTheTrainer() throws {
    var state = try state()
    #expect(try press("y", &state) == [])
    #expect(state.overlay == .prompt(Prompt(.trial)))
    #expect(try press("3+4*2 -5+6=<enter>", &state) == [.send(.tryPrompt(Self.prompt))])
    #expect(state.overlay == .trial(Trial(prompt: Self.prompt, awaited: 1)))
    // What was asked is told apart from what came before.
    reply(.sampled(sample(state)), number: 0, &state)
    #expect(state.overlay == .trial(Trial(prompt: Self.prompt, awaited: 1)))
    reply(.sampled(sample(state)), number: 1, &state)
    #expect(state.overlay == .trial(Trial(prompt: Self.prompt, sample: sample(state))))
    #expect(try press("<esc>", &state) == [])
    #expect(state.overlay == nil)
  }

  @Test func anEmptyLineStandsForThePromptOnTheScreen() throws {
    var state = try state()
    let shown = try #require(state.run.present.snapshot.rollout?.group.prompt)
    #expect(try press("y<enter>", &state) == [.send(.tryPrompt(shown))])
    state.run.present.snapshot.rollout = nil
    state.overlay = .prompt(Prompt(.trial))
    #expect(try press("<enter>", &state) == [])
    guard case .prompt(let prompt) = state.overlay else {
      Issue.record("closed")
      return
    }
    #expect(prompt.refusal?.contains("nothing is typed") == true)
  }

  @Test func aRefusalReturnsToTheLineWithTheReason() throws {
    var state = try state()
    try press("y\(Self.prompt)<enter>", &state)
    reply(.refused("character 9 is not a digit"), number: 1, &state)
    #expect(
      state.overlay
        == .prompt(Prompt(.trial, text: Self.prompt, refusal: "character 9 is not a digit")))
  }

  @Test func theCursorStaysWithinTheAnswers() throws {
    var state = try state()
    try press("y<enter>", &state)
    reply(.sampled(sample(state)), number: 1, &state)
    func cursor() -> [Int] {
      guard case .trial(let trial) = state.overlay else { return [] }
      return [trial.selection.answer, trial.selection.token]
    }
    let before = state.selection
    try press("<up><left>", &state)
    #expect(cursor() == [0, 0])
    try press(String(repeating: "<right>", count: 50), &state)
    #expect(cursor() == [0, 23])
    // The last answer is cut off and shorter.
    try press(String(repeating: "<down>", count: 50), &state)
    #expect(cursor() == [4, 21])
    #expect(state.selection == before, "the panels' own cursor does not move")
  }

  @Test func samplingAgainKeepsTheCursorAndWaits() throws {
    var state = try state()
    try press("y<enter>", &state)
    reply(.sampled(sample(state)), number: 1, &state)
    try press("<down><right>", &state)
    #expect(try press("y", &state) == [.send(.tryPrompt(Self.prompt))])
    #expect(try press("y", &state) == [], "one at a time")
    reply(.sampled(SampleFixture.sample(total: 999, seed: 5)), number: 2, &state)
    guard case .trial(let trial) = state.overlay else {
      Issue.record("closed")
      return
    }
    #expect(trial.awaited == nil && trial.sample?.position.total == 999)
    #expect(trial.selection.answer == 1 && trial.selection.token == 1)
    // The run obeys meanwhile; another prompt begins with this one.
    #expect(try press("s", &state) == [.send(.stepUpdate)])
    try press("<enter>", &state)
    #expect(state.overlay == .prompt(Prompt(.trial, text: Self.prompt)))
  }

  @Test func theKeySaysWhyItWaitsForTheBasePolicy() throws {
    var state = try state()
    state.run.present.snapshot.status.phase = .warmingUp
    try press("y", &state)
    #expect(state.overlay == nil && state.message?.text.contains("warm start") == true)
  }

  @Test func theWindowSaysWhoseAnswersTheseAre() throws {
    var state = try state()
    try press("y<enter>", &state)
    let total = state.run.present.snapshot.status.position.total
    reply(.sampled(sample(state)), number: 1, &state)
    #expect(text(state).contains("weights of update \(total), the newest"))
    state.run.present.snapshot.status.position.total += 3
    #expect(text(state).contains("weights of update \(total), 3 updates old"))
    try press("y", &state)
    #expect(text(state).contains("sampling again"))
    state.overlay = .trial(Trial(prompt: Self.prompt, sample: SampleFixture.sample(total: 0)))
    #expect(text(state).contains("the base policy"))
  }

  private func text(_ state: DashboardState, glyphs: GlyphSet = .braille) -> String {
    DashboardScreen.render(state, size: state.size, theme: .builtIn, glyphs: glyphs).snapshotText
  }

  @Test(arguments: [(40, 12), (80, 24), (120, 40), (200, 60)], GlyphSet.allCases)
  func frames(size: (width: Int, height: Int), glyphs: GlyphSet) throws {
    var state = try state(width: size.width, height: size.height)
    try press("y", &state)
    var frames = [text(state, glyphs: glyphs)]
    try press("3+4<enter>", &state)
    state.run.present.snapshot.trial = nil
    var snapshot = state.run.present.snapshot
    snapshot.trial = PromptTrial(
      number: 1, prompt: "3+4",
      outcome: .refused(
        "expected 10 characters for 4 operations, as in 3+4*2-5+6=, found 3"))
    _ = state.reduce(.snapshotArrived(snapshot), at: 11)
    frames.append(text(state, glyphs: glyphs))
    state.overlay = .trial(Trial(prompt: Self.prompt, sample: sample(state)))
    try press("<down><down>" + String(repeating: "<right>", count: 8), &state)
    frames.append(text(state, glyphs: glyphs))
    if glyphs == .ascii { #expect(frames.allSatisfy { $0.unicodeScalars.allSatisfy(\.isASCII) }) }
    guard glyphs != .block else { return }
    let suffix = glyphs == .braille ? "" : "-\(glyphs)"
    assertSnapshot(
      frames.joined(separator: "\n"), named: "trial-\(size.width)x\(size.height)\(suffix)")
  }

  /// No size of screen makes it draw outside its window or stop.
  @Test func everySizeIsDrawn() throws {
    var state = try state()
    state.overlay = .trial(Trial(prompt: Self.prompt, sample: sample(state)))
    var typing = state
    typing.overlay = .prompt(Prompt(.trial, text: "3+4", refusal: "too short by far"))
    for (width, height) in [(0, 0), (1, 1), (2, 9), (9, 2), (7, 40), (40, 3), (250, 80)] {
      let size = ScreenSize(width: width, height: height)
      for shown in [state, typing] {
        let frame = DashboardScreen.render(shown, size: size, theme: .builtIn, glyphs: .braille)
        #expect(frame.width == width && frame.height == height)
      }
    }
  }
}
