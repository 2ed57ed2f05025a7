import TerminalCanvas
import Testing
import TrainingTelemetry

@testable import RunKnowledge
@testable import TrainingDashboard

/// Steps through updates already seen, while the run goes on.
@Suite("The past")
struct PastTests {
  /// A state that saw `count` further updates, one at a time, of which `changes` moved a knob.
  private func state(updates count: Int, changes: Set<Int> = []) throws -> DashboardState {
    var state = try SnapshotFixture.state()
    let first = state.run.present.snapshot.status.position.total
    for step in 1...count {
      _ = state.reduce(
        .snapshotArrived(
          next(state.run.present.snapshot, hasChange: changes.contains(first + step))), at: 1)
    }
    return state
  }

  private func next(_ last: TrainingSnapshot, hasChange: Bool = false) -> TrainingSnapshot {
    var snapshot = last
    let before = last.status.position.total
    snapshot.status.position.total += 1
    snapshot.update?.metrics.position = snapshot.status.position
    snapshot.rollout?.group.position = snapshot.status.position
    snapshot.events = snapshot.update.map { [.update($0.metrics)] } ?? []
    if hasChange {
      snapshot.events.insert(
        .knobChange(
          KnobChange(
            name: "sigma_base", symbol: "σ_base", oldValue: 1, newValue: 0.5,
            updatesBefore: before, iteration: 1)), at: 0)
    }
    return snapshot
  }

  private func total(_ state: DashboardState) -> Int { state.shown.snapshot.status.position.total }

  @Test func stepsBackAndForwardAndReturns() throws {
    var state = try state(updates: 5)
    let live = total(state)
    _ = state.reduce(.scrub(.moments(-1)), at: 2)
    _ = state.reduce(.scrub(.moments(-1)), at: 2)
    #expect(total(state) == live - 2)
    #expect(state.shown.history.updates.last?.position.total == live - 2)
    _ = state.reduce(.scrub(.moments(1)), at: 2)
    #expect(total(state) == live - 1)
    _ = state.reduce(.scrub(.moments(1)), at: 2)
    #expect(state.past == nil)
    _ = state.reduce(.scrub(.moments(-1)), at: 2)
    _ = state.reduce(.scrub(.live), at: 2)
    #expect(total(state) == live && state.past == nil)
  }

  @Test func thePastStaysWhileTheRunGoesOn() throws {
    var state = try state(updates: 3)
    _ = state.reduce(.scrub(.moments(-1)), at: 2)
    let shown = total(state)
    for _ in 0..<(MomentHistory.capacity + 5) {
      _ = state.reduce(.snapshotArrived(next(state.run.present.snapshot)), at: 3)
    }
    #expect(total(state) == shown)
    #expect(state.run.moments.count == MomentHistory.capacity)
    _ = state.reduce(.scrub(.moments(1)), at: 4)
    #expect(total(state) == state.run.moments[state.run.moments.numbers.lowerBound].position.total)
  }

  @Test func marksAreTheFirstUpdatesThatAChangeActedOn() throws {
    let first = try SnapshotFixture.state().run.present.snapshot.status.position.total
    var state = try state(updates: 8, changes: [first + 3])
    _ = state.reduce(.scrub(.marks(-1)), at: 2)
    #expect(total(state) == first + 3)
    #expect(state.message?.text.contains("◆ update \(first + 3): σ_base 1 → 0.5") == true)
    #expect(state.shown.journal.entries.last?.kind == .knob)
    _ = state.reduce(.scrub(.moments(-1)), at: 2)
    #expect(
      state.shown.journal.entries.contains { $0.kind == .knob && $0.updatesBefore > first } == false
    )
  }

  @Test func knobsWaitInThePast() throws {
    var state = try state(updates: 3)
    _ = state.reduce(.scrub(.moments(-1)), at: 2)
    #expect(state.reduce(.nudge(.knob("sigma_base"), -1), at: 2) == [])
    #expect(state.message?.text.contains("is past and cannot be changed") == true)
    #expect(state.reduce(.toggleRunning, at: 2).count == 1, "the run itself obeys")
    _ = state.reduce(.scrub(.live), at: 3)
    #expect(state.reduce(.nudge(.knob("sigma_base"), -1), at: 3).count == 1)
  }

  @Test func theScreenSaysThatItIsPast() throws {
    var state = try state(updates: 3)
    func header() -> String {
      let frame = DashboardScreen.render(
        state, size: state.size, theme: state.theme, glyphs: state.appearance.glyphs)
      return String(frame.text.prefix { $0 != "\n" })
    }
    #expect(!header().contains("PAST"))
    _ = state.reduce(.scrub(.moments(-1)), at: 2)
    let live = state.run.present.snapshot.status.position.total
    #expect(header().contains("PAST") && header().contains("update \(live - 1) of \(live)"))
    #expect(header().contains("the run:") && header().contains("home returns"))
  }
}
