import PolicyObjectives
import TestSupport

@testable import PolicyTraining

/// A base policy made once for all tests, and configurations small enough to run often.
enum TestPolicies {
  /// Half the usual warm start on `chain`: enough to be right now and then.
  static let base: BasePolicy = {
    var configuration = RunConfiguration()
    configuration.warmStart.steps = 600
    configuration.warmStart.stallThreshold = 0.02
    do {
      // Kept for the next time, under a key with all that determines it.
      let source = BasePolicySource(
        configuration, cacheFolder: CheckoutFolder.url(named: "base-policies"))
      guard let policy = try source.find(observer: { _, _ in true }) else {
        preconditionFailure("the observer never asks to stop")
      }
      return policy
    } catch {
      preconditionFailure("no base policy for the tests: \(error)")
    }
  }()

  static func configuration(
    objective: any PolicyObjective = MASPOObjective(), seed: UInt64 = 1, threads: Int = 2
  ) -> RunConfiguration {
    var configuration = RunConfiguration()
    configuration.objective = objective
    configuration.seed = seed
    configuration.threads = threads
    configuration.schedule.promptsPerIteration = 8
    configuration.schedule.minibatches = 4
    configuration.schedule.epochs = 2
    configuration.optimizer.learningRate = 3e-4
    configuration.optimizer.rampIterations = 0
    configuration.evaluation.promptCount = 8
    configuration.evaluation.samplesPerPrompt = 4
    return configuration
  }
}
