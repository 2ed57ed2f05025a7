/// How a batch is cut for computing: into chunks of rows that stay in the caches while they
/// pass through all layers.
///
/// A chunk holds sequences of one sign. The prompt without its last token forms a *prefix run*,
/// shared by the sequences of the chunk that have this prompt; the last prompt token and the
/// response without its last token form a *scored run*, one row per response token. Prefix rows
/// come first. The layout depends on the batch alone.
struct BatchLayout {
  /// A run of rows that attend to a shared prefix (or nothing) and causally to each other.
  struct Run {
    /// Row within the chunk.
    let firstRow: Int
    let rowCount: Int
    let contextFirstRow: Int
    let contextRows: Int
    /// Offset of its probabilities, in elements per head and layer of the chunk.
    let firstProbability: Int
    /// Flat index of its first response token; `nil` for a prefix.
    let firstToken: Int?
  }

  struct Chunk {
    let sign: Int8
    var runs: [Run] = []
    var prefixRows = 0
    var rowCount = 0
    /// Into `tokens` and `positions`.
    var firstRow = 0
    /// Elements per head of the attention probabilities: of prefix runs, then of scored runs.
    var prefixProbabilities = 0
    var probabilities = 0
    var longestRun = 0
    /// Where the chunk's activations start.
    var firstActivation = 0

    var scoredRows: Int { rowCount - prefixRows }
  }

  private(set) var chunks: [Chunk] = []
  /// Input token and position of every row, chunk after chunk.
  private(set) var tokens: [Int32] = []
  private(set) var positions: [Int32] = []
  private(set) var activationCount = 0
  private(set) var largestChunk = 0
  private(set) var longestRun = 0

  /// The most rows a chunk aims at: enough to amortize reading the weights and to share prompts,
  /// few enough for one layer's working set to stay in a second-level cache of 1 MB.
  static let targetRows = 192

  init() {}

  init(_ batch: SequenceBatch, _ shape: ActivationShape) {
    for sign: Int8 in [1, -1, 0] {
      let members = batch.sequences.indices
        .filter { batch.sequences[$0].sign == sign }
        .sorted {
          (batch.sequences[$0].promptIndex, $0) < (batch.sequences[$1].promptIndex, $1)
        }
      for group in Self.cut(members, batch) { append(group, sign, batch, shape) }
    }
  }

  /// Cuts sequences, in order, into groups of about equal numbers of rows.
  private static func cut(_ members: [Int], _ batch: SequenceBatch) -> [[Int]] {
    func rows(_ member: Int, after previous: Int?) -> Int {
      let sequence = batch.sequences[member]
      let shares = previous.map { batch.sequences[$0].promptIndex } == sequence.promptIndex
      return sequence.responseLength
        + (shares ? 0 : batch.prompts[sequence.promptIndex].count - 1)
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

  private mutating func append(
    _ members: [Int], _ sign: Int8, _ batch: SequenceBatch, _ shape: ActivationShape
  ) {
    var chunk = Chunk(sign: sign)
    chunk.firstRow = tokens.count
    chunk.firstActivation = activationCount
    var prefixes: [Int: Run] = [:]
    for member in members {
      let promptIndex = batch.sequences[member].promptIndex
      let prompt = batch.prompts[promptIndex]
      guard prompt.count > 1, prefixes[promptIndex] == nil else { continue }
      prefixes[promptIndex] = addRun(
        &chunk, tokens: prompt.dropLast(), context: nil, firstToken: nil)
    }
    chunk.prefixRows = chunk.rowCount
    chunk.prefixProbabilities = chunk.probabilities
    for member in members {
      let sequence = batch.sequences[member]
      let prompt = batch.prompts[sequence.promptIndex]
      let response = batch.responseTokens[batch.tokenRange(of: member)]
      precondition(
        prompt.count + response.count - 1 <= shape.contextLength,
        "sequence \(member) has \(prompt.count + response.count - 1) positions,"
          + " more than the context of \(shape.contextLength)")
      _ = addRun(
        &chunk, tokens: prompt.suffix(1) + response.dropLast(),
        context: prefixes[sequence.promptIndex], firstToken: sequence.firstToken)
    }
    activationCount += shape.count(of: chunk)
    largestChunk = max(largestChunk, chunk.rowCount)
    longestRun = max(longestRun, chunk.longestRun)
    chunks.append(chunk)
  }

  private mutating func addRun(
    _ chunk: inout Chunk, tokens input: some Collection<Int32>, context: Run?, firstToken: Int?
  ) -> Run {
    let before = context?.rowCount ?? 0
    let run = Run(
      firstRow: chunk.rowCount, rowCount: input.count, contextFirstRow: context?.firstRow ?? 0,
      contextRows: before, firstProbability: chunk.probabilities, firstToken: firstToken)
    tokens.append(contentsOf: input)
    positions.append(contentsOf: (0..<input.count).map { Int32(before + $0) })
    chunk.runs.append(run)
    chunk.rowCount += input.count
    chunk.probabilities += input.count * PaddedWidths.padded(before + input.count)
    chunk.longestRun = max(chunk.longestRun, before + input.count)
    return run
  }
}
