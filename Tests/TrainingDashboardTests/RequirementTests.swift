import TerminalCanvas
import Testing
import TrainingTelemetry

@testable import RunKnowledge
@testable import TrainingDashboard

/// What a run can be asked for is one table: the palette, the footer and the reducer must agree on
/// it, for every action of the catalog and every kind of run.
@Suite("Requirements")
struct RequirementTests {
  enum Situation: CaseIterable {
    case live, warmingUp, finished, past, recorded, withoutRollout

    func state() throws -> DashboardState {
      var state = try SnapshotFixture.state()
      switch self {
      case .live: break
      case .warmingUp: state.run.present.snapshot.status.phase = .warmingUp
      case .finished: state.run.present.snapshot.status.phase = .finished
      case .withoutRollout: state.run.present.snapshot.rollout = nil
      case .past:
        var next = state.run.present.snapshot
        next.status.position.total += 1
        next.update?.metrics.position.total += 1
        _ = state.reduce(.snapshotArrived(next), at: 0)
        _ = state.reduce(.scrub(.moments(-1)), at: 0)
        #expect(state.past != nil)
      case .recorded:
        state = DashboardState(
          WatchedRun(
            recorded: [state.run.present.snapshot],
            from: .recorded(name: "a-run", ending: "finished")))
      }
      return state
    }
  }

  /// What the palette calls impossible is refused with the same words and changes nothing; what it
  /// offers is not refused.
  @Test(arguments: Situation.allCases)
  func thePaletteAndTheReducerAgree(situation: Situation) throws {
    let state = try situation.state()
    for entry in state.paletteEntries {
      var changed = state
      let effects = changed.reduce(entry.action, at: 0)
      guard let refusal = state.refusal(of: entry.action) else {
        let isSent = effects.contains { if case .send = $0 { true } else { false } }
        let isSaid = changed.message?.text.contains("no trainer runs") ?? false
        #expect(!(situation == .recorded && isSent) && !isSaid, "\(entry.title)")
        continue
      }
      #expect(entry.refusal != nil, "\(entry.title) is offered and refused")
      #expect(effects.isEmpty, "\(entry.title)")
      #expect(changed.message?.text == refusal.reason, "\(entry.title)")
      #expect(changed.overlay == state.overlay && changed.draft == state.draft, "\(entry.title)")
    }
  }

  @Test(arguments: [Situation.finished, .recorded, .past])
  func aKnobThatCannotBeSetIsNotOffered(situation: Situation) throws {
    var state = try situation.state()
    let entry = try #require(state.paletteEntries.first { $0.title.hasPrefix("set σ_base") })
    #expect(entry.refusal != nil)
    _ = state.reduce(entry.action, at: 0)
    #expect(state.overlay == nil && state.message?.text == entry.refusal)
  }

  /// A prompt may stay open while the run ends: what it would send is refused with the reason.
  @Test func whatCameTooLateIsRefused() throws {
    var state = try Situation.live.state()
    _ = state.reduce(.choose(.knobValue(.knob("sigma_base"))), at: 0)
    _ = state.reduce(.type("0.5"), at: 0)
    state.run.present.snapshot.status.phase = .finished
    #expect(state.reduce(.confirm, at: 0) == [])
    #expect(state.message?.text.hasPrefix("the run is over") == true)
    #expect(state.requests.isEmpty && state.knobMoves.isEmpty)
  }

  /// The footer shows no key that the reducer refuses.
  @Test(arguments: Situation.allCases)
  func theFooterAndTheReducerAgree(situation: Situation) throws {
    let state = try situation.state()
    for binding in KeyBindingCatalog.hints(in: state) {
      #expect(
        binding.strokes.contains { state.refusal(of: $0.action) == nil }, "\(binding.name)")
    }
  }

  /// Every command needs something that a trainer of this process has.
  @Test func aLiveRunCanBeAskedForEveryCommand() {
    let commands: [TrainerCommand] = [
      .run, .pause, .stepUpdate, .stepIteration, .setKnobs([]), .setObjective("grpo"),
      .change(RunChange(objective: "grpo")),
      .addBreakpoint(.nonfinite), .removeBreakpoint(.nonfinite), .setPace(nil), .showGroup(0),
      .followGroups(from: 0),
      .tryPrompt(""), .pinPrompt(nil), .fork(ForkRequest(change: RunChange(objective: "grpo"))),
      .restart(seed: nil), .evaluate,
    ]
    for command in commands {
      let capability = command.capability
      #expect(capability.map(RunSource.live.capabilities.contains) == true, "\(command)")
    }
    #expect(RunSource.recorded(name: "a", ending: "b").capabilities == [.recompute])
  }
}
