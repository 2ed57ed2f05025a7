internal import PolicyObjectives
internal import ReasoningTasks
internal import TinyTransformer
public import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// Forward passes beside an update, for its detailed telemetry: the shown group before and after,
/// and a minibatch that the update does not use. They change nothing that training reads.
struct UpdateProbes {
  private let experience: Rollout
  private let group: Int
  private let groupBatch: SequenceBatch
  /// The group under the weights before the update.
  private let groupStatistics: TokenStatistics
  private let elsewhere: (batch: SequenceBatch, logits: [Float])?

  /// - Parameter position: the last update made; its successor is the one probed.
  init(run: TrainingRun, experience: Rollout, at position: UpdatePosition, group: Int) {
    self.experience = experience
    self.group = min(max(0, group), experience.groupCount - 1)
    let members = experience.sequences(ofGroup: self.group)
    groupBatch = experience.batch(of: members)
    run.probe.forward(run.policy, groupBatch, keepsActivations: false)
    groupStatistics = run.probe.tokenStatistics(temperature: experience.temperature)
    let others = experience.minibatches[
      (position.update + 1) % experience.minibatches.count]
    if others != experience.minibatches[position.update] {
      let batch = experience.batch(of: others)
      run.probe.forward(run.policy, batch, keepsActivations: false)
      elsewhere = (batch, run.probe.copyLogits())
    } else {
      elsewhere = nil
    }
  }

  /// Exact KL(before‖after), nats per token, on the update's own minibatch.
  func realisedStep(run: TrainingRun, batch: SequenceBatch, before: [Float]) -> Double {
    run.probe.forward(run.policy, batch, keepsActivations: false)
    let divergences = before.withUnsafeBufferPointer { logits in
      run.probe.tokenStatistics(
        temperature: experience.temperature,
        behavior: logits.baseAddress.map { base in
          BehaviorLogits(
            base: base,
            firstRows: (0..<batch.sequenceCount).map { batch.tokenRange(of: $0).lowerBound })
        }
      ).divergences ?? []
    }
    return divergences.reduce(0, +) / Double(max(1, divergences.count))
  }

  /// The same on the next minibatch, which the update did not use; `nil` if there is none.
  func realisedStepElsewhere(run: TrainingRun) -> Double? {
    elsewhere.map { realisedStep(run: run, batch: $0.batch, before: $0.logits) }
  }

  /// The shown group as the update at `position` saw it, with what became of its tokens.
  func groupRecord(
    run: TrainingRun, update: JudgedUpdate, at position: UpdatePosition
  ) -> GroupRecord {
    run.probe.forward(run.policy, groupBatch, keepsActivations: false)
    let after = run.probe.tokenStatistics(temperature: experience.temperature)
    return experience.groupRecord(
      group: group, statistics: groupStatistics, after: after,
      objective: run.configuration.objective, update: update, position: position)
  }
}

/// What an update computed of its tokens, for showing them as it saw them.
struct JudgedUpdate {
  /// With its sequences.
  let minibatch: MinibatchRecord
  let context: BatchContext
}

extension TrainingRun {
  /// A group of the rollout in force under the present weights, outside any update: right after
  /// the rollout (every ratio is 1) or while the run is paused.
  public func groupRecord(_ group: Int) -> GroupRecord? {
    guard let experience else { return nil }
    let index = min(max(0, group), experience.groupCount - 1)
    probe.forward(
      policy, experience.batch(of: experience.sequences(ofGroup: index)), keepsActivations: false)
    var record = experience.groupRecord(
      group: index, statistics: probe.tokenStatistics(temperature: experience.temperature),
      after: nil, objective: configuration.objective, update: nil, position: position)
    record.isAfterUpdate = position.update > 0
    return record
  }
}

extension TrainingRun {
  /// The rollout in force, with one of its groups token by token; `nil` before the first.
  ///
  /// - Parameter removedByGroup: what the gate took from each group, in the update shown.
  public func rolloutDetail(_ group: GroupRecord, removedByGroup: [Double]?) -> RolloutDetail? {
    guard let rollout else { return nil }
    var groups = rollout.groups
    for (index, sum) in (removedByGroup ?? []).enumerated() { groups[index].weightedRemoved = sum }
    return RolloutDetail(metrics: rollout.metrics, groups: groups, group: group)
  }
}

