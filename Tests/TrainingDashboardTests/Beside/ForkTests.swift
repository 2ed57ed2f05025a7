import RunViews
import TerminalCanvas
import TestSupport
import Testing
import Theming
import TrainingTelemetry

@testable import RunKnowledge
@testable import TrainingDashboard

/// A person asks what a change would do from here, watches, and decides.
@Suite("What if")
struct ForkTests {
  @discardableResult
  private func press(_ keys: String, _ state: inout DashboardState) throws -> [DashboardEffect] {
    try KeySequence(parsing: keys).keys.flatMap { key in
      KeyBindingCatalog.action(for: key, in: state).map { state.reduce($0, at: 10) } ?? []
    }
  }

  private func hear(_ news: ForkNews, _ state: inout DashboardState) {
    #expect(state.reduce(.forkNews(news), at: 11).isEmpty)
  }

  private func progress(_ share: Double) -> ForkNews {
    .progress(
      ProgressReport(
        finishedRuns: Int(share * 24), runCount: 24, share: share, secondsLeft: 100 * (1 - share)))
  }

  private let drafted = RunChange(settings: [KnobSetting(name: "sigma_base", value: 0.5)])

  /// A state in which σ_base 0.2 is drafted.
  private func drafting(width: Int = 80, height: Int = 24) throws -> DashboardState {
    var state = try SnapshotFixture.state(width: width, height: height)
    try press("v", &state)
    state.draft?.set(drafted.settings)
    _ = state.reduce(.tick, at: 10)
    return state
  }

  /// A fork that was asked for and has begun.
  private func begun(width: Int = 80, height: Int = 24) throws -> DashboardState {
    var state = try drafting(width: width, height: height)
    try press("W<enter>", &state)
    hear(
      .began(at: UpdatePosition(iteration: 3, update: 32, updatesPerIteration: 32, total: 96)),
      &state)
    return state
  }

  @Test func theDraftedMovesAreAskedAbout() throws {
    var state = try drafting()
    try press("W", &state)
    #expect(state.overlay == .forkSetup(ForkRequest(change: drafted)))
    try press("<right><down><down> ", &state)
    let request = ForkRequest(change: drafted, replicas: 12, iterations: 3, holdsRun: false)
    #expect(state.overlay == .forkSetup(request))
    #expect(try press("<enter>", &state) == [.send(.fork(request))])
    #expect(state.overlay == .fork && state.draft == nil)
    #expect(state.run.fork == WatchedFork(request))
    #expect(state.requests.mode == nil, "the run goes on")
    #expect(state.knobMoves.isEmpty && state.requests.knobs.isEmpty, "nothing is made yet")
  }

