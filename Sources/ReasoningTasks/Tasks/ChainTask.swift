public import RepeatableRandom

/// A chain of operations, carried out from left to right modulo 10, every step written down:
/// `3+4*2-5+6=` is answered `3+4=7;7*2=4;4-5=9;9+6=5`.
///
/// A *fact* is one operation on two digits. Each has a fixed difficulty, ranked by hash, and a
/// fixed misconception, its usual wrong result; demonstrations go on from the wrong result.
public struct ChainTask: ReasoningTask {
  public struct Parameters: Sendable, Hashable, Codable {
    /// Operations in a prompt, 2 to 8.
    public var operationCount = 4
    /// The operators that occur, each once.
    public var operators: [ArithmeticOperator] = [.plus, .minus, .times]
    /// The share of facts that are hard, and how often demonstrations show those right.
    public var hardShare = 0.12
    public var hardRightRate = 0.08
    /// The same for facts of medium difficulty.
    public var mediumShare = 0.30
    public var mediumRightRate = 0.50
    /// How often demonstrations show all other facts right.
    public var easyRightRate = 0.97
    /// Of the results that are not meant to be right, the share that are the fact's misconception;
    /// the rest are any digit, by chance the right one too.
    public var misconceptionRate = 0.70

    public init() {}

    /// - Throws: `TaskError.parameterOutOfRange`.
    public func validate() throws(TaskError) {
      let name = ChainTask.info.name
      try requireParameter(name, "operationCount", operationCount, in: 2...8)
      guard !operators.isEmpty, Set(operators).count == operators.count else {
        throw .parameterOutOfRange(
          task: name, parameter: "operators", value: "\"\(operators.signs)\"",
          allowed: "one or more of +-*, each once")
      }
      try requireParameter(name, "hardShare", hardShare, in: 0...1)
      try requireParameter(name, "mediumShare", mediumShare, in: 0...(1 - hardShare))
      try requireParameter(name, "hardRightRate", hardRightRate, in: 0...1)
      try requireParameter(name, "mediumRightRate", mediumRightRate, in: 0...1)
      try requireParameter(name, "easyRightRate", easyRightRate, in: 0...1)
      try requireParameter(name, "misconceptionRate", misconceptionRate, in: 0...1)
    }
  }

  public static let info = TaskInfo(
    name: "chain",
    title: "Chain of operations",
    summary: "Work out a chain of +, - and * from left to right, modulo 10, writing every step.",
    explanation: """
      Each step takes the result before it. The base policy knows the form but not all the facts: \
      some results it has mostly seen wrong, and always the same way wrong. An answer is right if \
      every step is, and nothing else is written.
      """,
    examplePrompt: "3+4*2-5+6=",
    exampleAnswer: "3+4=7;7*2=4;4-5=9;9+6=5")

  public var info: TaskInfo { Self.info }

  public let parameters: Parameters

  public init() { parameters = Parameters() }

  /// - Throws: `TaskError.parameterOutOfRange`.
  public init(_ parameters: Parameters) throws(TaskError) {
    try parameters.validate()
    self.parameters = parameters
  }

  // The beginning token, a digit, an operator and a digit per operation, and the equals sign.
  public var promptLength: Int { 1 + 1 + 2 * parameters.operationCount + 1 }
  // Five characters per step; each is followed by a semicolon, the last by the end token.
  public var maximumResponseLength: Int { 6 * parameters.operationCount }

  public var parameterDigest: String {
    let p = parameters
    return "chain v4 operations=\(p.operationCount) operators=\(p.operators.signs)"
      + " hard=\(p.hardShare)@\(p.hardRightRate) medium=\(p.mediumShare)@\(p.mediumRightRate)"
      + " easy@\(p.easyRightRate) misconception=\(p.misconceptionRate)"
  }

  public func drawPrompt(using generator: inout RepeatableGenerator) -> String {
    var prompt = String(generator.integer(below: 10))
    for _ in 0..<parameters.operationCount {
      prompt += generator.element(of: parameters.operators).rawValue
      prompt += String(generator.integer(below: 10))
    }
    return prompt + "="
  }

  public func splitKey(of prompt: String) -> String { prompt }

  public func demonstration(
    for prompt: String, using generator: inout RepeatableGenerator
  ) -> String {
    steps(of: prompt) { fact in demonstratedResult(of: fact, using: &generator) }
  }

  public func verify(response: String, to prompt: String) -> Double {
    response.isIdentical(to: solution(of: prompt)) ? 1 : 0
  }

