internal import LocalFiles

/// One record of a probe's stream, checked against itself. Fields are those of the page
/// ProbeStream; what is not known is `nil`.
enum StreamRecord {
  case run(RunWords)
  case rollout(RolloutColumns)
  case update(UpdateColumns)
  case step(StepWords)
  case pieces(PieceColumns)
  case control(ControlWords)
  case notice(NoticeWords)
  case end(EndWords)
  /// Of a later version; left aside.
  case unknown

  /// Steps, rollouts, tokens and frames of any run: sums of a few of them are numbers as well.
  private static let plausibleCounts = 0...1 << 48

  /// - Throws: `StreamFault` for what contradicts itself.
  init(_ payload: [UInt8]) throws(StreamFault) {
    let blob: SafetensorsArchive
    do {
      blob = try SafetensorsArchive(decoding: payload, headerLimit: FrameFile.headerLimit)
    } catch { throw StreamFault(error.reason) }
    guard blob.metadata["format"] == "maspo-probe" else { throw StreamFault("another format") }
    guard blob.metadata["version"] == "1" else { throw StreamFault("another version") }
    let name = blob.metadata["record"] ?? ""
    let text = Array((blob.metadata["json"] ?? "{}").utf8)
    func words<Words: StreamWords>(_ type: Words.Type) throws(StreamFault) -> Words {
      guard let words = JSONText.decode(type, from: text) else {
        throw StreamFault("the JSON of a \(name) record")
      }
      guard words.counts.allSatisfy({ $0.map { Self.plausibleCounts.contains($0) } ?? true }) else {
        throw StreamFault("a count in a \(name) record that no run has")
      }
      return words
    }
    switch name {
    case "run": self = .run(try words(RunWords.self))
    case "rollout": self = .rollout(try RolloutColumns(blob, try words(RolloutWords.self)))
    case "update": self = .update(try UpdateColumns(blob, try words(UpdateWords.self)))
    case "step": self = .step(try words(StepWords.self))
    case "pieces": self = .pieces(try PieceColumns(blob))
    case "control": self = .control(try words(ControlWords.self))
    case "notice": self = .notice(try words(NoticeWords.self))
    case "end": self = .end(try words(EndWords.self))
    default: self = .unknown
    }
  }
}

/// Why a frame is left aside.
struct StreamFault: Error, Hashable {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}

// MARK: Words

/// The JSON of a record.
protocol StreamWords: Decodable {
  /// The numbers in it that count something.
  var counts: [Int?] { get }
}

struct RunWords: StreamWords {
  struct Objective: Decodable {
    var name: String
    var values: [String: Double?]?
  }

  struct Sampling: Decodable {
    var temperature: Double?
    var topP: Double?
    var topK: Double?
    var engine: String?
  }

  var trainer: String?
  var trainerVersion: String?
  var attempt: Int?
  var rank: Int?
  var world: Int?
  var started: Double?
  var host: String?
  var model: String?
  var vocabulary: Int?
  var objective: Objective?
  var aggregation: String?
  var old: String?
  var groupSize: Int?
  var passes: Int?
  var microBatches: Int?
  var maxLength: Int?
  var sampling: Sampling?
  var rewards: [String]?
  var control: Bool?
  var knobs: [String: Double?]?
  var ranksCanPause: Bool?

  var counts: [Int?] {
    [attempt, rank, world, vocabulary, groupSize, passes, microBatches, maxLength]
  }
}

struct RolloutWords: StreamWords {
  var rollout: Int?
  var step: Int?
  var evaluation: Bool?
  var old: String?
  var rewards: [String]?
  var groupSize: Int?
  var time: Double?

  var counts: [Int?] { [rollout, step, groupSize] }
}

struct UpdateWords: StreamWords {
  struct FirstBad: Decodable {
    var seq: UInt64?
    var token: Int?
  }

  var step: Int?
  var micro: Int?
  var epoch: Int?
  var rollout: Int?
  var aggregation: String?
  var denominator: Double?
  var loss: Double?
  var knobs: [String: Double?]?
  var evaluation: Bool?
  var firstBad: FirstBad?

  var counts: [Int?] { [step, micro, epoch, rollout, firstBad?.token] }
}

struct StepWords: StreamWords {
  var step: Int
  var learningRate: Double?
  var gradientNorm: Double?
  var loss: Double?
  var seconds: Double?
  var dropped: Int?
  var time: Double?

  var counts: [Int?] { [step, dropped] }
}

struct ControlWords: StreamWords {
  /// What the writer of the line called it: a string or a number.
  struct Identifier: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        self.text = text
      } else {
        text = "\(try container.decode(Int.self))"
      }
    }
  }

  var id: Identifier?
  var command: String?
  var accepted: Bool?
  var message: String?
  var step: Int?
  var state: String?
  var knobs: [String: Double?]?

  var counts: [Int?] { [step] }
}

struct NoticeWords: StreamWords {
  var text: String?
  var level: String?

  var counts: [Int?] { [] }
}

struct EndWords: StreamWords {
  var reason: String?
  var message: String?
  var step: Int?
  var dropped: Int?

  var counts: [Int?] { [step, dropped] }
}

// MARK: Columns

