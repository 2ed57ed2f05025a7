import RunViews
import TerminalCanvas
import TestSupport
import Testing
import Theming
import TrainingTelemetry

@testable import RunKnowledge
@testable import TrainingDashboard

/// Recorded runs laid over each other.
@Suite("Recorded runs beside each other")
struct OpenedRacesTests {
  /// Updates of iterations of four, scalars alone, with a score after each iteration.
  private func run(
    _ name: String, iterations: Int, gain: Double = 0, seed: UInt64 = 7,
    objective: String = "maspo"
  ) throws -> WatchedRun {
    let fixture = try SnapshotFixture.load()
    let update = try #require(fixture.update)
    let snapshots = (1...iterations * 4).map { total in
      var snapshot = fixture
      snapshot.identity.seed = seed
      snapshot.status.objective = objective
      snapshot.status.mode = .paused
      snapshot.status.position = UpdatePosition(
        iteration: (total + 3) / 4, update: (total - 1) % 4 + 1, updatesPerIteration: 4,
        total: total)
      var metrics = update.metrics
      metrics.position = snapshot.status.position
      metrics.entropy = 1 / Double(total)
      snapshot.update = UpdateDetail(metrics: metrics, objective: update.objective)
      snapshot.rollout?.group.answers = []
      snapshot.rollout?.groups = []
      snapshot.rollout?.metrics.iteration = snapshot.status.position.iteration
      snapshot.rollout?.metrics.updatesBefore = total - 1
      snapshot.events = [.update(metrics)]
      if total % 4 == 1, let rollout = snapshot.rollout?.metrics {
        snapshot.events.insert(.rollout(rollout), at: 0)
      }
      if total % 4 == 0 {
        snapshot.events.append(
          .evaluation(
            EvaluationMetrics(
              iteration: total / 4, updatesBefore: total, promptCount: 16, samplesPerPrompt: 32,
              average: 0.1 + 0.05 * Double(total / 4) + gain, pass: 0.9, seconds: 0)))
      }
      return snapshot
    }
    return WatchedRun(recorded: snapshots, from: .recorded(name: name, ending: "finished"))
  }

  private func opened(width: Int = 120, height: Int = 40) throws -> DashboardState {
    var state = DashboardState(
      Race([
        Race.Lane("σ_base 1", try run("a", iterations: 4)),
        Race.Lane("GRPO", try run("b", iterations: 6, gain: 0.1, objective: "grpo")),
        Race.Lane("placebo", try run("c", iterations: 2, gain: -0.01), isPlacebo: true),
      ]))
    state.size = ScreenSize(width: width, height: height)
    return state
  }

  @discardableResult
  private func press(_ keys: String, _ state: inout DashboardState) throws -> [DashboardEffect] {
    try KeySequence(parsing: keys).keys.flatMap { key in
      KeyBindingCatalog.action(for: key, in: state).map { state.reduce($0, at: 10) } ?? []
    }
  }

  private func total(_ state: DashboardState) -> Int { state.shown.position.total }

  @Test func thePastIsLookedAtInAllRunsAtOneUpdate() throws {
    var state = try opened()
    #expect(total(state) == 16)
    try press("((<lt>", &state)
    #expect(total(state) == 7)
    #expect(try press("C", &state) == [.showLane(1)])
    #expect(total(state) == 7 && state.past != nil, "the other run at the same update")
    try press("C", &state)
    #expect(total(state) == 7)
    try press(")", &state)
    #expect(total(state) == 8 && state.past == nil, "the end of the third run")
    try press("C<lt><lt>", &state)
    #expect(total(state) == 14 && state.race?.lookedAt == 14)
    // A run that has ended by then is shown at its end, and the place is kept.
    try press("CC", &state)
    #expect(total(state) == 8 && state.past == nil)
    #expect(state.message?.text == "shown: 3 of 3: placebo, which ends at update 8")
    try press("C", &state)
    #expect(total(state) == 14 && state.past != nil)
    try press("<home>", &state)
    #expect(total(state) == 16 && state.race?.lookedAt == nil)
    try press("C", &state)
    #expect(total(state) == 24)
  }

