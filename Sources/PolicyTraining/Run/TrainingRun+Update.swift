import BoundedNumbers
internal import PolicyObjectives
internal import TinyTransformer
public import TrainingTelemetry

/// What one update gives.
public struct UpdateOutcome: Sendable {
  /// Knob changes that took effect before it.
  public var events: [TrainingEvent]
  public var metrics: UpdateMetrics
  /// Present when a detailed update was asked for.
  public var detail: UpdateDetail?
  public var group: GroupRecord?
  /// What the gate took from each group of the rollout, with the detail; `nil` without gates.
  public var removedByGroup: [Double]?
  /// What making the details took, in seconds; part of the metrics' seconds.
  public var detailSeconds = 0.0
}

/// How much telemetry an update should make.
public enum UpdateTelemetry: Sendable, Hashable {
  case scalars
  /// Token records of one group of the rollout, the minibatch, buckets and the realised step.
  case detailed(group: Int)
}

extension TrainingRun {
  /// Makes the next update of the rollout in force.
  ///
  /// - Precondition: `!isIterationFinished`.
  /// - Throws: `NonFiniteError`; the weights are then those before the update.
  public func makeUpdate(_ telemetry: UpdateTelemetry) throws -> UpdateOutcome {
    try makeUpdate { _ in telemetry }
  }

  /// The same, with how much telemetry to make decided when the scalars are known and the weights
  /// have not changed yet. The scalars lack the realised step and the seconds then.
  public func makeUpdate(
    _ telemetry: (UpdateMetrics) -> UpdateTelemetry
  ) throws -> UpdateOutcome {
    guard let experience, !isIterationFinished else {
      preconditionFailure("no update is left in iteration \(position.iteration)")
    }
    let started = ContinuousClock.now
    try applyPendingKnobs(at: .nextUpdate, iteration: position.iteration)
    let configuration = self.configuration
    var next = position
    next.update += 1
    next.total += 1

    let sequences = experience.minibatches[position.update]
    let batch = experience.batch(of: sequences)
    engine.forward(policy, batch)
    let statistics = experience.statistics(engine, of: sequences)
    let tokens = MinibatchTokens(
      experience: experience, sequences: sequences, statistics: statistics)
    let evaluation = configuration.objective.evaluateForTraining(tokens.batch)
    let finiteness = FinitenessCheck(tokens: tokens, experience: experience, position: next)
    try finiteness.check(evaluation)
    engine.backward(
      policy, coefficients: evaluation.gradient,
      temperature: experience.temperature, into: gradients)
    computedRows.forward += engine.computedRowCount
    computedRows.differentiated += engine.differentiatedRowCount
    let norm = gradients.totalNorm
    guard norm.isFinite else { throw finiteness.error(ofGradient: gradients, policy, evaluation) }
    var record = tokens.record(evaluation, statistics: statistics)
    let rate = configuration.optimizer.learningRate(inIteration: position.iteration)
    let clip = gradients.clipFactor(limit: configuration.optimizer.gradientClip)
    var metrics = UpdateMetrics(
      position: next, loss: evaluation.loss, learningRate: rate, gradientNorm: norm,
      clipFactor: clip, record: record, kl: statistics.divergences ?? [],
      gradients: evaluation.gradientFollowsSign ? gradients : nil,
      diagnostics: evaluation.diagnostics)
    var probes: UpdateProbes?
    var detailSeconds = 0.0
    if case .detailed(let group) = telemetry(metrics) {
      let began = ContinuousClock.now
      probes = UpdateProbes(run: self, experience: experience, at: position, group: group)
      detailSeconds = began.secondsToNow
    }
    let events = takeUnreportedEvents()
    optimizer.step(
      policy, gradients, learningRate: rate, gradientScale: clip, threads: configuration.threads)
    advancePosition(to: next)

    var detail: UpdateDetail?
    var group: GroupRecord?
    if let probes {
      let began = ContinuousClock.now
      metrics.realisedStepOnBatch = probes.realisedStep(
        run: self, batch: batch, before: engine.copyLogits())
      metrics.realisedStepOffBatch = probes.realisedStepElsewhere(run: self)
      record.symbols = experience.symbols(of: sequences)
      record.sequences = sequences
      group = probes.groupRecord(
        run: self, update: JudgedUpdate(minibatch: record, context: evaluation.context), at: next)
      detail = UpdateDetail(
        metrics: metrics, minibatch: record, objective: ObjectiveState(configuration.objective),
        context: evaluation.context,
        buckets: BucketStatistics.table(
          of: record, objective: configuration.objective, context: evaluation.context))
      detailSeconds += began.secondsToNow
    }
    metrics.seconds = started.secondsToNow
    detail?.metrics.seconds = metrics.seconds
    return UpdateOutcome(
      events: events, metrics: metrics, detail: detail, group: group,
      removedByGroup: detail == nil ? nil : experience.removedByGroup(record, of: sequences),
      detailSeconds: detailSeconds)
  }
}

extension UpdateMetrics {
  init(
    position: UpdatePosition, loss: Double, learningRate: Double, gradientNorm: Double,
    clipFactor: Double, record: MinibatchRecord, kl: [Double],
    gradients: GradientSet<Float>?, diagnostics: [String: Double]
  ) {
    let sortedDivergences = kl.sorted()
    let count = max(1, kl.count)
    let range = record.ratioRange
    self.init(
      position: position, loss: loss, learningRate: learningRate, gradientNorm: gradientNorm,
      clipFactor: clipFactor, klMean: kl.reduce(0, +) / Double(count),
      kl99: sortedDivergences.isEmpty
        ? 0 : sortedDivergences[min(kl.count - 1, Int(bounded: 0.99 * Double(kl.count)))],
      klMaximum: sortedDivergences.last ?? 0,
      entropy: record.entropies.reduce(0, +) / Double(count), ratioMinimum: range?.minimum,
      ratioMaximum: range?.maximum, tokenCount: record.tokenCount,
      activeTokenCount: record.activeTokenCount,
      positive: record.signMetrics(sign: 1, gradientNorm: gradients?.positiveNorm),
      negative: record.signMetrics(sign: -1, gradientNorm: gradients?.negativeNorm),
      gradientCosine: gradients?.cosine, waterfall: record.waterfall,
      runawayTokenCount: record.runawayTokenCount, diagnostics: diagnostics, seconds: 0)
  }
}