  @Test func aRunThatIsToWaitIsShownWaiting() throws {
    var state = try drafting()
    state.run.present.snapshot.status.mode = .running
    #expect(
      try press("W<enter>", &state) == [.send(.fork(ForkRequest(change: drafted)))])
    #expect(state.mode == .paused)
  }

  @Test func withoutADraftAnObjectiveIsChosen() throws {
    var state = try SnapshotFixture.state(width: 80, height: 24)
    try press("W", &state)
    #expect(state.overlay == .menu(Menu(.fork)))
    let titles = state.menuItems(.fork).map(\.title)
    #expect(titles[0] == "Knob moves …" && titles.contains("GRPO") && !titles.contains("MASPO"))
    let place = try #require(titles.firstIndex(of: "GRPO"))
    try press(String(repeating: "<down>", count: place) + "<enter>", &state)
    #expect(state.overlay == .forkSetup(ForkRequest(change: RunChange(objective: "grpo"))))
    try press("<esc>W<enter>", &state)
    #expect(state.overlay == nil && state.draft == KnobDraft(), "the preview is open")
  }

  @Test func newsAreTakenInAndTheTableSpeaksFromThreePairs() throws {
    var state = try begun()
    #expect(state.run.fork?.stage == .computing)
    hear(progress(0.25), &state)
    hear(.summary(ForkFixture.summary(pairs: 2, gain: 0.05)), &state)
    #expect(text(state).contains("too few pairs"))
    hear(.summary(ForkFixture.summary(pairs: 8, gain: 0.05)), &state)
    hear(.finished, &state)
    #expect(state.run.fork?.stage == .done && state.run.fork?.share == 1)
    let frame = text(state)
    #expect(frame.contains("done: 8 of 8 pairs"))
    #expect(frame.contains("mean Avg@32 gets better"))
    let summary = try #require(state.run.fork?.summary)
    #expect(frame.contains(ForkSummary.text(summary.main.difference, .meanAverage)))
  }

  @Test func aClosedForkGoesOnAndSaysWhenItIsDone() throws {
    var state = try begun(width: 120, height: 40)
    try press("<esc>", &state)
    #expect(state.overlay == nil && state.run.fork != nil)
    hear(progress(0.31), &state)
    #expect(text(state).contains("what if   31%"))
    let summary = ForkFixture.summary(pairs: 8, gain: 0)
    hear(.summary(summary), &state)
    hear(.finished, &state)
    #expect(state.message?.text == "what if: \(summary.sentence); W shows it")
    try press("W", &state)
    #expect(state.overlay == .fork)
  }

  @Test func theChangeIsTaken() throws {
    var state = try begun()
    hear(.summary(ForkFixture.summary(pairs: 8, gain: 0.05)), &state)
    hear(.finished, &state)
    let effects = try press("<enter>", &state)
    #expect(effects == [.send(.change(drafted)), .forgetFork])
    #expect(state.run.fork == nil && state.overlay == nil)
    #expect(state.requests.knobs["sigma_base"]?.value == PendingValue(value: 0.5))
    #expect(state.run.present.journal.entries.last?.text.hasPrefix("took σ_base") == true)
    #expect(state.run.present.journal.entries.last?.text.contains("gets better") == true)
    // As any knob move it can be undone.
    #expect(state.knobMoves.count == 1)
  }

  @Test func anObjectiveIsTakenAtTheNextRollout() throws {
    var state = try SnapshotFixture.state(width: 80, height: 24)
    let change = RunChange(objective: "grpo")
    state.overlay = .forkSetup(ForkRequest(change: change))
    try press("<enter>", &state)
    #expect(try press("<enter>", &state) == [.send(.change(change)), .forgetFork])
    #expect(state.requests.objective?.value == "grpo" && state.knobMoves.isEmpty)
  }

  @Test func aForgottenForkIsNotHeardOf() throws {
    var state = try begun()
    #expect(try press("f", &state) == [.forgetFork])
    #expect(state.run.fork == nil && state.overlay == nil)
    hear(.finished, &state)
    #expect(state.run.fork == nil && state.message?.text.contains("forgotten") == true)
  }

  @Test func morePairsAreAskedForOnceTheseAreMade() throws {
    var state = try begun()
    #expect(try press("m", &state).isEmpty)
    #expect(state.message?.text.contains("once these are made") == true)
    hear(.finished, &state)
    let request = ForkRequest(change: drafted, replicas: 16)
    #expect(try press("m", &state) == [.moreOfFork(request)])
    #expect(state.run.fork?.stage == .computing && state.run.fork?.request == request)
  }

  /// The run on the screen obeys while its fork is computed.
  @Test func theRunObeysMeanwhile() throws {
    var state = try begun()
    #expect(try press("s", &state) == [.send(.stepUpdate)])
    #expect(state.overlay == .fork)
  }

  @Test func startingOverForgetsTheFork() throws {
    var state = try begun()
    try press("<esc>N", &state)
    let effects = try press("<enter>", &state)
    #expect(effects.first == .forgetFork && state.run.fork == nil)
    // Also where the trainer does so by itself.
    var other = try begun()
    var snapshot = other.run.present.snapshot
    snapshot.events = [.restarted(seed: 2)]
    _ = other.reduce(.snapshotArrived(snapshot), at: 12)
    #expect(other.run.fork == nil && other.overlay == nil)
  }

  @Test func aRunThatEndsBeforeTheForkBeginsSaysSo() throws {
    var state = try drafting()
    try press("W<enter>", &state)
    var snapshot = state.run.present.snapshot
    snapshot.status.phase = .finished
    _ = state.reduce(.snapshotArrived(snapshot), at: 12)
    #expect(state.run.fork?.stage == .failed("the run ended before the fork began"))
    // What was computed can still be read after the end, but not taken.
    var done = try begun()
    hear(.finished, &done)
    try press("<esc>", &done)
    done.run.present.snapshot.status.phase = .finished
    try press("W", &done)
    #expect(done.overlay == .fork)
    #expect(try press("<enter>", &done).isEmpty && done.run.fork != nil)
    #expect(done.message?.text.hasPrefix("the run is over") == true)
  }

  private func text(_ state: DashboardState, glyphs: GlyphSet = .braille) -> String {
    DashboardScreen.render(state, size: state.size, theme: .builtIn, glyphs: glyphs).snapshotText
  }

  @Test(arguments: [(80, 24), (120, 40)], GlyphSet.allCases)
  func frames(size: (width: Int, height: Int), glyphs: GlyphSet) throws {
    var state = try drafting(width: size.width, height: size.height)
    try press("W", &state)
    var frames = [text(state, glyphs: glyphs)]
    state = try begun(width: size.width, height: size.height)
    hear(progress(0.07), &state)
    frames.append(text(state, glyphs: glyphs))
    hear(progress(0.55), &state)
    hear(.summary(ForkFixture.summary(pairs: 4, gain: 0)), &state)
    frames.append(text(state, glyphs: glyphs))
    hear(.summary(ForkFixture.summary(pairs: 8, gain: 0.05)), &state)
    hear(.finished, &state)
    frames.append(text(state, glyphs: glyphs))
    hear(.failed("the disk is full"), &state)
    frames.append(text(state, glyphs: glyphs))
    if glyphs == .ascii { #expect(frames.allSatisfy { $0.unicodeScalars.allSatisfy(\.isASCII) }) }
    guard glyphs != .block else { return }
    let suffix = glyphs == .braille ? "" : "-\(glyphs)"
    assertSnapshot(
      frames.joined(separator: "\n"), named: "fork-\(size.width)x\(size.height)\(suffix)")
  }

  /// No size of screen makes it draw outside its window or stop.
  @Test func everySizeIsDrawn() throws {
    var state = try begun()
    hear(.summary(ForkFixture.summary(pairs: 8, gain: 0.05)), &state)
    var setup = try drafting()
    try press("W", &setup)
    for (width, height) in [(0, 0), (1, 1), (2, 9), (9, 2), (7, 40), (40, 3), (250, 80)] {
      let size = ScreenSize(width: width, height: height)
      for shown in [state, setup] {
        let frame = DashboardScreen.render(shown, size: size, theme: .builtIn, glyphs: .braille)
        #expect(frame.width == width && frame.height == height)
      }
    }
  }
}
