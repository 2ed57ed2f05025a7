/// How a batch is cut for computing: into chunks of rows that stay in the caches while they
/// pass through all layers.
///
/// A chunk holds sequences of one sign. The prompt without its last token forms a *prefix run*,
/// shared by the sequences of the chunk that have this prompt; the last prompt token and the
/// response without its last token form *scored rows*, each of which predicts a response token.
/// Responses to one prompt that begin alike share these rows too: sequences are in alphabetical
/// order, and each adds a *scored run* of only those rows that the one before it lacks. Where a
/// sequence departs with another token, the row before that predicts a further token, a *fork*.
/// Prefix rows come first; runs are listed prompt after prompt, each prefix before what follows it,
/// so that they form trees in the order in which the attention kernels walk them. The layout
/// depends on the batch alone.
struct BatchLayout {
  /// A run of rows that attend to what lies before them on their path through the tree, and
  /// causally to each other.
  struct Run {
    /// Row within the chunk.
    let firstRow: Int
    let rowCount: Int
    /// Rows before it on the path.
    let contextRows: Int
    /// Offset of its probabilities, in elements per head and layer of the chunk.
    let firstProbability: Int
    /// The response token that its first row predicts; `nil` for a prefix.
    let firstToken: ResponseToken?
  }

  /// A response token by its flat index, and its sequence.
  struct ResponseToken {
    let index: Int
    let sequence: Int
  }

  /// A row of the chunk and a token it predicts besides that of its own run.
  struct Fork {
    let row: Int
    let token: ResponseToken
  }

  /// Neighboring rows and the neighboring tokens that they predict.
  struct Prediction {
    let firstRow: Int
    let rowCount: Int
    let firstToken: ResponseToken
    let isFork: Bool
  }

  struct Chunk {
    let sign: Int8
    var runs: [Run] = []
    var forks: [Fork] = []
    var prefixRows = 0
    var rowCount = 0
    /// Into `tokens` and `positions`.
    var firstRow = 0
    /// Scored rows of the chunks before.
    var firstScoredRow = 0
    /// Elements per head of the attention probabilities: of prefix runs, then of scored runs.
    var prefixProbabilities = 0
    var probabilities = 0
    var longestRun = 0
    /// Where the chunk's activations start.
    var firstActivation = 0

    var scoredRows: Int { rowCount - prefixRows }

    /// Everything that scored rows predict; forks last, as they add to their row.
    var predictions: [Prediction] {
      runs.compactMap { run in
        run.firstToken.map {
          Prediction(
            firstRow: run.firstRow, rowCount: run.rowCount, firstToken: $0, isFork: false)
        }
      }
        + forks.map {
          Prediction(firstRow: $0.row, rowCount: 1, firstToken: $0.token, isFork: true)
        }
    }
  }

  var chunks: [Chunk] = []
  /// Input token and position of every row, chunk after chunk.
  var tokens: [Int32] = []
  var positions: [Int32] = []
  /// For every response token, flat: the first one that is the same token after the same
  /// beginning, itself where there is none before.
  var owners: [Int32] = []
  /// For every response token, flat: the scored row that predicts it.
  var scoredRows: [Int32] = []
  var scoredRowCount = 0
  var activationCount = 0
  var largestChunk = 0
  var longestRun = 0

  /// The most rows a chunk aims at: enough to amortize reading the weights and to share prompts,
  /// few enough for one layer's working set to stay in a second-level cache of 1 MB.
  static let targetRows = 192

  init() {}

  init(_ batch: SequenceBatch, _ shape: ActivationShape) {
    owners = Array(repeating: 0, count: batch.responseTokenCount)
    scoredRows = owners
    for sign: Int8 in [1, -1, 0] {
      let members = batch.sequences.indices
        .filter { batch.sequences[$0].sign == sign }
        .sorted { Self.precedes($0, $1, batch) }
      for group in Self.cut(members, batch) { append(group, sign, batch, shape) }
    }
  }

  /// What the passes read of all rows, lent out.
  struct Rows {
    let tokens: UnsafePointer<Int32>
    let positions: UnsafePointer<Int32>
  }

  func withRows(_ body: (Rows) -> Void) {
    tokens.withUnsafeBufferPointer { tokens in
      positions.withUnsafeBufferPointer { positions in
        guard let tokens = tokens.baseAddress, let positions = positions.baseAddress else {
          return
        }
        body(Rows(tokens: tokens, positions: positions))
      }
    }
  }

  /// By prompt, then alphabetically by response, then by number.
  private static func precedes(_ left: Int, _ right: Int, _ batch: SequenceBatch) -> Bool {
    let first = batch.sequences[left]
    let second = batch.sequences[right]
    guard first.promptIndex == second.promptIndex else {
      return first.promptIndex < second.promptIndex
    }
    let common = commonTokens(left, right, batch)
    guard common < first.responseLength, common < second.responseLength else {
      return (first.responseLength, left) < (second.responseLength, right)
    }
    return batch.responseTokens[first.firstToken + common]
      < batch.responseTokens[second.firstToken + common]
  }

  /// Tokens with which two responses begin alike.
  static func commonTokens(_ left: Int, _ right: Int, _ batch: SequenceBatch) -> Int {
    let first = batch.sequences[left]
    let second = batch.sequences[right]
    let most = min(first.responseLength, second.responseLength)
    return batch.responseTokens.withUnsafeBufferPointer { tokens in
      var common = 0
      while common < most,
        tokens[first.firstToken + common] == tokens[second.firstToken + common]
      {
        common += 1
      }
      return common
    }
  }

  /// Scored rows that a response has in common with another one to the same prompt: the last
  /// prompt token, and every common token that both go on from.
  static func commonRows(_ left: Int, _ right: Int, _ batch: SequenceBatch) -> Int {
    min(
      commonTokens(left, right, batch) + 1, batch.sequences[left].responseLength,
      batch.sequences[right].responseLength)
  }

  /// Cuts sequences, in order, into groups of about equal numbers of rows.
  private static func cut(_ members: [Int], _ batch: SequenceBatch) -> [[Int]] {
    func rows(_ member: Int, after previous: Int?) -> Int {
      let sequence = batch.sequences[member]
      guard let previous, batch.sequences[previous].promptIndex == sequence.promptIndex else {
        return sequence.responseLength + batch.prompts[sequence.promptIndex].count - 1
      }
      return sequence.responseLength - commonRows(previous, member, batch)
    }
    var total = 0
    for (index, member) in members.enumerated() {
      total += rows(member, after: index > 0 ? members[index - 1] : nil)
    }
    guard total > 0 else { return [] }
    // An even number, so that two threads get equal shares of every sign.
    let parts = 2 * ((total + 2 * targetRows - 1) / (2 * targetRows))
    let target = (total + parts - 1) / parts
    var groups: [[Int]] = []
    var group: [Int] = []
    var filled = 0
    for member in members {
      let added = rows(member, after: group.last)
      // Close a group when what it lacks is less than what the next sequence would exceed.
      if !group.isEmpty, filled + added - target > target - filled {
        groups.append(group)
        group = []
        filled = 0
      }
      filled += rows(member, after: group.last)
      group.append(member)
    }
    groups.append(group)
    return groups
  }
}
