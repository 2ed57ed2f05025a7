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

@Suite("Preview of knob moves") struct KnobPreviewTests {
  private func fixture() throws -> DashboardState { try SnapshotFixture.state() }

  /// Types keys as a person does; returns what would be sent.
  private func type(_ keys: String, into state: inout DashboardState) throws -> [DashboardEffect] {
    try KeySequence(parsing: keys).keys.flatMap { key in
      KeyBindingCatalog.action(for: key, in: state).map { state.reduce($0, at: 10) } ?? []
    }
  }

  private func setting(_ name: String, _ value: Double) -> KnobSetting {
    KnobSetting(name: name, value: value)
  }

  /// Σ w|A|ρ(1 − F)s over Σ w|A|ρs, token by token.
  private func removedShare(
    of minibatch: MinibatchRecord, under objective: any PolicyObjective, sign: Double? = nil
  ) -> Double {
    var (taken, offered) = (0.0, 0.0)
    for token in 0..<minibatch.tokenCount {
      let advantage = minibatch.advantages[token]
      guard sign.map({ advantage * $0 > 0 }) ?? (advantage != 0),
        let gate = objective.gate(
          atRatio: minibatch.ratios[token],
          behaviorProbability: exp(minibatch.behaviorLogProbabilities[token]),
          advantage: advantage, context: BatchContext())
      else { continue }
      let push =
        minibatch.weights[token] * abs(advantage) * minibatch.ratios[token]
        * minibatch.sensitivities[token]
      taken += push * (1 - gate)
      offered += push
    }
    return taken / offered
  }

  @Test func aDraftIsComputedAndNotSent() throws {
    var state = try fixture()
    let untouched = state.run.present.snapshot
    #expect(try type("v[[", into: &state).isEmpty)
    let preview = try #require(state.preview)
    #expect(preview.changes == [setting("sigma_base", 0.05)])
    #expect(state.run.present.snapshot == untouched && state.requests.isEmpty)
    var objective = try #require(state.shown.objectiveInForce)
    let minibatch = try #require(state.run.present.snapshot.update?.minibatch)
    let before = try #require(preview.before?.metrics)
    #expect(abs((before.removedShare ?? 0) - removedShare(of: minibatch, under: objective)) < 1e-12)
    try objective.set("sigma_base", to: 0.05)
    let after = try #require(preview.after?.metrics)
    for (share, sign) in [
      (after.removedShare, nil), (after.positive.removedShare, 1),
      (after.negative.removedShare, -1),
    ] as [(Double?, Double?)] {
      let expected = removedShare(of: minibatch, under: objective, sign: sign)
      #expect(abs((share ?? 0) - expected) < 1e-12)
    }
    #expect((after.removedShare ?? 0) > (before.removedShare ?? 1), "narrower gates take more")
  }

