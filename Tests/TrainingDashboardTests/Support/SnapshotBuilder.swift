import PolicyObjectives
import RepeatableRandom
import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// Makes a snapshot that obeys the formulas: update 21 of 32 in iteration 6 of a heavy-reuse run
/// on `chain`, σ_base lowered from 1 to 0.2. Tokens are drawn from a seeded generator; ratios,
/// gates and bounds come from the objective itself.
struct SnapshotBuilder {
  private static let updatesPerIteration = 32
  private var random = RepeatableGenerator(seed: 7)
  private let objective: any PolicyObjective
  private let position = UpdatePosition(
    iteration: 6, update: 21, updatesPerIteration: updatesPerIteration,
    total: 5 * updatesPerIteration + 21)

  init() throws {
    var objective = try ObjectiveCatalog.objective(named: "maspo")
    try objective.set("sigma_base", to: 0.2)
    self.objective = objective
  }

  mutating func snapshot() -> TrainingSnapshot {
    let batch = minibatch()
    let metrics = Self.metrics(
      of: batch.record, position: position, gradientScale: 0.19, seconds: 0.0026)
    let detail = UpdateDetail(
      metrics: metrics, minibatch: batch.record, objective: ObjectiveState(objective),
      context: batch.context,
      buckets: BucketStatistics.table(
        of: batch.record, objective: objective, context: batch.context))
    let events = history(last: metrics)
    let rollout = events.compactMap { event in
      if case .rollout(let metrics) = event { metrics } else { nil }
    }.last
    return TrainingSnapshot(
      identity: RunIdentity(
        task: "chain", preset: "heavy-reuse", seed: 7, baseSeed: 1, threads: 2,
        parameterCount: 102_720, vocabularySize: 32, iterationLimit: nil),
      status: RunStatus(
        phase: .training, mode: .running, position: position, paceLimit: 6,
        paceIsAutomatic: false, measuredPace: 5.97, rolloutTokensPerSecond: 412_345,
        updateMilliseconds: 2.63, objective: "maspo"),
      knobs: knobs(), events: events, update: detail,
      rollout: rollout.map { RolloutDetail(metrics: $0, groups: groups(), group: group()) })
  }

  // MARK: Tokens

  /// One token as it was sampled and as it is now.
  private struct Draw {
    var old: Double
    var new: Double
    var entropy: Double
    var sensitivity: Double
  }

  /// Most tokens are nearly certain; a few carry the doubt.
  private mutating func draw(advantage: Double) -> Draw {
    let kind = random.uniform()
    let probability: Double
    if kind < 0.84 {
      probability = 1 - pow(10, -1.5 - 3 * random.uniform())
    } else if kind < 0.94 {
      probability = 0.3 + 0.67 * random.uniform()
    } else {
      probability = pow(10, -0.3 - 3.2 * random.uniform())
    }
    let pull = (advantage > 0 ? 0.12 : -0.16) * (advantage == 0 ? 0 : 1)
    let shift = (pull + 0.28 * random.normal()) * (1 - probability)
    // Rarely a wrong token runs away against its advantage.
    let runaway = advantage < 0 && probability < 0.1 && random.uniform() < 0.12 ? 1.6 : 0
    let old = log(probability)
    let new = min(old + shift + runaway, -1e-6)
    let now = exp(new)
    let rest = (1 - now) / 4
    let entropy = -now * new - (rest > 0 ? 4 * rest * log(rest) : 0)
    let sensitivity = (1 - 2 * now + now * now + 4 * rest * rest).squareRoot()
    return Draw(old: old, new: new, entropy: entropy, sensitivity: sensitivity)
  }

  private mutating func minibatch() -> (record: MinibatchRecord, context: BatchContext) {
    var record = MinibatchRecord(
      behaviorLogProbabilities: [], logProbabilities: [], advantages: [], weights: [],
      ratios: [], gates: [], gradient: [], sensitivities: [], entropies: [],
      sequenceLengths: [])
    let advantages = [0.854, -1.098, 0, 0.242, -0.8, 1.46, -0.64, 0]
    for sequence in 0..<32 {
      let advantage = advantages[sequence % advantages.count]
      for _ in 0..<24 {
        let token = draw(advantage: advantage)
        record.behaviorLogProbabilities.append(token.old)
        record.logProbabilities.append(token.new)
        record.advantages.append(advantage)
        record.sensitivities.append(token.sensitivity)
        record.entropies.append(token.entropy)
      }
      record.sequenceLengths.append(24)
    }
    let evaluation = objective.evaluate(record.tokenBatch)
    record.ratios = evaluation.ratios
    record.gates = evaluation.gates ?? []
    record.gradient = evaluation.gradient
    record.weights = evaluation.weights ?? []
    return (record, evaluation.context)
  }