  @Test func rowsAndCurvesAreThoseOfTheUpdateLookedAt() throws {
    var state = try opened()
    func table() throws -> RaceTable {
      RaceTable(try #require(state.race), showing: state.shown)
    }
    #expect(try table().standings.map(\.updates) == [16, 24, 8])
    #expect(state.curvesBeside.map { $0.history.evaluations.count } == [6, 2])
    try press("((<lt><lt>", &state)
    #expect(total(state) == 6)
    #expect(try table().standings.map(\.updates) == [6, 6, 6])
    #expect(try table().standings.map { $0.history.evaluations.count } == [1, 1, 1])
    #expect(
      try table().standings.map { $0.history.updates.last?.entropy } == [1 / 6, 1 / 6, 1 / 6])
    #expect(try table().standings.map { $0.history.rollouts.count } == [2, 2, 2])
    #expect(state.curvesBeside.map { $0.history.evaluations.count } == [1, 1])
  }

  /// Each is what a recorded run alone is: nobody obeys.
  @Test func noKeyReachesATrainer() throws {
    for binding in KeyBindingCatalog.all {
      for stroke in binding.strokes {
        var state = try opened()
        if case .panel(let panel) = binding.scope { state.select(panel: panel) }
        for effect in state.reduce(stroke.action, at: 0) {
          switch effect {
          case .send, .sendToAll: Issue.record("\(binding.name) sends \(effect)")
          default: break
          }
        }
      }
    }
  }

  @Test func theRestOfALongRunGoesToItsLane() throws {
    var state = try opened()
    let whole = WholeRun(try run("b", iterations: 9), warnings: [])
    let first = state.run
    _ = state.reduce(.record(.source(.recorded(name: "b", ending: "50% read")), lane: 1), at: 10)
    #expect(state.run == first)
    _ = state.reduce(.record(.whole(whole), lane: 1), at: 10)
    #expect(state.run == first)
    try press("C", &state)
    #expect(total(state) == 36)
    // Of the run that is shown, with the update looked at.
    try press("(<lt>", &state)
    let looked = total(state)
    _ = state.reduce(
      .record(.whole(WholeRun(try run("b", iterations: 10), warnings: [])), lane: 1), at: 10)
    #expect(total(state) == looked && state.run.present.position.total == 40)
    _ = state.reduce(.record(.failed("torn"), lane: 2), at: 10)
    #expect(state.message?.text.contains("placebo cannot be read: torn") == true)
  }

