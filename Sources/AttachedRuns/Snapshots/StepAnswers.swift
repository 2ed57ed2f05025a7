internal import LocalFiles
internal import PolicyObjectives
internal import TrainingTelemetry

/// The groups of the rollouts that a step uses, over all ranks.
struct StepAnswers {
  private struct Place {
    var part: Int
    var answer: Int
  }

  private let parts: [RolloutAnswers]
  /// By the number that the trainer gave the group.
  private let groups: [(number: Int, places: [Place])]
  private let promptStarts: [[Int]]
  private let text: TokenText

  init(_ step: AttachedStep, pieces: [UInt32: [UInt8]]) {
    let parts = step.answers.parts
    self.parts = parts
    text = TokenText(pieces: pieces)
    var places: [Int: [Place]] = [:]
    for (part, rollout) in parts.enumerated() {
      for (answer, group) in rollout.columns.groups.enumerated() {
        places[group, default: []].append(Place(part: part, answer: answer))
      }
    }
    groups = places.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    promptStarts = parts.map { part in
      var start = 0
      return (part.columns.promptLengths ?? []).map { length in
        defer { start += length }
        return start
      }
    }
  }

  /// Characters of a prompt that a screen has use for.
  private static let promptLimit = 400

  var count: Int { groups.count }

  /// Each group in brief.
  ///
  /// - Parameter removed: what the gate took from each answer in the step, by its number; `nil`
  ///   without a gate.
  func summaries(removed: [UInt64: Double]?) -> [GroupSummary] {
    groups.map { group in
      let rewards = group.places.compactMap { reward($0) }
      var summary = GroupSummary(
        prompt: prompt(group.places[0]), rightCount: rewards.count { $0 > 0 },
        answerCount: group.places.count,
        rewardsDiffer: rewards.contains { $0 != rewards[0] })
      summary.weightedRemoved = removed.map { removed in
        group.places.reduce(0) { $0 + (removed[sequence($1)] ?? 0) }
      }
      return summary
    }
  }

  /// Of the rollout as a whole.
  func metrics(iteration: Int, updatesBefore: Int, reward: Double?) -> RolloutMetrics {
    let spreads = groups.map { group in group.places.compactMap { self.reward($0) } }
    let equal = spreads.filter { rewards in
      !rewards.isEmpty && rewards.allSatisfy { $0 == rewards[0] }
    }
    let right = equal.count { $0[0] > 0 }
    return RolloutMetrics(
      iteration: iteration, updatesBefore: updatesBefore, reward: reward, groupCount: groups.count,
      zeroVarianceGroups: equal.count, allRightGroups: right, allWrongGroups: equal.count - right,
      truncatedAnswers: parts.reduce(0) { $0 + $1.columns.flags.count { $0 & 1 != 0 } },
      answerCount: parts.reduce(0) { $0 + $1.columns.sequences.count },
      tokenCount: parts.reduce(0) { $0 + $1.columns.lengths.reduce(0, +) }, entropy: nil, seconds: 0
    )
  }

  /// A group token by token.
  ///
  /// - Parameters:
  ///   - tokens: what the step saw, of which `record` says what the objective made.
  ///   - index: among the groups, 0-based.
  func record(
    group index: Int, tokens: StepTokens, record: MinibatchRecord,
    objective: any PolicyObjective, position: UpdatePosition
  ) -> GroupRecord {
    guard groups.indices.contains(index) else {
      return GroupRecord(
        index: 0, groupCount: 0, prompt: "", answers: [], position: position)
    }
    var seen: [UInt64: Range<Int>] = [:]
    let wanted = Set(groups[index].places.map { sequence($0) })
    for (number, range) in zip(tokens.sequences, tokens.ranges) where wanted.contains(number) {
      seen[number] = range
    }
    let answers = groups[index].places.map { place in
      answer(place, seen[sequence(place)], tokens, record, objective)
    }
    return GroupRecord(
      index: index, groupCount: groups.count, prompt: prompt(groups[index].places[0]),
      answers: answers, position: position)
  }

  /// - Parameter range: the answer's tokens in the step; `nil` where it is not part of it.
  private func answer(
    _ place: Place, _ range: Range<Int>?, _ tokens: StepTokens, _ record: MinibatchRecord,
    _ objective: any PolicyObjective
  ) -> AnswerRecord {
    let columns = parts[place.part].columns
    let start = parts[place.part].starts[place.answer]
    let length = columns.lengths[place.answer]
    let symbols = text.symbols(
      columns.ids.map { Array($0[start..<start + length]) } ?? Array(repeating: 0, count: length))
    var known: [Int: Int] = [:]
    for token in range ?? 0..<0 { known[Int(tokens.positions[token])] = token }
    let advantage = columns.advantages?[place.answer] ?? 0
    let records = symbols.indices.map { position in
      let rolloutToken = start + position
      var token =
        known[position].map {
          record.tokenRecord($0, symbol: symbols[position], objective: objective, after: nil)
        } ?? untouched(symbols[position], columns, rolloutToken, advantage, isInStep: range != nil)
      if let gap = columns.samplerGaps?[rolloutToken], gap.isFinite {
        token.samplerGap = Double(gap)
      }
      return token
    }
    var answer = AnswerRecord(
      reward: reward(place) ?? 0, advantage: advantage,
      isTruncated: columns.flags[place.answer] & 1 != 0, isInMinibatch: range != nil,
      tokens: records)
    if let names = columns.words.rewards, let values = columns.rewardsByFunction, names.count > 1 {
      answer.rewardParts = zip(names, values).map {
        AnswerRecord.RewardPart(name: $0.harmlessLine, value: $1[place.answer])
      }
    }
    return answer
  }

  /// A token that the step did not compute: as it was sampled, or kept out of the loss.
  private func untouched(
    _ symbol: String, _ columns: RolloutColumns, _ token: Int, _ advantage: Double, isInStep: Bool
  ) -> TokenRecord {
    let old = Double(columns.old?[token] ?? 0)
    let isFinite = old.isFinite
    var record = TokenRecord(
      symbol: symbol, behaviorLogProbability: isFinite ? old : 0,
      logProbability: isFinite ? old : 0, advantage: isInStep ? 0 : advantage, ratio: 1, width: nil,
      gate: nil, push: 0, weightedPush: 0, weightedRemoved: nil, sensitivity: 0, entropy: nil,
      realisedMove: nil, isClippedByGRPO: false)
    if !isFinite { record.exclusion = .nonFinite } else if isInStep { record.exclusion = .masked }
    return record
  }

  private func sequence(_ place: Place) -> UInt64 {
    parts[place.part].columns.sequences[place.answer]
  }

  private func reward(_ place: Place) -> Double? {
    parts[place.part].columns.rewards.map { $0[place.answer] }.flatMap { $0.isFinite ? $0 : nil }
  }

  private func prompt(_ place: Place) -> String {
    let columns = parts[place.part].columns
    guard let ids = columns.promptIDs, let lengths = columns.promptLengths,
      let prompt = columns.prompts?[place.answer], lengths.indices.contains(prompt)
    else { return "" }
    let start = promptStarts[place.part][prompt]
    return text.text(ids[start..<start + lengths[prompt]], limit: Self.promptLimit)
  }
}