  // MARK: Scalars

  private static func metrics(
    of record: MinibatchRecord, position: UpdatePosition, gradientScale: Double, seconds: Double
  ) -> UpdateMetrics {
    let tokens = record.advantages.indices
    let active = tokens.filter { record.advantages[$0] != 0 }
    let divergences = tokens.map { token in
      // Two outcomes stand for the vocabulary.
      let old = exp(record.behaviorLogProbabilities[token])
      let new = exp(record.logProbabilities[token])
      let drift = record.behaviorLogProbabilities[token] - record.logProbabilities[token]
      return old * drift + (1 - old) * log((1 - old) / (1 - new))
    }.sorted()
    func sign(_ sign: Double, norm: Double) -> SignMetrics {
      let members = active.filter { record.advantages[$0] * sign > 0 }
      func sum(_ value: (Int) -> Double) -> Double { members.map(value).reduce(0, +) }
      return SignMetrics(
        tokenCount: members.count, attenuatedCount: members.count { record.gates[$0] < 0.99 },
        push: sum { abs(record.gradient[$0]) },
        weightedPush: sum { abs(record.gradient[$0]) * record.sensitivities[$0] },
        weightedRemoved: sum { record.weightedRemoved($0) }, gradientNorm: norm)
    }
    func total(_ value: (Int) -> Double) -> Double { active.map(value).reduce(0, +) }
    let waterfall = Waterfall(
      composition: total { record.weights[$0] * record.advantages[$0] },
      drift: total {
        record.weights[$0] * record.advantages[$0] * (record.ratios[$0] - 1)
      },
      gate: total {
        record.weights[$0] * record.advantages[$0] * record.ratios[$0] * (1 - record.gates[$0])
      })
    let loss = total {
      -record.weights[$0] * record.advantages[$0] * record.gates[$0] * record.ratios[$0]
    }
    return UpdateMetrics(
      position: position, loss: loss, learningRate: 1.2e-4, gradientNorm: 0.27, clipFactor: 1,
      klMean: divergences.reduce(0, +) / Double(divergences.count),
      kl99: divergences[divergences.count * 99 / 100], klMaximum: divergences.last ?? 0,
      entropy: record.entropies.reduce(0, +) / Double(record.tokenCount),
      ratioMinimum: active.map { record.ratios[$0] }.min(),
      ratioMaximum: active.map { record.ratios[$0] }.max(), tokenCount: record.tokenCount,
      activeTokenCount: active.count, positive: sign(1, norm: gradientScale),
      negative: sign(-1, norm: gradientScale * 0.9), gradientCosine: 0.12, waterfall: waterfall,
      runawayTokenCount: active.count { record.advantages[$0] < 0 && record.ratios[$0] > 4 },
      realisedStepOnBatch: 3.1e-4, realisedStepOffBatch: 2.4e-4,
      diagnostics: ["would_be_clipped_share": 0.031], seconds: seconds)
  }

  /// The scalars of everything before: learning rises, entropy falls, and each iteration starts
  /// at ratio 1 and drifts away.
  private mutating func history(last: UpdateMetrics) -> [TrainingEvent] {
    var events: [TrainingEvent] = [evaluation(iteration: 0, average: 0.229, pass: 0.81)]
    for iteration in 1...position.iteration {
      events.append(.rollout(rollout(iteration)))
      let updates = iteration == position.iteration ? position.update : Self.updatesPerIteration
      for update in 1...updates {
        if iteration == 4, update == 9 {
          events.append(
            .knobChange(
              KnobChange(
                name: "sigma_base", symbol: "σ_base", oldValue: 1, newValue: 0.2,
                updatesBefore: 104, iteration: 4)))
        }
        events.append(
          .update(
            iteration == position.iteration && update == updates
              ? last : earlier(last, iteration: iteration, update: update)))
      }
      if iteration == 5 { events.append(evaluation(iteration: 5, average: 0.463, pass: 0.94)) }
    }
    events.append(
      .notice(
        Notice(
          level: .information, text: "base policy loaded from the cache", updatesBefore: 0)))
    return events
  }