  public func solution(of prompt: String) -> String {
    steps(of: prompt) { $0.result }
  }

  public var promptForm: String {
    let signs = parameters.operators.map(\.rawValue).joined(separator: " ")
    return "a digit, then \(parameters.operationCount) times an operator (\(signs)) and a digit, "
      + "then ="
  }

  public func validatePrompt(_ prompt: String) throws(TaskError) {
    _ = try parse(prompt)
  }
}

extension ChainTask {
  /// One operation on two digits.
  private struct Fact {
    let left: Int
    let sign: ArithmeticOperator
    let right: Int

    /// The result modulo 10, in 0 ... 9 for negative differences as well.
    var result: Int { (sign(left, right) + 10) % 10 }

    /// Names the fact's fixed properties. The table of facts is the second draw: with the first,
    /// warm starts fell short of what the demonstrations show and learning was slower; of four
    /// further draws, all behaved alike.
    func property(_ name: String) -> SeedPath {
      SeedPath(2).appending("chain").appending(name).appending(left).appending(sign.rawValue)
        .appending(right)
    }
  }

  private func demonstratedResult(
    of fact: Fact, using generator: inout RepeatableGenerator
  ) -> Int {
    if generator.chance(rightRate(of: fact)) { return fact.result }
    guard generator.chance(parameters.misconceptionRate) else {
      return generator.integer(below: 10)
    }
    return (fact.result + 1 + Int(fact.property("misconception").value % 9)) % 10
  }

  /// Difficulties are ranks among the hundred facts of an operator, so that every operator has its
  /// share of hard ones, exactly.
  private static let difficultyRanks: [ArithmeticOperator: [Double]] = {
    var ranks: [ArithmeticOperator: [Double]] = [:]
    for sign in ArithmeticOperator.allCases {
      let hashes = (0..<100).map {
        Fact(left: $0 / 10, sign: sign, right: $0 % 10).property("difficulty").value
      }
      ranks[sign] = hashes.map { hash in Double(hashes.count { $0 < hash }) / 100 }
    }
    return ranks
  }()

  private func rightRate(of fact: Fact) -> Double {
    let rank = Self.difficultyRanks[fact.sign]?[fact.left * 10 + fact.right] ?? 1
    if rank < parameters.hardShare { return parameters.hardRightRate }
    if rank < parameters.hardShare + parameters.mediumShare { return parameters.mediumRightRate }
    return parameters.easyRightRate
  }

  /// Writes the steps of a prompt with the results that `result` gives, each the next one's start.
  private func steps(of prompt: String, result: (Fact) -> Int) -> String {
    let chain: (start: Int, operations: [(sign: ArithmeticOperator, right: Int)])
    do { chain = try parse(prompt) } catch { preconditionFailure("\(error)") }
    var left = chain.start
    var text = ""
    for (sign, right) in chain.operations {
      let fact = Fact(left: left, sign: sign, right: right)
      left = result(fact)
      if !text.isEmpty { text += ";" }
      text += "\(fact.left)\(sign.rawValue)\(right)=\(left)"
    }
    return text
  }

  private func parse(
    _ prompt: String
  ) throws(TaskError) -> (start: Int, operations: [(sign: ArithmeticOperator, right: Int)]) {
    func invalid(_ reason: String) -> TaskError {
      .invalidPrompt(task: Self.info.name, prompt: prompt, reason: reason)
    }
    let bytes = Array(prompt.utf8)
    let expected = 2 * parameters.operationCount + 2
    guard bytes.count == expected else {
      throw invalid(
        "expected \(expected) characters for \(parameters.operationCount) operations, "
          + "as in \(Self.info.examplePrompt), found \(bytes.count)")
    }
    guard bytes.last == UInt8(ascii: "=") else { throw invalid("it does not end with =") }
    guard let start = bytes[0].digitValue else { throw invalid("character 1 is not a digit") }
    var operations: [(sign: ArithmeticOperator, right: Int)] = []
    for position in stride(from: 1, to: expected - 1, by: 2) {
      guard let sign = ArithmeticOperator(ascii: bytes[position]),
        parameters.operators.contains(sign)
      else {
        throw invalid("character \(position + 1) is not one of \(parameters.operators.signs)")
      }
      guard let right = bytes[position + 1].digitValue else {
        throw invalid("character \(position + 2) is not a digit")
      }
      operations.append((sign, right))
    }
    return (start, operations)
  }
}