  @Test func escapeForgetsAndEnterMakesAllMovesAtOnce() throws {
    var state = try fixture()
    #expect(try type("v[<esc>", into: &state).isEmpty)
    #expect(state.draft == nil && state.preview == nil && state.requests.isEmpty)
    #expect(
      try type("v[}<enter>", into: &state) == [
        .send(
          .setKnobs([
            setting("sigma_base", 0.1), setting("beta_pos", 0.1), setting("beta_neg", 0.1),
          ]))
      ])
    #expect(state.draft == nil && state.preview == nil)
    #expect(state.knobRows[.knob("sigma_base")]?.future == 0.1)
    #expect(
      try type("u", into: &state) == [
        .send(
          .setKnobs([
            setting("sigma_base", 0.2), setting("beta_pos", 0.03), setting("beta_neg", 0.03),
          ]))
      ], "one undo takes all of it back")
  }

  @Test(arguments: [KnobTarget.asymmetry, .knob("alpha")])
  func heldDoseKeepsTheTotal(target: KnobTarget) throws {
    var state = try fixture()
    _ = try type("vh", into: &state)
    for _ in 0..<3 { _ = state.reduce(.nudgeDraft(target, target == .asymmetry ? 1 : -1), at: 10) }
    let preview = try #require(state.preview)
    guard case .solved(let sigma) = preview.dose else {
      Issue.record("\(String(describing: preview.dose))")
      return
    }
    let before = try #require(preview.before?.metrics.removedShare)
    let after = try #require(preview.after?.metrics.removedShare)
    #expect(abs(after / before - 1) < 2e-3)
    #expect(preview.value(of: "sigma_base") == PendingValue(value: sigma) && sigma != 0.2)
    // Without holding, the same move changes the dose.
    _ = state.reduce(.toggleHoldDose, at: 10)
    let loose = try #require(state.preview?.after?.metrics.removedShare)
    #expect(abs(loose / before - 1) > 0.02)
    _ = state.reduce(.toggleHoldDose, at: 10)
    let effects = try type("<enter>", into: &state)
    #expect(effects == [.send(.setKnobs(preview.changes))])
  }

  @Test func aDoseOfNothingCannotBeHeld() throws {
    let minibatch = try #require(try fixture().run.present.snapshot.update?.minibatch)
    let objective = try ObjectiveCatalog.objective(named: "maspo")
    guard case .noSolution(let reason) = DoseHold(of: 0, on: minibatch, with: objective) else {
      Issue.record("a dose of 0 was held")
      return
    }
    #expect(reason.contains("nothing"))
    guard case .noSolution(let limit) = DoseHold(of: 0.999, on: minibatch, with: objective) else {
      Issue.record("no gate takes 99.9 %")
      return
    }
    #expect(limit.contains("narrowest"))
  }

  @Test func aTypedNumberIsPreviewedAndABadOneIsNot() throws {
    var state = try fixture()
    _ = state.reduce(.typeKnobValue, at: 10)
    _ = state.reduce(.type("0.07"), at: 10)
    #expect(state.preview?.changes == [setting("sigma_base", 0.07)])
    _ = state.reduce(.type("x"), at: 10)
    #expect(state.preview == nil)
    _ = state.reduce(.cancel, at: 10)
    #expect(state.preview == nil)
  }

  @Test func aKnobWithoutAGateChangesNoGate() throws {
    var state = try fixture()
    _ = state.reduce(.openDraft, at: 10)
    _ = state.reduce(.nudgeDraft(.knob("learning_rate"), 1), at: 10)
    let preview = try #require(state.preview)
    #expect(preview.after == nil)
    #expect(
      PreviewText(preview: preview, rows: state.shownKnobRows.all).phrases.allSatisfy {
        $0.contains("no gate")
      })
  }

  @Test func theRealisedEffectStandsBesideThePredictedOne() throws {
    var state = try fixture()
    _ = try type("v[", into: &state)
    let predicted = SignShares(try #require(state.preview?.after?.metrics))
    _ = try type("<enter>", into: &state)
    var snapshot = state.run.present.snapshot
    func arrive(_ event: TrainingEvent, in state: inout DashboardState) {
      snapshot.events = [event]
      _ = state.reduce(.snapshotArrived(snapshot), at: 11)
    }
    let index = try #require(snapshot.knobs.firstIndex { $0.name == "sigma_base" })
    snapshot.knobs[index].value = 0.1
    let total = snapshot.status.position.total
    let count = state.run.present.journal.entries.count
    arrive(
      .knobChange(
        KnobChange(
          name: "sigma_base", symbol: "σ_base", oldValue: 0.2, newValue: 0.1,
          updatesBefore: total, iteration: 6)), in: &state)
    #expect(
      state.run.present.journal.entries.count == count + 1,
      "the move alone: nothing is realised yet")
    var metrics = try #require(snapshot.update?.metrics)
    metrics.position.total = total + 1
    arrive(.update(metrics), in: &state)
    let entry = try #require(state.run.present.journal.entries.last)
    #expect(entry.text.contains(predicted.words) && entry.text.contains(SignShares(metrics).words))
    #expect(entry.text.contains("update \(total + 1)"))
  }

  /// The verdict's place holds the whole sentence, in fewer words where there is less room.
  @Test(arguments: [(40, 12), (80, 24), (120, 40), (200, 60)])
  func theScreenSaysWhatThePreviewTakes(width: Int, height: Int) throws {
    var state = try SnapshotFixture.state(width: width, height: height)
    _ = try type("v}}}", into: &state)
    let lines = VerdictView.lines(
      state, width: width - 2, rows: height < 20 ? 1 : 2,
      DrawingContext(theme: .builtIn, glyphs: .braille))
    let text = lines.map { $0.spans.map(\.text).joined() }.joined(separator: " ")
    let share = NumberFormat.share(state.preview?.after?.metrics.removedShare)
    #expect(text.contains("→ \(share)"))
    #expect(width < 80 || text.contains("asymmetry 0.03 → 0.6"))
    #expect(width < 80 || !text.contains("…"))
  }

  @Test func panelsShowBothAndNothingAfterwards() throws {
    var state = try fixture()
    _ = try type("v[", into: &state)
    let limiter = try #require(LimiterModel(state.shown, preview: state.shownPreview))
    let bucket = try #require(state.preview?.after?.buckets.last)
    #expect(
      limiter.combined.last?.interval?.previewed
        == [bucket.negative.lowerBound, bucket.positive.upperBound].compactMap { $0 })
    #expect(limiter.combined.last?.interval?.upper != bucket.positive.upperBound)
    #expect(
      InspectorModel(
        state.shown, at: state.selection, comparedWith: state.comparedObjectiveName,
        preview: state.shownPreview)?.otherCurves.first?.title == "preview")
    let row = try #require(state.knobRows[.knob("sigma_base")])
    let text = KnobText(row, state)
    #expect(text.isDrafted && text.value == "0.1")
    _ = try type("<esc>", into: &state)
    #expect(
      LimiterModel(state.shown, preview: state.shownPreview)?.combined.last?.interval?.previewed
        == [])
    #expect(
      InspectorModel(
        state.shown, at: state.selection, comparedWith: state.comparedObjectiveName,
        preview: state.shownPreview)?.otherCurves.first?.title != "preview")
  }
}