  private func evaluation(iteration: Int, average: Double, pass: Double) -> TrainingEvent {
    .evaluation(
      EvaluationMetrics(
        iteration: iteration, updatesBefore: iteration * Self.updatesPerIteration,
        promptCount: 100, samplesPerPrompt: 32, average: average, pass: pass, seconds: 0.21))
  }

  private mutating func rollout(_ iteration: Int) -> RolloutMetrics {
    RolloutMetrics(
      iteration: iteration, updatesBefore: (iteration - 1) * Self.updatesPerIteration,
      reward: 0.21 + 0.055 * Double(iteration) + 0.02 * random.normal(), groupCount: 16,
      zeroVarianceGroups: 2 + iteration / 2, allRightGroups: iteration / 2, allWrongGroups: 2,
      truncatedAnswers: 1, answerCount: 256, tokenCount: 6144,
      entropy: 0.124 - 0.009 * Double(iteration), seconds: 0.0149)
  }

  private mutating func earlier(
    _ last: UpdateMetrics, iteration: Int, update: Int
  ) -> UpdateMetrics {
    var metrics = last
    let drift = Double(update - 1) / 20
    metrics.position = UpdatePosition(
      iteration: iteration, update: update, updatesPerIteration: Self.updatesPerIteration,
      total: (iteration - 1) * Self.updatesPerIteration + update)
    metrics.klMean = last.klMean.map { $0 * drift * (0.9 + 0.2 * random.uniform()) }
    metrics.kl99 = last.kl99.map { $0 * drift }
    metrics.klMaximum = last.klMaximum.map { $0 * drift }
    metrics.entropy = (0.124 - 0.009 * Double(iteration)) * (1 - 0.1 * drift)
    metrics.ratioMinimum = last.ratioMinimum.map { pow($0, drift) }
    metrics.ratioMaximum = last.ratioMaximum.map { pow($0, drift) }
    metrics.gradientNorm = 0.2 + 0.15 * random.uniform()
    metrics.gradientCosine = 0.6 * exp(-2 * drift) - 0.05 + 0.06 * random.normal()
    metrics.positive = scaled(last.positive, drift: drift)
    metrics.negative = scaled(last.negative, drift: drift)
    metrics.waterfall = last.waterfall.map {
      Waterfall(
        composition: $0.composition * (random.uniform() * 2 - 0.5), drift: $0.drift * drift,
        gate: $0.gate * drift * drift)
    }
    if update == 1 { metrics.runawayTokenCount = 0 }
    metrics.learningRate = 2e-4 * min(1, Double(iteration) / 10)
    return metrics
  }

  private mutating func scaled(_ sign: SignMetrics, drift: Double) -> SignMetrics {
    var scaled = sign
    let noise = 0.85 + 0.3 * random.uniform()
    scaled.push *= noise
    scaled.weightedPush *= noise
    scaled.weightedRemoved = sign.weightedRemoved.map { $0 * drift * drift * noise }
    scaled.attenuatedCount = sign.attenuatedCount.map { Int((Double($0) * drift).rounded()) }
    scaled.gradientNorm = sign.gradientNorm.map { $0 * noise }
    return scaled
  }

  // MARK: The group on screen

  private mutating func groups() -> [GroupSummary] {
    (0..<16).map { index in
      index == 4
        ? GroupSummary(prompt: "3+4*2-5+6=", rightCount: 9, answerCount: 16)
        : GroupSummary(
          prompt: "\(index % 10)*\((index * 3) % 10)+\((index * 7) % 10)-4+2=",
          rightCount: [16, 0, 5, 12][index % 4], answerCount: 16)
    }
  }

