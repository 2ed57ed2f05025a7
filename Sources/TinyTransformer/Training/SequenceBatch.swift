/// B sequences of different lengths, each a prompt and the response whose tokens are scored.
///
/// A response includes its end token, if it has one. The flat order of response tokens, which
/// all per-token arrays share, is the order of appending: sequence 0's tokens, then 1's, …
public struct SequenceBatch: Sendable {
  struct Sequence: Sendable {
    let promptIndex: Int
    /// Into `responseTokens`.
    let firstToken: Int
    let responseLength: Int
    let sign: Int8
  }

  private(set) var prompts: [[Int32]] = []
  private var promptIndices: [[Int32]: Int] = [:]
  private(set) var sequences: [Sequence] = []
  /// All response tokens, flat.
  public private(set) var responseTokens: [Int32] = []
  /// Σ (prompt + response − 1), the positions a transformer without shared prompts computes.
  public private(set) var rowCount = 0

  public init() {}

  public var sequenceCount: Int { sequences.count }
  public var responseTokenCount: Int { responseTokens.count }

  /// Appends a sequence.
  ///
  /// - Parameter sign: the buffer its gradient belongs to: +1 and −1 for the sign of its
  ///   advantage, 0 for gradients without a sign. Sequences of equal sign and prompt share the
  ///   computation of everything they begin with alike.
  /// - Precondition: neither part is empty.
  public mutating func append(
    prompt: some Collection<Int32>, response: some Collection<Int32>, sign: Int8 = 0
  ) {
    precondition(!prompt.isEmpty && !response.isEmpty, "a prompt and a response must have tokens")
    let prompt = Array(prompt)
    let index = promptIndices[prompt] ?? prompts.count
    if index == prompts.count {
      prompts.append(prompt)
      promptIndices[prompt] = index
    }
    sequences.append(
      Sequence(
        promptIndex: index, firstToken: responseTokens.count, responseLength: response.count,
        sign: Int8(sign.signum())))
    responseTokens.append(contentsOf: response)
    rowCount += prompt.count + response.count - 1
  }

  /// The flat range of a sequence's response tokens.
  public func tokenRange(of sequence: Int) -> Range<Int> {
    let entry = sequences[sequence]
    return entry.firstToken..<entry.firstToken + entry.responseLength
  }
}
