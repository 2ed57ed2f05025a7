import PolicyObjectives
import Testing
import TinyTransformer
import TrainingTelemetry

@testable import PolicyTraining

@Suite struct RunCheckpointTests {
  /// One rollout or one update.
  private func step(_ run: TrainingRun) throws -> UpdateMetrics? {
    if run.isIterationFinished {
      _ = try run.beginIteration()
      return nil
    }
    var metrics = try run.makeUpdate(.scalars).metrics
    metrics.seconds = 0
    return metrics
  }

  /// Moves knobs so that some are in force, some wait, and an objective is shelved.
  private func disturb(_ run: TrainingRun, atStep step: Int) throws {
    switch step {
    case 1: try run.knobs.request([KnobSetting(name: "sigma_base", value: 0.3)])
    case 2:
      try run.knobs.requestObjective("grpo")
      try run.knobs.request([KnobSetting(name: "temperature", value: 1.2)])
    case 6: try run.knobs.request([KnobSetting(name: "minibatches", value: 2)])
    case 11: try run.knobs.requestObjective("maspo")
    default: break
    }
  }

  @Test func aRunGoesOnFromAnyStepAsIfItHadNeverStopped() throws {
    let configuration = TestPolicies.configuration()
    let stepCount = 18
    let whole = try TrainingRun(configuration, base: TestPolicies.base)
    var metrics: [UpdateMetrics?] = []
    var checkpoints: [(checkpoint: RunCheckpoint, knobs: [KnobState])] = []
    for index in 0..<stepCount {
      try disturb(whole, atStep: index)
      checkpoints.append((whole.checkpoint, whole.knobs.states()))
      metrics.append(try step(whole))
    }
    #expect(whole.configuration.objectiveName == "maspo" && whole.position.iteration == 3)
    for (start, saved) in checkpoints.enumerated() {
      let resumed = try TrainingRun(configuration, checkpoint: saved.checkpoint)
      #expect(resumed.knobs.states() == saved.knobs)
      for index in start..<stepCount {
        if index > start { try disturb(resumed, atStep: index) }
        #expect(try step(resumed) == metrics[index], "step \(index), resumed at \(start)")
      }
      #expect(resumed.weightsDigest == whole.weightsDigest, "resumed at step \(start)")
      #expect(resumed.knobs.states() == whole.knobs.states())
      #expect(resumed.position == whole.position)
      #expect(resumed.rolloutTokenCount == whole.rolloutTokenCount)
      #expect(resumed.evaluate().average == whole.evaluate().average)
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let configuration = TestPolicies.configuration()
    let run = try TrainingRun(configuration, base: TestPolicies.base)
    _ = try run.beginIteration()
    func refused(_ change: (inout RunCheckpoint) -> Void) {
      var checkpoint = run.checkpoint
      change(&checkpoint)
      #expect(throws: (any Error).self) {
        try TrainingRun(configuration, checkpoint: checkpoint)
      }
    }
    refused { $0.parameters.removeLast() }
    refused { $0.optimizer.firstMoments.removeLast() }
    refused { $0.rollout?.rewards.removeLast() }
    refused { $0.rollout?.advantages.append(0) }
    refused { $0.rollout?.prompts.removeLast() }
    refused { $0.rollout?.prompts[0] = "é" }
    refused { $0.rollout?.minibatches[0].append(1 << 30) }
    refused { $0.rollout?.samplesPerPrompt = 0 }
    refused { $0.knobs.settings.append(KnobSetting(name: "no_such_knob", value: 1)) }
    refused { $0.knobs.pendingObjective = "no-such-objective" }
    _ = try TrainingRun(configuration, checkpoint: run.checkpoint)
  }
}
