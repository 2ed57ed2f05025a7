import PolicyObjectives
import Testing
import TrainingTelemetry

@testable import RunKnowledge
@testable import RunViews
@testable import TrainingDashboard

#if canImport(Glibc)
  import Glibc
#endif

/// The same tokens under every objective, against numbers worked out apart from it.
@Suite("Objectives side by side")
struct CounterfactualTests {
  private func rows(
    _ scenario: PanelScenario, _ change: (inout DashboardState) -> Void = { _ in }
  ) throws -> [String: CounterfactualComparison.Row] {
    var state = try scenario.state()
    change(&state)
    let comparison = try #require(CounterfactualComparison(state.shown))
    #expect(comparison.rows.map(\.name) == ObjectiveCatalog.names)
    return Dictionary(uniqueKeysWithValues: comparison.rows.map { ($0.name, $0) })
  }

  /// Four tokens of one sequence: A = 1 with ρ 2 and 1, A = −1 with ρ 0.5 and 4; s = 1, ½, 1, 1, w = 1/4.
  private func detail() throws -> UpdateDetail {
    var detail = try #require(try SnapshotFixture.load().update)
    let ratios = [2, 1, 0.5, 4]
    detail.minibatch = MinibatchRecord(
      behaviorLogProbabilities: [log(0.1), log(0.1), log(0.1), log(0.1)],
      logProbabilities: ratios.map { log(0.1 * $0) }, advantages: [1, 1, -1, -1],
      weights: [0.25, 0.25, 0.25, 0.25], ratios: ratios, gates: [1, 1, 1, 1],
      gradient: [0, 0, 0, 0], sensitivities: [1, 0.5, 1, 1], entropies: [1, 1, 1, 1],
      sequenceLengths: [4])
    detail.objective = ObjectiveState(NoClipObjective())
    return detail
  }

