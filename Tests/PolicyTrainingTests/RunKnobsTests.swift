import PolicyObjectives
import Testing
import TrainingTelemetry

@testable import PolicyTraining

@Suite struct RunKnobsTests {
  private func value(_ name: String, in knobs: RunKnobs) -> Double? {
    knobs.states().first { $0.name == name }?.value
  }

  @Test func aRequestIsPendingUntilItsMoment() throws {
    var knobs = RunKnobs(RunConfiguration())
    try knobs.request([
      KnobSetting(name: "sigma_base", value: 0.2), KnobSetting(name: "temperature", value: 0.8),
    ])
    #expect(value("sigma_base", in: knobs) == 1)
    #expect(
      knobs.states().first { $0.name == "sigma_base" }?.pending == PendingValue(value: 0.2))

    let first = try knobs.applyPending(at: .nextUpdate)
    #expect(first.map(\.state.name) == ["sigma_base"])
    #expect(value("sigma_base", in: knobs) == 0.2)
    #expect(value("temperature", in: knobs) == 1)

    let second = try knobs.applyPending(at: .nextRollout)
    #expect(second.map(\.state.name) == ["temperature"])
    #expect(value("temperature", in: knobs) == 0.8)
    #expect(try knobs.applyPending(at: .nextRollout).isEmpty)
  }

  @Test func aBadValueRefusesTheWholeRequest() {
    for bad in [0, -1, Double.nan, .infinity] {
      var knobs = RunKnobs(RunConfiguration())
      #expect(throws: ObjectiveError.self) {
        try knobs.request([
          KnobSetting(name: "beta_pos", value: 0.3), KnobSetting(name: "sigma_base", value: bad),
        ])
      }
      #expect(knobs.states().allSatisfy { $0.pending == nil })
    }
  }

  @Test(arguments: [
    ("samples_per_prompt", 1.0), ("minibatches", 0), ("epochs", 0), ("epochs", 1.5),
    ("temperature", 0), ("learning_rate", -1e-4), ("learning_rate", .nan),
    ("prompts_per_iteration", 0), ("gradient_clip", 0),
  ])
  func settingsOfTheRunHaveRanges(name: String, bad: Double) {
    var knobs = RunKnobs(RunConfiguration())
    let error = #expect(throws: ObjectiveError.self) {
      try knobs.request([KnobSetting(name: name, value: bad)])
    }
    guard case .outOfRange(let parameter, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(parameter == name)
  }

  @Test func minibatchesMustNotOutnumberAnswers() {
    var knobs = RunKnobs(RunConfiguration())
    #expect(throws: ConfigurationError.self) {
      try knobs.request([
        KnobSetting(name: "samples_per_prompt", value: 2),
        KnobSetting(name: "prompts_per_iteration", value: 2),
      ])
    }
  }

  @Test func anUnknownKnobListsWhatExists() {
    var knobs = RunKnobs(RunConfiguration())
    let error = #expect(throws: ConfigurationError.self) {
      try knobs.request([KnobSetting(name: "sigma", value: 1)])
    }
    #expect(error?.description.contains("sigma_base") == true)
  }

  @Test func eachObjectiveKeepsItsKnobs() throws {
    var knobs = RunKnobs(RunConfiguration())
    try knobs.request([KnobSetting(name: "sigma_base", value: 0.3)])
    _ = try knobs.applyPending(at: .nextUpdate)
    try knobs.requestObjective("grpo")
    #expect(try knobs.applyPendingObjective()?.new == "grpo")
    #expect(knobs.states().contains { $0.name == "eps_low" })
    #expect(!knobs.states().contains { $0.name == "sigma_base" })
    try knobs.requestObjective("maspo")
    _ = try knobs.applyPendingObjective()
    #expect(value("sigma_base", in: knobs) == 0.3)
    #expect(knobs.states().first { $0.name == "sigma_base" }?.initialValue == 1)
  }
}
