internal import FoundationEssentials
internal import PolicyObjectives
internal import PolicyTraining
internal import TrainingTelemetry

/// Makes one run from start to end on the calling thread.
struct RunExecution {
  let planned: PlannedRun
  /// `nil` for a run that begins at another's state.
  let base: BasePolicy?

  /// Called after every update with the share of the run that is done; `false` asks to stop.
  typealias Observer = (Double) -> Bool

  /// - Returns: the result, or `nil` if the observer asked to stop.
  func perform(observer: Observer) throws -> RunResult? {
    let started = ContinuousClock.now
    let configuration = planned.configuration
    let run = try makeRun()
    let startDigest = run.weightsDigest
    let first = planned.firstIteration
    let limit = configuration.iterationLimit ?? 1
    let interval = configuration.evaluation.interval
    var tally = RunTally()
    var failure: String?
    var evaluations = [Self.point(of: run, iteration: first)]
    training: while run.position.iteration < limit || !run.isIterationFinished {
      if run.isIterationFinished { tally.note(try run.beginIteration()) }
      while !run.isIterationFinished {
        do {
          tally.note(try run.makeUpdate(.scalars).metrics)
        } catch let error as NonFiniteError {
          failure = error.description
          // The policy stays what it was: this is its score until the end.
          evaluations.append(Self.point(of: run, iteration: limit))
          break training
        }
        let whole = run.position.iteration - first - 1
        let update = Double(run.position.update) / Double(max(1, run.position.updatesPerIteration))
        // What was left of the iteration in which a fork begins is no iteration of it.
        let made = whole < 0 ? 0 : Double(whole) + update
        guard observer(made / Double(limit - first)) else { return nil }
      }
      let done = run.position.iteration - first
      guard done > 0 else { continue }
      if first + done == limit || (interval > 0 && done % interval == 0) {
        evaluations.append(Self.point(of: run, iteration: first + done))
      }
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
      seconds: started.duration(to: .now) / .seconds(1), course: tally.course)
  }

  private func makeRun() throws -> TrainingRun {
    let shift = planned.arm.isPlacebo ? ComparisonArm.placeboShift : 0
    switch planned.start {
    case .basePolicy:
      guard var base else { preconditionFailure("a run from a base policy needs one") }
      // The weight in the middle of the table is one of a layer's matrix, which every token passes.
      base.parameters[base.parameters.count / 2] += shift
      return try TrainingRun(planned.configuration, base: base)
    case .state(let point, let change):
      return try point.makeRun(
        in: planned.configuration, shiftedBy: shift, change: change)
    }
  }

  private static func point(of run: TrainingRun, iteration: Int) -> RunResult.Evaluation {
    let metrics = run.evaluate()
    return RunResult.Evaluation(
      iteration: iteration, updates: run.position.total, average: metrics.average,
      pass: metrics.pass)
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
  /// What is known of each iteration.
  private(set) var course: [RunResult.Iteration] = []
  private var klOfIteration = Mean()

  mutating func note(_ events: [TrainingEvent]) {
    for case .rollout(let metrics) in events {
      if firstEntropy == nil { firstEntropy = metrics.entropy }
      lastEntropy = metrics.entropy
      klOfIteration = Mean()
      course.append(
        RunResult.Iteration(
          iteration: metrics.iteration, reward: metrics.reward ?? .nan,
          entropy: metrics.entropy ?? .nan))
    }
  }

  mutating func note(_ metrics: UpdateMetrics) {
    kl.add(metrics.klMean)
    klOfIteration.add(metrics.klMean)
    if !course.isEmpty { course[course.count - 1].kl = klOfIteration.mean }
    klMaximum = max(klMaximum, metrics.klMaximum ?? 0)
    if let ratio = metrics.ratioMaximum { ratioMaximum = max(ratioMaximum ?? 0, ratio) }
    attenuated.add(metrics.attenuatedShare)
    removed.add(metrics.removedShare)
    removedPositive.add(metrics.positive.removedShare)
    removedNegative.add(metrics.negative.removedShare)
  }
}
