internal import PolicyObjectives

/// Joins the records of all ranks into optimizer steps.
struct StreamRun {
  /// MASPO as it is held against the objective in force.
  let maspo: MASPOObjective

  private(set) var words: RunWords?
  private(set) var notices: [NoticeWords] = []
  private(set) var pieces: [UInt32: [UInt8]] = [:]
  /// The last answer to the control file.
  private(set) var control: ControlWords?
  /// Ranks that said they ended.
  private(set) var ended: [Int: EndWords] = [:]
  /// The first token whose new log-probability was not finite.
  private(set) var firstBad: BadToken?
  /// When the newest step was written, in seconds since 1970.
  private(set) var newestTime: Double?
  private var watch = FindingWatch()

  private var ranks: [Int: Rank] = [:]
  private var open: [Int: OpenStep] = [:]
  private var lastStep = 0

  /// What a rank was last seen to do.
  private struct Rank {
    var rollouts: [RolloutAnswers] = []
    var places: [UInt64: (rollout: Int, answer: Int)] = [:]
    /// Rollouts that were forgotten: places count from the first of all.
    var forgotten = 0
    var dropped = 0
    var step = 0
  }

  private struct OpenStep {
    /// By rank, so that no sum depends on which came first.
    var tokens: [Int: StepTokens] = [:]
    var losses: [Int: Double] = [:]
    var lacksLoss = false
    var words: [Int: StepWords] = [:]
    var rollouts: Set<Int> = []
    var sequences: [UInt64] = []
    var knobs: [String: Double?]?
  }

  struct BadToken: Hashable {
    let step: Int
    let rank: Int
    let sequence: UInt64?
    let token: Int?
  }

  /// Pieces kept at most: tokenizers have fewer.
  private static let pieceLimit = 2_000_000
  /// Rollouts of a rank that updates may still come for, and tokens of them where they are large.
  private static let rolloutLimit = 8
  private static let rolloutTokenLimit = 2 << 20

  init(maspo: MASPOObjective) { self.maspo = maspo }

  var world: Int { max(1, min(words?.world ?? 1, 65_536)) }
  var dropped: Int { ranks.values.reduce(0) { $0 + $1.dropped } }
  var hasEnded: Bool { !ended.isEmpty && ended.count >= min(world, ranks.count) }
  var rankNumbers: [Int] { ranks.keys.sorted() }
  /// Log-probabilities of the newest rollout: what `old` is.
  var old: String? {
    ranks.values.compactMap { $0.rollouts.last?.columns.words.old }.last ?? words?.old
  }

  /// The objective that the run declares; `nil` where the catalog has none of its name.
  func objective(knobs: [String: Double?]?) -> (any PolicyObjective)? {
    guard let declared = words?.objective,
      var objective = try? ObjectiveCatalog.objective(named: declared.name)
    else { return nil }
    for (name, value) in (declared.values ?? [:]).merging(knobs ?? [:], uniquingKeysWith: { $1 }) {
      try? objective.set(name, to: value)
    }
    return objective
  }

  /// - Returns: the steps that are complete with this record.
  mutating func take(_ record: StreamRecord, rank: Int) -> [AttachedStep] {
    switch record {
    case .run(let words):
      if rank == 0 || self.words == nil { self.words = words }
      if ranks[rank] == nil { ranks[rank] = Rank() }
    case .rollout(let columns): keep(columns, rank)
    case .update(let columns):
      guard columns.words.evaluation != true, let step = columns.words.step, step > lastStep
      else { break }
      take(columns, step: step, rank)
    case .step(let words):
      ranks[rank, default: Rank()].dropped = max(0, words.dropped ?? 0)
      ranks[rank, default: Rank()].step = words.step
      if let time = words.time { newestTime = max(newestTime ?? time, time) }
      guard words.step > lastStep else { break }
      open[words.step, default: OpenStep()].words[rank] = words
      return finishSteps(isFinal: false)
    case .pieces(let columns):
      for (id, piece) in zip(columns.ids, columns.pieces) where pieces.count < Self.pieceLimit {
        pieces[id] = piece
      }
    case .control(let words): control = words
    case .notice(let words): if notices.count < 100 { notices.append(words) }
    case .end(let words):
      ended[rank] = words
      ranks[rank, default: Rank()].dropped = max(0, words.dropped ?? 0)
    case .unknown: break
    }
    return []
  }

  /// Steps that are under way when nothing more comes.
  mutating func finish() -> [AttachedStep] { finishSteps(isFinal: true) }

