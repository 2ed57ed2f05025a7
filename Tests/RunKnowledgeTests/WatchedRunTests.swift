import PolicyObjectives
import TestSupport
import Testing
import TrainingTelemetry

@testable import RunKnowledge

/// What is known of a run, without a screen.
@Suite("A run that is followed")
struct WatchedRunTests {
  /// A run with an update after the fixture's, the objective switched with it.
  private func followed() throws -> (run: WatchedRun, first: TrainingSnapshot) {
    let first = try RunFixture.load()
    var run = WatchedRun(first)
    var next = run.present.snapshot
    next.status.position.total += 1
    next.update?.metrics.position.total += 1
    next.status.objective = "grpo"
    next.events = [
      .objectiveChange(
        ObjectiveChange(
          oldObjective: "maspo", newObjective: "grpo",
          updatesBefore: first.status.position.total, iteration: 6))
    ]
    _ = run.take(next)
    return (run, first)
  }

  /// A past moment is the value that the present was, with the curves and the journal of then.
  @Test func thePastIsThePresentOfThen() throws {
    let (run, first) = try followed()
    let number = try #require(run.pastNumbers.first)
    let past = run.past(number)
    #expect(past == WatchedRun(first).present)
    #expect(past != run.present)
    #expect(run.present.journal.entries.count == past.journal.entries.count + 1)
    #expect(run.present.history.objectiveChanges.count == 1)
    #expect(past.history.objectiveChanges.isEmpty)
  }

  @Test func anArrivalSaysWhatIsNew() throws {
    var run = WatchedRun(try RunFixture.load())
    var next = run.present.snapshot
    #expect(run.take(next) == arrival())
    next.rollout?.group.index += 1
    #expect(run.take(next) == arrival(group: true))
    next.rollout?.metrics.iteration += 1
    #expect(run.take(next) == arrival(rollout: true, group: true))
    next.events = [.restarted(seed: 8)]
    #expect(run.take(next).isRestart)
    #expect(run.moments.count == 1, "what was seen before is no past of another run")
    #expect(run.present.history == MetricHistory())
  }

  private func arrival(rollout: Bool = false, group: Bool = false) -> WatchedRun.Arrival {
    WatchedRun.Arrival(
      isRestart: false, isNewRollout: rollout, isNewGroup: group, realised: nil)
  }

  @Test func objectivesAreRememberedAsTheRunHadThem() throws {
    var first = try RunFixture.load()
    let place = try #require(first.knobs.firstIndex { $0.name == "sigma_base" })
    first.knobs[place].value = 0.123
    var run = WatchedRun(first)
    var next = run.present.snapshot
    next.status.objective = "grpo"
    _ = run.take(next)
    let remembered = try #require(run.present.objective(named: "maspo"))
    #expect(
      ObjectiveState(remembered).values.contains(KnobSetting(name: "sigma_base", value: 0.123)))
  }

  /// Every capability of every source, at every phase: a reason, or none where it can be asked.
  @Test func aSourceRefusesWhatItCannotDo() throws {
    let snapshot = try RunFixture.load()
    let recorded = WatchedRun(
      recorded: [snapshot], from: .recorded(name: "a-run", ending: "finished"))
    for capability in Capability.allCases {
      #expect((recorded.refusal(of: capability) == nil) == (capability == .recompute))
      #expect((WatchedRun(snapshot).refusal(of: capability) == nil) == (capability != .recompute))
    }
    var ended = snapshot
    ended.status.phase = .finished
    #expect(WatchedRun(ended).refusal(of: .knobs) == .over)
    #expect(WatchedRun(ended).refusal(of: .restart) == nil)
    var early = snapshot
    early.status.phase = .warmingUp
    #expect(
      WatchedRun(early).refusal(of: .step) != nil && WatchedRun(early).refusal(of: .run) == nil)
  }

  @Test func adviceNamesWhatAPersonCanDo() {
    let advice: Advice = "\(.restart) starts over; a smaller lr, as \("it") was"
    #expect(advice.text { "<\($0.rawValue)>" } == "<restart> starts over; a smaller lr, as it was")
    #expect((advice + "!").text(naming: \.rawValue).hasSuffix("as it was!"))
  }
}