/// The answers of a rollout on one rank. Numbers are kept as a stream has them: a step may have
/// millions.
struct RolloutColumns {
  let words: RolloutWords
  let sequences: [UInt64]
  let groups: [Int]
  let lengths: [Int]
  let flags: [UInt8]
  let rewards: [Double]?
  /// By function, in the order of the words' names.
  let rewardsByFunction: [[Double]]?
  let advantages: [Double]?
  let tokenAdvantages: [Float]?
  let prompts: [Int]?
  let promptLengths: [Int]?
  let promptIDs: [UInt32]?
  let ids: [UInt32]?
  let mask: [Bool]?
  let old: [Float]?
  /// ln π of the sampler − ln π_old at each token.
  let samplerGaps: [Float]?

  /// Of a trainer's own files.
  ///
  /// - Precondition: columns are as long as the sequences, or as the sum of their lengths.
  init(
    words: RolloutWords, sequences: [UInt64], groups: [Int], lengths: [Int], rewards: [Double]?,
    advantages: [Double], tokenAdvantages: [Float], prompts: [Int], promptLengths: [Int],
    promptIDs: [UInt32], ids: [UInt32], mask: [Bool], old: [Float], samplerGaps: [Float]?
  ) {
    self.words = words
    self.sequences = sequences
    self.groups = groups
    self.lengths = lengths
    flags = Array(repeating: 0, count: sequences.count)
    self.rewards = rewards
    rewardsByFunction = nil
    self.advantages = advantages
    self.tokenAdvantages = tokenAdvantages
    self.prompts = prompts
    self.promptLengths = promptLengths
    self.promptIDs = promptIDs
    self.ids = ids
    self.mask = mask
    self.old = old
    self.samplerGaps = samplerGaps
  }

  init(_ blob: SafetensorsArchive, _ words: RolloutWords) throws(StreamFault) {
    self.words = words
    let columns = Columns(blob)
    sequences = try columns.required("seq")
    let count = sequences.count
    lengths = try columns.lengths("length", count: count)
    let tokens = lengths.reduce(0, +)
    groups = try columns.indices("group", count: count) ?? Array(repeating: 0, count: count)
    flags = try columns.bytes("flags", count: count) ?? Array(repeating: 0, count: count)
    rewards = try columns.numbers("reward", count: count)?.map(Double.init)
    if let names = words.rewards, !names.isEmpty,
      let table = try columns.numbers("rewards", count: count * names.count)
    {
      rewardsByFunction = names.indices.map { function in
        (0..<count).map { Double(table[$0 * names.count + function]) }
      }
    } else {
      rewardsByFunction = nil
    }
    advantages = try columns.numbers("advantage", count: count)?.map(Double.init)
    tokenAdvantages = try columns.numbers("token_advantage", count: tokens)
    prompts = try columns.indices("prompt", count: count)
    promptLengths = try columns.indices("prompt_length", count: nil)
    let promptTokens = try Columns.sum(promptLengths ?? [])
    promptIDs = try columns.identifiers(
      "prompt_ids", count: promptLengths == nil ? nil : promptTokens)
    ids = try columns.identifiers("ids", count: tokens)
    mask = try columns.mask("mask", count: tokens)
    let old = try columns.numbers("old", count: tokens)
    self.old = old
    if let gaps = try columns.numbers("sampler_minus_old", count: tokens), old != nil {
      samplerGaps = gaps
    } else if let sampler = try columns.numbers("sampler", count: tokens), let old {
      samplerGaps = zip(sampler, old).map { $0 - $1 }
    } else {
      samplerGaps = nil
    }
  }
}

/// The tokens of a micro-batch on one rank.
struct UpdateColumns {
  let words: UpdateWords
  let sequences: [UInt64]
  let lengths: [Int]
  /// ln π_new − ln π_old; `nil` where there is no old.
  let difference: [Float]?
  let new: [Float]?
  let entropies: [Float]?
  let logSquaredSums: [Float]?
  let advantages: [Float]?
  let mask: [Bool]?

  /// Of a trainer's own files.
  init(
    words: UpdateWords, sequences: [UInt64], lengths: [Int], difference: [Float],
    entropies: [Float]?, advantages: [Float], mask: [Bool]
  ) {
    self.words = words
    self.sequences = sequences
    self.lengths = lengths
    self.difference = difference
    new = nil
    self.entropies = entropies
    logSquaredSums = nil
    self.advantages = advantages
    self.mask = mask
  }

  init(_ blob: SafetensorsArchive, _ words: UpdateWords) throws(StreamFault) {
    self.words = words
    let columns = Columns(blob)
    sequences = try columns.required("seq")
    lengths = try columns.lengths("length", count: sequences.count)
    let tokens = lengths.reduce(0, +)
    difference = try columns.numbers("d", count: tokens)
    new = try columns.numbers("new", count: tokens)
    entropies = try columns.numbers("entropy", count: tokens)
    logSquaredSums = try columns.numbers("log_sum_sq", count: tokens)
    advantages = try columns.numbers("advantage", count: tokens)
    mask = try columns.mask("mask", count: tokens)
  }
}

/// What tokens print.
struct PieceColumns {
  let ids: [UInt32]
  let pieces: [[UInt8]]

  init(_ blob: SafetensorsArchive) throws(StreamFault) {
    let columns = Columns(blob)
    ids = try columns.identifiers("ids", count: nil) ?? []
    let lengths = try columns.lengths("length", count: ids.count)
    guard let bytes = try columns.bytes("bytes", count: try Columns.sum(lengths)) else {
      throw StreamFault("pieces without bytes")
    }
    var start = 0
    pieces = lengths.map { length in
      defer { start += length }
      return Array(bytes[start..<start + length])
    }
  }
}