  private mutating func group() -> GroupRecord {
    let wrong = [
      "3+4=7;7*2=4;4-5=9;9+6=8", "3+4=7;7*2=6;6-5=1;1+6=7", "3+4=7;7*2=4;4-5=1;1+6=7",
      "3+4=8;8*2=6;6-5=1;1+6=7", "3+4=7;7*2=4;4-5=9;9+6=", "3+4=7;7*2=4;4-5=8;8+6=4",
      "3+4=7;7*2=5;5-5=0;0+6=6",
    ]
    let rewards = (0..<16).map { $0 % 16 < 9 ? 1.0 : 0.0 }
    let advantages = GroupAdvantage(dividesByDeviation: true).advantages(ofRewards: rewards)
    let answers = rewards.indices.map { index in
      let isRight = rewards[index] > 0
      let text = isRight ? "3+4=7;7*2=4;4-5=9;9+6=5" : wrong[index - 9]
      let isTruncated = !isRight && text.hasSuffix("=")
      let symbols = text.map(String.init) + (isTruncated ? [] : ["⏎"])
      return AnswerRecord(
        reward: rewards[index], advantage: advantages[index], isTruncated: isTruncated,
        isInMinibatch: index % 8 == 0,
        tokens: symbols.map { token($0, advantage: advantages[index]) })
    }
    return GroupRecord(
      index: 4, groupCount: 16, prompt: "3+4*2-5+6=", answers: answers, position: position)
  }

  private mutating func token(_ symbol: String, advantage: Double) -> TokenRecord {
    let token = draw(advantage: advantage)
    let ratio = exp(token.new - token.old)
    let probability = exp(token.old)
    let gate = objective.gate(
      atRatio: ratio, behaviorProbability: probability, advantage: advantage,
      context: BatchContext())
    let grpo = GRPOObjective().gate(
      atRatio: ratio, behaviorProbability: probability, advantage: advantage,
      context: BatchContext())
    let weight = 1 / 768.0
    let offered = weight * abs(advantage) * ratio
    return TokenRecord(
      symbol: symbol, behaviorLogProbability: token.old,
      logProbability: token.new, advantage: advantage, ratio: ratio,
      width: objective.gateWidth(behaviorProbability: probability, advantage: advantage),
      gate: gate, push: offered * (gate ?? 1),
      weightedPush: offered * (gate ?? 1) * token.sensitivity,
      weightedRemoved: gate.map { offered * (1 - $0) * token.sensitivity },
      sensitivity: token.sensitivity, entropy: token.entropy,
      realisedMove: 0.002 * random.normal() + 0.001, isClippedByGRPO: grpo == 0)
  }

  // MARK: Knobs

  private func knobs() -> [KnobState] {
    let initial = MASPOObjective()
    let objectiveKnobs = MASPOObjective.specifications.map { specification in
      KnobState(
        specification: specification, effect: .nextUpdate,
        initialValue: (try? initial.value(of: specification.name)) ?? nil,
        value: (try? objective.value(of: specification.name)) ?? nil)
    }
    func run(
      _ name: String, _ symbol: String, _ summary: String, _ range: ClosedRange<Double>,
      _ value: Double, _ effect: KnobState.Effect, steps: [Double], isInteger: Bool = false
    ) -> KnobState {
      KnobState(
        specification: ParameterSpecification(
          name: name, symbol: symbol, summary: summary, minimum: range.lowerBound,
          maximum: range.upperBound, steps: steps), effect: effect, isInteger: isInteger,
        initialValue: value, value: value)
    }
    return objectiveKnobs + [
      run(
        "learning_rate", "lr", "Step size of AdamW after the ramp", 0...1, 2e-4, .nextUpdate,
        steps: [1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 3e-4, 5e-4, 1e-3, 2e-3]),
      run(
        "gradient_clip", "clip", "Largest norm of the gradient", 0...1e6, 1, .nextUpdate,
        steps: [0.1, 0.2, 0.5, 1, 2, 5, 10, 100]),
      run(
        "temperature", "T", "Divides the logits in sampling and in the update", 0...100, 1,
        .nextRollout, steps: [0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.5, 2]),
      run(
        "samples_per_prompt", "G", "Answers sampled for each prompt", 2...1024, 16,
        .nextRollout, steps: [2, 4, 8, 16, 32, 64], isInteger: true),
      run(
        "minibatches", "mb", "Parts that one pass over the rollout is cut into", 1...4096, 8,
        .nextRollout, steps: [1, 2, 4, 8, 16], isInteger: true),
      run(
        "epochs", "E", "Passes over each rollout", 1...256, 4, .nextRollout,
        steps: [1, 2, 3, 4, 6, 8, 16], isInteger: true),
    ]
  }
}