extension Rollout {
  /// - Parameters:
  ///   - statistics: the group's tokens under the weights that ρ and F are to show.
  ///   - after: the same after the update, for the realised move; `nil` without an update.
  ///   - update: what the update computed of the tokens that it used; `nil` without one. Other
  ///     tokens are judged in its context, as a batch of their own.
  fileprivate func groupRecord(
    group: Int, statistics: TokenStatistics, after: TokenStatistics?,
    objective: any PolicyObjective, update: JudgedUpdate?, position: UpdatePosition
  ) -> GroupRecord {
    let members = Array(sequences(ofGroup: group))
    let tokens = MinibatchTokens(
      experience: self, sequences: members, statistics: statistics)
    let evaluation = objective.evaluate(tokens.batch)
    var record = tokens.record(evaluation, statistics: statistics)
    record.scaleWeights(by: groupScale(of: tokens, aggregation: objective.aggregation))
    if let update {
      record.judge(by: objective, in: update.context)
      record.take(update.minibatch, into: members)
    }
    let used = Set(update?.minibatch.sequences ?? [])
    var token = 0
    let answers = members.map { sequence in
      let records = self.tokens.response(sequence).map { symbol in
        defer { token += 1 }
        return record.tokenRecord(
          token, symbol: vocabulary.symbol(of: symbol), objective: objective,
          after: after?.logProbabilities[token])
      }
      return AnswerRecord(
        reward: rewards[sequence], advantage: advantages[sequence],
        isTruncated: self.tokens.isTruncated[sequence],
        isInMinibatch: used.contains(sequence), tokens: records)
    }
    return GroupRecord(
      index: group, groupCount: groupCount, prompt: prompts[group], answers: answers,
      position: position)
  }

  /// What turns the weights of a group evaluated as a batch of its own into those of an average
  /// minibatch.
  private func groupScale(of group: MinibatchTokens, aggregation: LossAggregation) -> Double {
    let parts = Double(minibatches.count) / Double(epochs)
    switch aggregation {
    case .tokenMean:
      return Double(group.lengths.reduce(0, +)) * parts / Double(metrics.tokenCount)
    case .sequenceMeanTokenSum, .sequenceMeanTokenMean:
      return Double(group.sequences.count) * parts / Double(sequenceCount)
    case .sequenceMeanTokenSumNorm:
      return 1
    }
  }
}

extension MinibatchRecord {
  fileprivate mutating func scaleWeights(by scale: Double) {
    for token in weights.indices { weights[token] *= scale }
    for token in gradient.indices { gradient[token] *= scale }
  }

  /// Judges tokens by bounds that were drawn from another batch, where the objective draws any.
  fileprivate mutating func judge(by objective: any PolicyObjective, in context: BatchContext) {
    guard context != BatchContext(), hasGates else { return }
    for token in gates.indices {
      guard
        let gate = objective.gate(
          atRatio: ratios[token], behaviorProbability: exp(behaviorLogProbabilities[token]),
          advantage: advantages[token], context: context)
      else { continue }
      gates[token] = gate
      gradient[token] = -weights[token] * advantages[token] * ratios[token] * gate
    }
  }

  /// Puts what an update computed of its sequences in the place of what was computed of the same
  /// sequences here.
  ///
  /// - Parameter members: the sequences of this record, in its order.
  fileprivate mutating func take(_ minibatch: MinibatchRecord, into members: [Int]) {
    var starts: [Int: Int] = [:]
    var start = 0
    for (sequence, length) in zip(minibatch.sequences ?? [], minibatch.sequenceLengths) {
      starts[sequence] = start
      start += length
    }
    var place = 0
    for (sequence, length) in zip(members, sequenceLengths) {
      defer { place += length }
      guard let start = starts[sequence] else { continue }
      let (own, other) = (place..<place + length, start..<start + length)
      for column in [
        \MinibatchRecord.advantages, \.logProbabilities, \.behaviorLogProbabilities, \.weights,
        \.ratios, \.gates, \.gradient, \.sensitivities, \.entropies,
      ] where !self[keyPath: column].isEmpty {
        self[keyPath: column].replaceSubrange(own, with: minibatch[keyPath: column][other])
      }
    }
  }
}
