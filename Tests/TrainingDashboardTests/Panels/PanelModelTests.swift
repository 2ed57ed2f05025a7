import PolicyObjectives
import TerminalCanvas
import Testing
import Theming
import TrainingTelemetry

@testable import RunKnowledge
@testable import RunViews
@testable import TrainingDashboard

#if canImport(Glibc)
  import Glibc
#endif

/// View models against numbers worked out by hand.
@Suite("Panels: view models")
struct PanelModelTests {
  /// A token with everything at rest, to be changed by a test.
  private func token(
    probability: Double, ratio: Double, advantage: Double, gate: Double? = 1
  ) -> TokenRecord {
    TokenRecord(
      symbol: "7", behaviorLogProbability: log(probability),
      logProbability: log(probability * ratio),
      advantage: advantage, ratio: ratio, width: nil, gate: gate, push: 0.001,
      weightedPush: 0.001, weightedRemoved: 0, sensitivity: 0.7, entropy: 0.5,
      realisedMove: nil, isClippedByGRPO: false)
  }

  // MARK: Gate curve

  /// π_old 0.5, A 1 at the defaults: σ = 0.5^-0.3 · 1.03 = 1.268; half gate at 1 + 1.1774 σ and
  /// one sigma at 1 + σ lie beyond the wall 1/π_old = 2, the turnover
  /// (1 + √(1 + 4σ²))/2 = 1.863 does not.
  @Test func marksBeyondTheWallDoNotExist() throws {
    let curve = try #require(
      GateCurve(
        of: token(probability: 0.5, ratio: 1.2, advantage: 1), objective: MASPOObjective(),
        context: BatchContext()))
    let marks = curve.marks.map { "\($0.kind) \($0.label)" }
    #expect(marks == ["wall 1/π 2.00", "turnover turn 1.86", "reference GRPO 1.20"])
    #expect(curve.value(atRatio: 2.01) == nil)
    let half = try #require(curve.value(atRatio: 1.5))
    #expect(abs(half - exp(-0.25 / (2 * 1.26806 * 1.26806))) < 1e-5)
    #expect(curve.axisEnd == 2.5)
  }

  /// σ_base 0.2 and A −1 at π_old 0.1: σ = 0.2 · 0.1^-0.3 / 1.03 = 0.3874; 1 − σ = 0.613 and
  /// 1 − 1.1774 σ = 0.544. At σ_base 1 neither exists, since σ is above 1.
  @Test func lowerMarksExistOnlyForNarrowGates() throws {
    var narrow = MASPOObjective()
    try narrow.set("sigma_base", to: 0.2)
    let sample = token(probability: 0.1, ratio: 0.9, advantage: -1)
    let marks = GateCurve(of: sample, objective: narrow, context: BatchContext())?.marks ?? []
    #expect(marks.map(\.label) == ["1/π 10", "½gate 0.54", "1σ 0.61", "GRPO 0.80", "GRPO 3.00"])
    let wide = GateCurve(of: sample, objective: MASPOObjective(), context: BatchContext())
    #expect(wide?.marks.map(\.label) == ["1/π 10", "GRPO 0.80", "GRPO 3.00"])
  }

  @Test func noCurveWithoutAdvantageOrGate() {
    let context = BatchContext()
    let idle = token(probability: 0.5, ratio: 1.2, advantage: 0)
    #expect(GateCurve(of: idle, objective: MASPOObjective(), context: context) == nil)
    let active = token(probability: 0.5, ratio: 1.2, advantage: 1)
    #expect(GateCurve(of: active, objective: GSPOObjective(), context: context) == nil)
  }

  // MARK: Inspector

  @Test(
    arguments: [
      (1, 1, 1, "ρ = 1: still the weights that sampled it, so its gate is open."),
      (-1, 5, 1, "A < 0 and ρ > 1: it became likelier though wrong; MASPO does not limit this."),
      (
        1, 0.5, 1, "A > 0 and ρ < 1: it became less likely though right; MASPO does not limit this."
      ),
      (1, 1.5, 0.8, "The gate takes 20% of this token's push."),
      (1, 1.5, 0, "MASPO clips this token: it has no gradient at all."),
      (0, 1.5, 1, "A = 0: this token is pushed nowhere."),
    ] as [(Double, Double, Double, String)])
  func remarks(advantage: Double, ratio: Double, gate: Double, expected: String) throws {
    var state = try PanelGoldenTests.state()
    state.run.present.snapshot.rollout?.group.answers[0].tokens[16] = token(
      probability: 0.1, ratio: ratio, advantage: advantage, gate: gate)
    let model = try #require(
      InspectorModel(
        state.shown, at: state.selection, comparedWith: state.comparedObjectiveName,
        preview: state.shownPreview))
    #expect(model.remark.first == expected)
    // Far past ratio 1 on the side that nothing limits is a warning.
    #expect((model.remarkRole == .warning) == (ratio == 5))
  }

  // MARK: Tokens

  @Test(
    arguments: [
      (0.99995, 0), (0.9998, 1), (0.998, 2), (0.98, 3), (0.8, 4), (0.4, 5),
    ] as [(Double, Int)])
  func gateLensIsLogarithmic(gate: Double, level: Int) throws {
    var group = try #require(try SnapshotFixture.load().rollout?.group)
    let sample = token(probability: 0.5, ratio: 1.2, advantage: 1, gate: gate)
    group.answers[0].tokens[0] = sample
    #expect(LensScale(.gate, group: group).reading(of: sample).level == level)
  }

  @Test func removedPushIsRelativeToTheLargestOfTheGroup() throws {
    var group = try #require(try SnapshotFixture.load().rollout?.group)
    var sample = token(probability: 0.5, ratio: 1.2, advantage: 1)
    sample.weightedRemoved = 10
    group.answers[0].tokens[0] = sample
    let scale = LensScale(.removedPush, group: group)
    let levels = [10, 8, 5, 2.5, 1, 0.2, 0.19].map { removed in
      sample.weightedRemoved = removed
      return scale.reading(of: sample).level
    }
    #expect(levels == [5, 5, 4, 3, 2, 1, 0])
  }

  @Test func lensesWithTwoDirectionsTellThem() throws {
    let group = try #require(try SnapshotFixture.load().rollout?.group)
    let ratio = LensScale(.ratio, group: group)
    #expect(
      ratio.reading(of: token(probability: 0.1, ratio: 0.5, advantage: 1))
        == LensScale.Reading(level: 4, isOpposite: true))
    #expect(
      ratio.reading(of: token(probability: 0.1, ratio: 4, advantage: 1))
        == LensScale.Reading(level: 5, isOpposite: false))
    let move = LensScale(.realisedMove, group: group)
    var sample = token(probability: 0.1, ratio: 1, advantage: 1)
    sample.realisedMove = -0.06
    #expect(move.reading(of: sample) == LensScale.Reading(level: 3, isOpposite: true))
  }

  /// The largest removed push comes first; tokens that lost nothing are left out.
  @Test func strongestTokensAreThoseThatLostMost() throws {
    var state = try PanelGoldenTests.state()
    for answer in 0..<16 {
      for index in state.run.present.snapshot.rollout?.group.answers[answer].tokens.indices ?? 0..<0
      {
        state.run.present.snapshot.rollout?.group.answers[answer].tokens[index].weightedRemoved = 0
      }
    }
    state.run.present.snapshot.rollout?.group.answers[3].tokens[5].weightedRemoved = 0.01
    state.run.present.snapshot.rollout?.group.answers[10].tokens[0].weightedRemoved = 0.02
    let strongest = try #require(TokensPanel.model(state)).strongest
    #expect(strongest.map { $0[0].value } == ["11 ▼", " 4 ▲"])
    #expect(strongest.map { $0[1].value.suffix(5) } == ["at  1", "at  6"])
  }

  /// Right after a rollout the shown tokens belong to the objective in force, not to that of the
  /// last update, though no update lies between.
  @Test func objectiveOfAFreshRolloutIsTheOneInForce() throws {
    var state = try PanelGoldenTests.state()
    #expect(state.shown.objectiveOfTokens.map { type(of: $0).info.name } == "maspo")
    state.run.present.snapshot.status.objective = "grpo"
    #expect(state.shown.objectiveOfTokens.map { type(of: $0).info.name } == "maspo")
    state.run.present.snapshot.rollout?.group.position.iteration += 1
    state.run.present.snapshot.rollout?.group.position.update = 0
    #expect(state.shown.objectiveOfTokens.map { type(of: $0).info.name } == "grpo")
  }

  @Test func updatesOfEarlierIterationsAreNamedInFull() throws {
    var state = try PanelGoldenTests.state()
    let position = try #require(state.run.present.snapshot.update?.metrics.position)
    #expect(state.shown.place(of: position) == "update 21")
    state.run.present.snapshot.status.position.iteration += 1
    #expect(state.shown.place(of: position) == "update 21 of iteration 6")
  }

  @Test(arguments: [(0, "ρ fresh"), (1, "ρ 1 update old"), (4, "ρ 4 updates old")])
  func freshness(age: Int, expected: String) throws {
    var state = try PanelGoldenTests.state()
    state.run.present.snapshot.status.position.total += age
    let group = try #require(state.run.present.snapshot.rollout?.group)
    let freshness = GroupFreshness(state.shown, group: group)
    #expect(freshness.phrases.first == "shown at update 21, \(expected)")
    #expect(freshness.isStale == (age > 0))
  }

  /// The cursor is kept inside whatever group is shown, and one of its cells is reversed.
  @Test(arguments: [(-3, -3), (99, 99), (3, 23)])
  func cursorIsVisible(answer: Int, token: Int) throws {
    var state = try PanelGoldenTests.state()
    state.selection.answer = answer
    state.selection.token = token
    for size in [(36, 6), (58, 9), (110, 25)] {
      let buffer = frame(TokensPanel.self, state, width: size.0, height: size.1)
      #expect(buffer.cells.count { $0.style.attributes.contains(.reverse) } == 1)
    }
  }

  // MARK: Limiter

  /// A bucket with 8 tokens up, 2 of them attenuated, and none down.
  @Test func limiterCells() throws {
    var state = try PanelGoldenTests.state()
    var bucket = try #require(state.run.present.snapshot.update?.buckets[2])
    bucket.positive.tokenCount = 8
    bucket.positive.attenuatedCount = 2
    bucket.positive.probability = 0.05
    bucket.positive.width = GateWidth(mass: 0.5, risk: 1.1)
    bucket.positive.upperBound = 1.65
    bucket.positive.reach = 1
    bucket.positive.weightedPush = 0.03
    bucket.positive.weightedRemoved = 0.01
    bucket.positive.ratioQuantiles?.low = 0.9
    bucket.positive.ratioQuantiles?.high = 1.3
    bucket.negative.tokenCount = 0
    bucket.negative.attenuatedCount = 0
    bucket.negative.width = GateWidth(mass: 0.5, risk: 0.9)
    bucket.negative.lowerBound = 0.47
    bucket.negative.reach = 0.93
    bucket.negative.weightedPush = 0
    bucket.negative.weightedRemoved = 0
    bucket.negative.ratioQuantiles = nil
    state.run.present.snapshot.update?.buckets = [bucket]
    let model = try #require(LimiterModel(state.shown, preview: state.shownPreview))
    let row = model.combined[0]
    #expect(row.range == ".01–.1")
    #expect(row.edge == "<.1")
    #expect(row.cells[.attenuated] == "  25%")
    #expect(row.cells[.removed] == "  25%")
    #expect(row.cells[.positiveSigma] == "0.550")
    #expect(row.cells[.negativeSigma] == "0.450")
    #expect(row.cells[.reach] == "100/ 93")
    #expect(row.interval?.lower == 0.47)
    #expect(row.interval?.upper == 1.65)
    #expect(row.interval?.observed == 0.9...1.3)
    #expect(row.interval?.wall == 20)
    #expect(model.split[1].cells[.attenuated] == "    -")
    #expect(model.split[1].interval?.observed == nil)
    #expect(model.references == [0.8, 1.2])
  }

  /// Half gate on the negative side needs σ below 0.849: at the defaults the table says so.
  @Test func missingLowerBoundsAreExplained() throws {
    let idle = try #require(LimiterModel(PanelScenario.idleGate.state().shown))
    #expect(idle.combined.allSatisfy { $0.interval?.lower == nil })
    #expect(idle.remarks.contains { $0[0].hasPrefix("▼ has no half gate at this σ") })
    let usual = try #require(LimiterModel(PanelScenario.usual.state().shown))
    #expect(!usual.remarks.contains { $0[0].hasPrefix("▼") })
  }

  // MARK: Ledger

  @Test func waterfallAddsUp() throws {
    var state = try PanelGoldenTests.state()
    state.run.present.snapshot.update?.metrics.waterfall = Waterfall(
      composition: 0.011, drift: 0.004, gate: 0.008)
    let facts = try #require(LedgerModel(state.shown, count: 10)).waterfall
    #expect(
      facts.map { "\($0.label) \($0.value.filter { $0 != " " })" } == [
        "net +0.00700=", "mix +0.0110", "drift +0.00400", "gate -0.00800",
      ])
  }

  @Test func ledgerMarksRolloutsAndKnobs() throws {
    var state = try PanelGoldenTests.state()
    let last = try #require(state.run.present.history.updates.last)
    state.run.present.history.append(
      .knobChange(
        KnobChange(
          name: "alpha", symbol: "α", oldValue: 0.3, newValue: 0.5,
          updatesBefore: last.position.total - 3, iteration: 6)))
    let model = try #require(LedgerModel(state.shown, count: 40))
    #expect(model.updates.count == 40)
    #expect(model.updates.indices.filter { model.updates[$0].isMarked } == [37])
    // Update 21 is the last: 20 earlier ones of the iteration before it.
    #expect(model.updates.indices.filter { model.updates[$0].startsIteration } == [19])
  }

  // MARK: Learning

  @Test(arguments: [(1, 1, 4, 0), (3, 1, 4, 2), (3, 3, 4, 2.5), (2, 1, 1, 1)])
  func axisPositions(iteration: Int, update: Int, count: Int, expected: Double) {
    let position = UpdatePosition(
      iteration: iteration, update: update, updatesPerIteration: count, total: 0)
    #expect(LearningModel.axisPosition(of: position) == expected)
  }

  /// Iteration 6, update 21 of 32: a knob moved before update 11 of iteration 6 stands at 5 10/32.
  @Test func knobMarksStandWhereTheyActed() throws {
    var state = try PanelGoldenTests.state()
    state.run.present.history.append(
      .knobChange(
        KnobChange(
          name: "alpha", symbol: "α", oldValue: 0.3, newValue: 0.5, updatesBefore: 170,
          iteration: 6)))
    let marks = try #require(
      LearningModel(
        state.shown.history, view: state.views.learning, span: state.views.learningSpan,
        isLogarithmic: state.views.hasLogarithmicCurves)
    ).marks
    #expect(marks.last == LearningModel.Mark(x: 5.3125, symbol: "α"))
  }

  @Test func thinningKeepsExtremesAndGaps() {
    let xs = (0..<1000).map(Double.init)
    var ys = xs.map { sin($0 / 50) }
    ys[333] = 9
    ys[777] = -9
    ys[500] = .nan
    let points = LearningModel.thinned(xs, ys, limit: 100)
    #expect(points.count <= 100)
    #expect(points.contains(LineChart.Point(x: 333, y: 9)))
    #expect(points.contains(LineChart.Point(x: 777, y: -9)))
    #expect(points.contains { $0.x == 500 && $0.y?.isNaN == true })
    #expect(zip(points, points.dropFirst()).allSatisfy { $0.x < $1.x })
    #expect(LearningModel.thinned(xs, ys, limit: 1000).count == 1000)
  }

  // MARK: Explanations

  @Test func remarksExplainWhatLooksLikeAFault() throws {
    #expect(GateRemark.phrases(try PanelScenario.usual.state().shown).isEmpty)
    #expect(
      GateRemark.phrases(try PanelScenario.ratiosAllOne.state().shown) == GateRemark.ratiosAllOne)
    let idle = GateRemark.phrases(try PanelScenario.idleGate.state().shown)
    #expect(idle.first?.hasPrefix("The gate took 0.5% of this update: nearly idle.") == true)
  }
}
