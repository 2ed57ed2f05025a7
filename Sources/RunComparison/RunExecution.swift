internal import Foundation
internal import PolicyObjectives
internal import PolicyTraining
internal import TrainingTelemetry

/// Makes one run from start to end on the calling thread.
struct RunExecution {
  let planned: PlannedRun
  let base: BasePolicy

  /// Called after every iteration with the share of the run that is done; `false` asks to stop.
  typealias Observer = (Double) -> Bool

  /// - Returns: the result, or `nil` if the observer asked to stop.
  func perform(observer: Observer) throws -> RunResult? {
    let started = ContinuousClock.now
    let configuration = planned.configuration
    let run = try TrainingRun(configuration, base: planned.arm.isPlacebo ? moved : base)
    let startDigest = run.weightsDigest
    let limit = configuration.iterationLimit ?? 1
    let interval = configuration.evaluation.interval
    var tally = RunTally()
    var failure: String?
    var evaluations = [Self.point(run.evaluate(), iteration: 0)]
    training: for iteration in 1...limit {
      tally.note(try run.beginIteration())
      while !run.isIterationFinished {
        do {
          tally.note(try run.makeUpdate(.scalars).metrics)
        } catch let error as NonFiniteError {
          failure = error.description
          // The policy stays what it was: this is its score until the end.
          evaluations.append(Self.point(run.evaluate(), iteration: limit))
          break training
        }
      }
      if iteration == limit || (interval > 0 && iteration % interval == 0) {
        evaluations.append(Self.point(run.evaluate(), iteration: iteration))
      }
      guard observer(Double(iteration) / Double(limit)) else { return nil }
    }
    return RunResult(
      arm: planned.arm, task: planned.task, preset: planned.preset, seed: planned.seed,
      baseSeed: configuration.baseSeed,
      samplesPerPrompt: configuration.evaluation.samplesPerPrompt, evaluations: evaluations,
      firstEntropy: tally.firstEntropy ?? 0, lastEntropy: tally.lastEntropy ?? 0,
      klMean: tally.kl.mean ?? 0, klMaximum: tally.klMaximum,
      attenuatedShare: tally.attenuated.mean, ratioMaximum: tally.ratioMaximum,
      removedShare: tally.removed.mean, removedSharePositive: tally.removedPositive.mean,
      removedShareNegative: tally.removedNegative.mean, updates: run.position.total,
      failure: failure, startDigest: startDigest, weightsDigest: run.weightsDigest,
      seconds: started.duration(to: .now) / .seconds(1))
  }

  /// The base policy with the weight in the middle of the table moved: one of a layer's matrix,
  /// which every token passes.
  private var moved: BasePolicy {
    var policy = base
    policy.parameters[policy.parameters.count / 2] += ComparisonArm.placeboShift
    return policy
  }

  private static func point(_ metrics: EvaluationMetrics, iteration: Int) -> RunResult.Evaluation {
    RunResult.Evaluation(iteration: iteration, average: metrics.average, pass: metrics.pass)
  }
}

/// Means and extremes over the updates of a run.
private struct RunTally {
  struct Mean {
    private var sum = 0.0
    private var count = 0

    mutating func add(_ value: Double?) {
      guard let value else { return }
      sum += value
      count += 1
    }

    var mean: Double? { count > 0 ? sum / Double(count) : nil }
  }

  var firstEntropy: Double?
  var lastEntropy: Double?
  var kl = Mean()
  var klMaximum = 0.0
  var ratioMaximum: Double?
  var attenuated = Mean()
  var removed = Mean()
  var removedPositive = Mean()
  var removedNegative = Mean()

  mutating func note(_ events: [TrainingEvent]) {
    for case .rollout(let metrics) in events {
      if firstEntropy == nil { firstEntropy = metrics.entropy }
      lastEntropy = metrics.entropy
    }
  }

  mutating func note(_ metrics: UpdateMetrics) {
    kl.add(metrics.klMean)
    klMaximum = max(klMaximum, metrics.klMaximum)
    if let ratio = metrics.ratioMaximum { ratioMaximum = max(ratioMaximum ?? 0, ratio) }
    attenuated.add(metrics.attenuatedShare)
    removed.add(metrics.removedShare)
    removedPositive.add(metrics.positive.removedShare)
    removedNegative.add(metrics.negative.removedShare)
  }
}