  /// GRPO at ε 0.2, c 3 drops ρ = 2 (A > 0), ρ = 0.5 (A < 0) and, by the dual clip, ρ = 4: kept is
  /// ½ of 2½ of the positive push and none of the negative. No clip keeps all. The cosine of GRPO's
  /// coefficients times s, (0, −½, 0, 0)/4, to no clip's, (−2, −½, ½, 4)/4, is ½/√(4 + ¼ + ¼ + 16).
  @Test func fourTokensByHand() throws {
    let detail = try detail()
    let comparison = try #require(
      CounterfactualComparison(of: detail) {
        try? ObjectiveCatalog.objective(named: $0 == "maspo" ? "no_clip" : $0)
      })
    let grpo = try #require(comparison.rows.first { $0.name == "grpo" })
    #expect(abs(try #require(grpo.positiveKept) - 0.2) < 1e-12)
    #expect(grpo.negativeKept == 0)
    #expect(grpo.suppressedCount == 3 && grpo.attenuatedCount == 3)
    #expect(abs(try #require(grpo.cosine) - 0.5 / 20.5.squareRoot()) < 1e-12)
    let open = try #require(comparison.rows.last)
    #expect(open.positiveKept == 1 && open.negativeKept == 1 && open.isInForce)
    #expect(open.suppressedCount == 0 && open.attenuatedCount == 0)
    #expect(comparison.activeCount == 4 && comparison.tokenCount == 4)
  }

  /// Right after a rollout nothing is held back, and token means with equal weights agree.
  @Test func atRatioOneAllGatesAreOpen() throws {
    let rows = try rows(.ratiosAllOne)
    for name in ["maspo", "grpo", "clip_higher", "dac", "no_clip"] {
      let row = try #require(rows[name])
      #expect(row.positiveKept == 1 && row.negativeKept == 1 && row.attenuatedCount == 0)
      #expect(abs(try #require(row.cosine) - 1) < 1e-12, "\(name)")
    }
  }

  @Test func theRowInForceAgreesWithTheUpdate() throws {
    let state = try PanelScenario.usual.state()
    let metrics = try #require(state.run.present.snapshot.update?.metrics)
    let own = try #require(try rows(.usual)["maspo"])
    #expect(own.isInForce && own.cosine.map { abs($0 - 1) < 1e-12 } == true)
    let positive = metrics.positive
    let removed = try #require(positive.weightedRemoved)
    let kept = positive.weightedPush / (positive.weightedPush + removed)
    #expect(abs(try #require(own.positiveKept) - kept) < 1e-9)
    #expect(
      own.attenuatedCount
        == (metrics.positive.attenuatedCount ?? 0) + (metrics.negative.attenuatedCount ?? 0))
  }

  @Test func whatDoesNotApplyIsAbsent() throws {
    let rows = try rows(.usual)
    for name in ["gspo", "gmpo"] {
      let row = try #require(rows[name])
      #expect(row.positiveKept == nil && row.attenuatedCount == nil && row.cosine != nil)
    }
  }

  /// An objective that was in force with other parameters is compared with these.
  @Test func parametersOfTheRunAreRemembered() throws {
    var state = try PanelScenario.usual.state()
    let before = try #require(
      CounterfactualComparison(state.shown)?.rows.first { $0.name == "maspo" })
    var next = state.run.present.snapshot
    next.status.objective = "grpo"
    next.knobs = []
    next.update?.objective = ObjectiveState(GRPOObjective())
    _ = state.reduce(.snapshotArrived(next), at: 1)
    let after = try #require(
      CounterfactualComparison(state.shown)?.rows.first { $0.name == "maspo" })
    #expect(!after.isInForce && after.positiveKept == before.positiveKept)
    #expect(state.comparedObjectiveName == "maspo")
    let update = try #require(next.update)
    let defaults = try #require(
      CounterfactualComparison(of: update) {
        try? ObjectiveCatalog.objective(named: $0)
      })
    #expect(
      defaults.rows.first { $0.name == "maspo" }?.positiveKept != before.positiveKept)
  }

  // MARK: Lens and inspector

  private func token(ratio: Double, advantage: Double, gate: Double?) throws -> TokenRecord {
    var token = try #require(
      try SnapshotFixture.load().rollout?.group.answers.first?.tokens.first)
    token.behaviorLogProbability = log(0.1)
    token.ratio = ratio
    token.advantage = advantage
    token.gate = gate
    return token
  }

  /// GRPO passes ρ 1.1 whole and drops ρ 1.3 at A > 0, of which MASPO may keep 74 %: that is what
  /// the two differ by, and the tint shows how much.
  @Test func theLensTellsHowMuchMoreIsKept() throws {
    let difference = ObjectiveDifference(ownTitle: "MASPO", other: GRPOObjective())
    let cases: [(ratio: Double, advantage: Double, gate: Double?, kept: Double?, level: Int)] = [
      (1.1, 1, 0.85, -0.15, 2), (1.3, 1, 0.74, 0.74, 4), (1.3, 1, 1, 1, 5), (1.3, 1, 0.01, 0.01, 0),
      (1.3, -1, 1, 0, 0), (1.3, 0, nil, 0, 0), (1.3, 1, nil, nil, 0),
    ]
    var group = try #require(try SnapshotFixture.load().rollout?.group)
    group.answers = [group.answers[0]]
    for row in cases {
      let token = try token(ratio: row.ratio, advantage: row.advantage, gate: row.gate)
      let kept = difference.difference(on: token)
      #expect((kept == nil) == (row.kept == nil))
      #expect(abs((kept ?? 0) - (row.kept ?? 0)) < 1e-12)
      group.answers[0].tokens = [token]
      let reading = LensScale(.otherObjective, group: group, difference: difference)
        .reading(of: token)
      #expect(reading.level == row.level && reading.isOpposite == ((row.kept ?? 0) < 0))
    }
  }

  @Test func theMenuChoosesTheOtherObjective() throws {
    var state = try PanelScenario.usual.state()
    #expect(state.reduce(.openComparedObjectiveMenu, at: 1).isEmpty)
    guard case .menu(let menu) = state.overlay else {
      Issue.record("no menu")
      return
    }
    #expect(ObjectiveCatalog.names[menu.selected] == "grpo")
    let steps = try #require(ObjectiveCatalog.names.firstIndex(of: "sapo")) - menu.selected
    _ = state.reduce(.moveChoice(steps), at: 1)
    #expect(state.reduce(.confirm, at: 1).isEmpty)
    #expect(state.comparedObjective == "sapo" && state.lens == .otherObjective)
    let model = try #require(TokensPanel.model(state))
    #expect(model.scale.tails.first?.hasPrefix("SAPO takes more of ") == true)
    state.selection = Selection()
    let inspector = try #require(
      InspectorModel(
        state.shown, at: state.selection, comparedWith: state.comparedObjectiveName,
        preview: state.shownPreview))
    #expect(inspector.otherCurves.map(\.title) == ["SAPO", "GRPO"])
  }
}