  private mutating func keep(_ columns: RolloutColumns, _ rank: Int) {
    var state = ranks.removeValue(forKey: rank) ?? Rank()
    defer { ranks[rank] = state }
    let number = state.forgotten + state.rollouts.count
    state.rollouts.append(RolloutAnswers(columns))
    for (answer, sequence) in columns.sequences.enumerated() {
      state.places[sequence] = (number, answer)
    }
    func isFull() -> Bool {
      let tokens = state.rollouts.reduce(0) { $0 + $1.tokenCount }
      return state.rollouts.count > Self.rolloutLimit
        || state.rollouts.count > 2 && tokens > Self.rolloutTokenLimit
    }
    guard isFull() else { return }
    while isFull() {
      state.rollouts.removeFirst()
      state.forgotten += 1
    }
    let oldest = state.forgotten
    state.places = state.places.filter { $0.value.rollout >= oldest }
  }

  private mutating func take(_ columns: UpdateColumns, step: Int, _ rank: Int) {
    // A hostile stream may open steps without end.
    let isKept = open.count < 64 || open[step] != nil
    // Taken out, so that the columns grow in place.
    var openStep = open.removeValue(forKey: step) ?? OpenStep()
    let state = ranks[rank] ?? Rank()
    openStep.tokens[rank, default: StepTokens()].append(
      columns, aggregation: columns.words.aggregation ?? words?.aggregation,
      rankShare: 1 / Double(world)
    ) { sequence in
      guard let place = state.places[sequence] else { return nil }
      return (state.rollouts[place.rollout - state.forgotten], place.answer)
    }
    openStep.sequences += columns.sequences
    openStep.knobs = columns.words.knobs ?? openStep.knobs
    if let loss = columns.words.loss {
      openStep.losses[rank, default: 0] += loss
    } else {
      openStep.lacksLoss = true
    }
    if firstBad == nil, let bad = columns.words.firstBad {
      firstBad = BadToken(step: step, rank: rank, sequence: bad.seq, token: bad.token)
    }
    if isKept { open[step] = openStep }
  }

  private mutating func finishSteps(isFinal: Bool) -> [AttachedStep] {
    var finished: [AttachedStep] = []
    for step in open.keys.sorted() {
      guard let candidate = open[step] else { continue }
      let isComplete = candidate.words.count >= world
      // A rank that is lost, or a frame: what comes later tells that no more is to come.
      let isOvertaken = open.contains { $0.key > step + 1 && !$0.value.words.isEmpty }
      guard isComplete || isOvertaken || isFinal else { continue }
      open[step] = nil
      lastStep = max(lastStep, step)
      finished.append(make(step, candidate))
    }
    return finished
  }

  private mutating func make(_ number: Int, _ step: OpenStep) -> AttachedStep {
    let objective = objective(knobs: step.knobs)
    let parts = step.tokens.sorted { $0.key < $1.key }.map(\.value)
    let tokens = parts.dropFirst().reduce(into: parts.first ?? StepTokens()) { $0.append($1) }
    let batch = tokens.batch
    // One after the other: at a million tokens an evaluation takes 40 MB.
    let maspoShare = EvaluatedTokens(batch, by: maspo).flatMap {
      tokens.removedShare($0.evaluation)
    }
    let evaluated = objective.flatMap { EvaluatedTokens(batch, by: $0) }
    let words = step.words.sorted { $0.key < $1.key }.map(\.value)
    var figures = StepFigures(
      step: number, tokens, objective: objective, evaluated, maspoRemovedShare: maspoShare)
    let losses =
      step.lacksLoss || step.losses.isEmpty
      ? words.compactMap(\.loss) : step.losses.sorted { $0.key < $1.key }.map(\.value)
    figures.loss = losses.isEmpty ? nil : losses.reduce(0, +) / Double(losses.count)
    let answers = answers(of: step.sequences)
    figures.take(answers)
    figures.dropped = dropped
    var made = AttachedStep(
      figures: figures, tokens: tokens, answers: answers, objective: objective,
      evaluated: evaluated, words: words)
    (made.findings, made.standing) = watch.look(at: made, old: old, firstBad: firstBad)
    return made
  }

  /// All answers of the rollouts that the sequences are of, on all ranks.
  private func answers(of sequences: [UInt64]) -> RolloutSummary {
    var numbers: Set<Int> = []
    for state in ranks.values {
      for sequence in sequences {
        guard let place = state.places[sequence] else { continue }
        let rollout = state.rollouts[place.rollout - state.forgotten]
        numbers.insert(rollout.columns.words.rollout ?? place.rollout)
      }
    }
    let parts = ranks.sorted { $0.key < $1.key }.flatMap { _, state in
      state.rollouts.filter { rollout in
        rollout.columns.words.evaluation != true
          && numbers.contains(rollout.columns.words.rollout ?? -1)
      }
    }
    return RolloutSummary(parts: parts, stepSequences: Set(sequences))
  }
}
