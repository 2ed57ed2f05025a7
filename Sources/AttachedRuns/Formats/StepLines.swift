internal import LocalFiles

/// Steps that a trainer writes as one JSON object for each answer, gathered into the records of a
/// stream.
struct StepLines {
  /// An answer with its prompt, a value for each token of both.
  struct Answer {
    var ids: [UInt32]
    /// Whether each token enters the loss.
    var mask: [Bool]
    var advantages: [Double?]
    /// ln π_old, and the sampler's where that is another.
    var old: [Double?]
    var sampler: [Double?]?
    /// ln π; `nil` where the trainer does not write it.
    var new: [Double?]?
    var entropies: [Double?]?
    var reward: Double?
    var micro = 0

    /// Tokens before the first that the policy wrote.
    fileprivate var promptLength: Int { mask.firstIndex(of: true) ?? mask.count }

    /// Whether all columns are as long as the tokens.
    fileprivate var isSound: Bool {
      let columns = [advantages, old, sampler, new, entropies].compactMap { $0 }
      return mask.count == ids.count && columns.allSatisfy { $0.count == ids.count }
        && promptLength < ids.count
    }
  }

  /// Bytes of a file at most.
  static let fileLimit = 2 << 30

  private var groups: [[UInt32]: Int] = [:]
  private var nextSequence: UInt64 = 0
  private(set) var damagedCount = 0

  /// The answers of a file of JSON lines; what does not fit is counted and left aside.
  mutating func read<Line: Decodable>(
    _ path: String, as type: Line.Type, _ answer: (Line) -> Answer?
  ) throws(FileError) -> [Answer] {
    let descriptor = try SafeFile.open(path, 0)
    defer { SafeFile.close(descriptor) }
    let bytes = try SafeFile.contents(of: descriptor, path: path, limit: Self.fileLimit)
    return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
      guard let fields = JSONText.decode(type, from: line), let answer = answer(fields),
        answer.isSound
      else {
        damagedCount += 1
        return nil
      }
      return answer
    }
  }

  /// A rollout and its one update. Answers to the same prompt are a group.
  mutating func records(of answers: [Answer], step: Int, old: String) -> [StreamRecord] {
    guard !answers.isEmpty else { return [] }
    if groups.count > 100_000 { groups = [:] }
    let bodies = answers.map { answer in answer.promptLength..<answer.ids.count }
    var prompts: [Int: Int] = [:]
    var promptLengths: [Int] = []
    var promptIDs: [UInt32] = []
    var groupNumbers: [Int] = []
    var places: [Int] = []
    for (answer, body) in zip(answers, bodies) {
      let prompt = Array(answer.ids[..<body.lowerBound])
      let group = groups[prompt] ?? groups.count
      groups[prompt] = group
      groupNumbers.append(group)
      if prompts[group] == nil {
        prompts[group] = promptLengths.count
        promptLengths.append(prompt.count)
        promptIDs += prompt
      }
      places.append(prompts[group] ?? 0)
    }
    let sequences = answers.indices.map { nextSequence + UInt64($0) }
    nextSequence += UInt64(answers.count)
    func column<Value>(_ values: (Answer) -> [Value]) -> [Value] {
      zip(answers, bodies).flatMap { values($0)[$1] }
    }
    func numbers(_ values: (Answer) -> [Double?]?) -> [Double]? {
      guard answers.allSatisfy({ values($0) != nil }) else { return nil }
      return column { values($0) ?? [] }.map { $0 ?? .nan }
    }
    let old64 = numbers { $0.old } ?? []
    func differences(_ values: (Answer) -> [Double?]?) -> [Float]? {
      numbers(values).map { zip($0, old64).map { Float($0 - $1) } }
    }
    let advantages = column { $0.advantages }.map { Float($0 ?? 0) }
    let mask = column { $0.mask }
    let lengths = bodies.map(\.count)
    let rewards = answers.map { $0.reward ?? .nan }
    var starts = 0
    let means: [Double] = lengths.map { length in
      defer { starts += length }
      let own = (starts..<starts + length).filter { mask[$0] }.map { Double(advantages[$0]) }
      return own.isEmpty ? 0 : own.reduce(0, +) / Double(own.count)
    }
    let rollout = RolloutColumns(
      words: RolloutWords(rollout: step, step: step - 1, old: old), sequences: sequences,
      groups: groupNumbers, lengths: lengths, rewards: rewards.allSatisfy(\.isNaN) ? nil : rewards,
      advantages: means, tokenAdvantages: advantages, prompts: places,
      promptLengths: promptLengths, promptIDs: promptIDs, ids: column { $0.ids }, mask: mask,
      old: old64.map { Float($0) }, samplerGaps: differences { $0.sampler })
    let update = UpdateColumns(
      words: UpdateWords(step: step, micro: 0, epoch: 0), sequences: sequences, lengths: lengths,
      difference: differences { $0.new } ?? old64.map { _ in 0 },
      entropies: numbers { $0.entropies }?.map { Float($0) }, advantages: advantages, mask: mask)
    return [.rollout(rollout), .update(update)]
  }
}
