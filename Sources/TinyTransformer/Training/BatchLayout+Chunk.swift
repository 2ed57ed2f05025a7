/// Laying out one chunk.
extension BatchLayout {
  /// The sequence added last, as far as the next one may share its rows.
  private struct Path {
    let member: Int
    /// Its scored rows, and the owners of the tokens they predict.
    var rows: [Int32] = []
    var owners: [Int32] = []
  }

  /// Appends a chunk of sequences that are in the order of the layout.
  mutating func append(
    _ members: [Int], _ sign: Int8, _ batch: SequenceBatch, _ shape: ActivationShape
  ) {
    var chunk = Chunk(sign: sign)
    chunk.firstRow = tokens.count
    chunk.firstScoredRow = scoredRowCount
    chunk.firstActivation = activationCount
    var prefixes: [Int: Run] = [:]
    for member in members {
      let promptIndex = batch.sequences[member].promptIndex
      let prompt = batch.prompts[promptIndex]
      guard prompt.count > 1, prefixes[promptIndex] == nil else { continue }
      prefixes[promptIndex] = addRun(
        &chunk, tokens: prompt.dropLast(), contextRows: 0, firstToken: nil)
    }
    chunk.prefixRows = chunk.rowCount
    chunk.prefixProbabilities = chunk.probabilities
    var path: Path?
    for member in members {
      let sequence = batch.sequences[member]
      let positions = batch.prompts[sequence.promptIndex].count + sequence.responseLength - 1
      precondition(
        positions <= shape.contextLength,
        "sequence \(member) has \(positions) positions,"
          + " more than the context of \(shape.contextLength)")
      path = addSequence(&chunk, member, after: path, prefixes[sequence.promptIndex], batch)
    }
    scoredRowCount += chunk.scoredRows
    activationCount += shape.count(of: chunk)
    largestChunk = max(largestChunk, chunk.rowCount)
    longestRun = max(longestRun, chunk.longestRun)
    chunks.append(chunk)
  }

  /// Adds what a sequence does not share with the one before it.
  private mutating func addSequence(
    _ chunk: inout Chunk, _ member: Int, after previous: Path?, _ prefix: Run?,
    _ batch: SequenceBatch
  ) -> Path {
    let sequence = batch.sequences[member]
    let length = sequence.responseLength
    let prompt = batch.prompts[sequence.promptIndex]
    var path = Path(member: member)
    if let previous, batch.sequences[previous.member].promptIndex == sequence.promptIndex {
      let common = Self.commonTokens(previous.member, member, batch)
      let commonRows = Self.commonRows(previous.member, member, batch)
      path.rows = Array(previous.rows[..<commonRows])
      path.owners = Array(previous.owners[..<common])
      if common < commonRows {
        chunk.forks.append(
          Fork(
            row: Int(path.rows[common]),
            token: ResponseToken(index: sequence.firstToken + common, sequence: member)))
      }
    } else if let prefix {
      chunk.runs.append(prefix)
    }
    let shared = path.rows.count
    if shared < length {
      let response = batch.responseTokens[batch.tokenRange(of: member)]
      let inputs = prompt.suffix(1) + response.dropLast()
      let run = addRun(
        &chunk, tokens: inputs.dropFirst(shared), contextRows: prompt.count - 1 + shared,
        firstToken: ResponseToken(index: sequence.firstToken + shared, sequence: member))
      chunk.runs.append(run)
      path.rows.append(contentsOf: (0..<run.rowCount).map { Int32(run.firstRow + $0) })
    }
    path.owners.append(
      contentsOf: (path.owners.count..<length).map { Int32(sequence.firstToken + $0) })
    for token in 0..<length {
      owners[sequence.firstToken + token] = path.owners[token]
      scoredRows[sequence.firstToken + token] =
        Int32(chunk.firstScoredRow - chunk.prefixRows) + path.rows[token]
    }
    return path
  }

  /// Adds rows that follow `contextRows` others on their path.
  private mutating func addRun(
    _ chunk: inout Chunk, tokens input: some Collection<Int32>, contextRows: Int,
    firstToken: ResponseToken?
  ) -> Run {
    let run = Run(
      firstRow: chunk.rowCount, rowCount: input.count, contextRows: contextRows,
      firstProbability: chunk.probabilities, firstToken: firstToken)
    tokens.append(contentsOf: input)
    positions.append(contentsOf: (0..<input.count).map { Int32(contextRows + $0) })
    chunk.rowCount += input.count
    chunk.probabilities += input.count * PaddedWidths.padded(contextRows + input.count)
    chunk.longestRun = max(chunk.longestRun, contextRows + input.count)
    return run
  }
}