  @Test func runsAreCalledByWhatTheyDifferIn() throws {
    func known(_ run: WatchedRun, sigma: Double? = nil) -> KnownRun {
      var run = run.present
      for index in run.snapshot.knobs.indices {
        if let sigma, run.snapshot.knobs[index].name == "sigma_base" {
          run.snapshot.knobs[index].initialValue = sigma
        }
      }
      if run.status.objective == "grpo" {
        run.snapshot.knobs.removeAll { $0.name == "sigma_base" }
      }
      return run
    }
    let maspo = try run("a", iterations: 1)
    let grpo = try run("b", iterations: 1, objective: "grpo")
    let other = try run("c", iterations: 1, seed: 8)
    func labels(_ runs: [KnownRun]) -> [String] {
      RunLabels.labels(of: zip(["a", "b", "c"], runs).map { ($0, $1) })
    }
    #expect(labels([known(maspo), known(grpo)]) == ["MASPO", "GRPO"])
    #expect(labels([known(maspo), known(other)]) == ["seed 7", "seed 8"])
    #expect(
      labels([known(maspo), known(maspo, sigma: 0.2), known(grpo)])
        == ["σ_base 1", "σ_base 0.2", "GRPO"])
    #expect(labels([known(maspo), known(maspo)]) == ["a", "b"])
    #expect(
      labels([known(maspo), known(maspo), known(grpo)]) == ["MASPO a", "MASPO b", "GRPO"])
  }

  @Test func whatMakesScoresHardToCompareIsSaid() throws {
    let race = Race([
      Race.Lane("a", try run("a", iterations: 1)),
      Race.Lane("b", try run("b", iterations: 1, seed: 8)),
    ])
    let table = RaceTable(race, showing: race.lanes[0].run.present)
    #expect(table.caveats == ["seed"])
  }

  /// Results of `maspo compare` have scores and rollouts' means and nothing else.
  private func compared() throws -> DashboardState {
    func arm(_ gain: Double) throws -> WatchedRun {
      let snapshots = (0...6).map { iteration in
        var snapshot = TrainingSnapshot(
          identity: RunIdentity(
            task: "chain", preset: "reuse", seed: nil, baseSeed: nil, threads: nil,
            parameterCount: nil, vocabularySize: nil, iterationLimit: nil),
          status: RunStatus(
            phase: .training, mode: .paused,
            position: UpdatePosition(
              iteration: iteration, update: 1, updatesPerIteration: 1, total: iteration),
            paceLimit: nil, paceIsAutomatic: false, measuredPace: 0, rolloutTokensPerSecond: nil,
            updateMilliseconds: nil, objective: "maspo"), knobs: [], events: [], update: nil,
          rollout: nil)
        if iteration.isMultiple(of: 2) {
          snapshot.events = [
            .evaluation(
              EvaluationMetrics(
                iteration: iteration, updatesBefore: iteration, promptCount: 0,
                samplesPerPrompt: 32, average: 0.2 + 0.05 * Double(iteration) + gain, pass: 0.9,
                seconds: 0))
          ]
        }
        return snapshot
      }
      return WatchedRun(recorded: snapshots, from: .compared(ending: "mean of 4 seeds"))
    }
    return DashboardState(
      Race([
        Race.Lane("grpo", try arm(0)), Race.Lane("maspo:sigma_base=0.2", try arm(0.07)),
        Race.Lane("placebo of grpo", try arm(0.01), isPlacebo: true),
      ]))
  }

  @Test func resultsOfACompareSayWhatTheyLack() throws {
    var state = try compared()
    state.size = ScreenSize(width: 120, height: 40)
    func text() -> String {
      DashboardScreen.render(state, size: state.size, theme: .builtIn, glyphs: .braille).text
    }
    #expect(text().contains("COMPARED") && text().contains("mean of 4 seeds"))
    #expect(text().contains("no updates and no tokens") && !text().contains("cut off"))
    #expect(state.verdict.text.hasPrefix("Avg@32 0.500 and Pass@32 0.900 after 6 iterations"))
    try press("(", &state)
    #expect(state.shown.position.iteration == 5)
    #expect(text().contains("iteration 5 of 6"))
  }

  @Test(arguments: [(80, 24), (120, 40)], GlyphSet.allCases)
  func frames(size: (width: Int, height: Int), glyphs: GlyphSet) throws {
    var frames: [String] = []
    func draw(_ state: DashboardState) {
      var state = state
      state.showsFirstHint = true
      state.size = ScreenSize(width: size.width, height: size.height)
      state.select(panel: PanelIdentity(RacePanel.self))
      frames.append(
        DashboardScreen.render(state, size: state.size, theme: .builtIn, glyphs: glyphs)
          .snapshotText)
    }
    var state = try opened(width: size.width, height: size.height)
    draw(state)
    try press("((C", &state)
    draw(state)
    draw(try compared())
    if glyphs == .ascii { #expect(frames.allSatisfy { $0.unicodeScalars.allSatisfy(\.isASCII) }) }
    guard glyphs != .block else { return }
    let suffix = glyphs == .braille ? "" : "-\(glyphs)"
    assertSnapshot(
      frames.joined(separator: "\n"), named: "beside-\(size.width)x\(size.height)\(suffix)")
  }
}
