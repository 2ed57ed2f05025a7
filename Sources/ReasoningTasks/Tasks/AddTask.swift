public import RepeatableRandom

/// Addition of two numbers, column by column with carries, and then the sum:
/// `478+956=` is answered `8+6+0=14;7+5+1=13;4+9+1=14>1434`.
///
/// A column is the two digits and the carry into it, from the lowest place up. Numbers are
/// written as one writes them, without leading zeros: `3+4+0=7` and not `3+4+0=07`, and the sum
/// of `123+456=` is `579`. Operands have exactly the number of digits asked for, so that prompts
/// have one length without padding.
public struct AddTask: ReasoningTask {
  public struct Parameters: Sendable, Hashable, Codable {
    /// Digits of each operand, 2 to 6.
    public var digitCount = 3
    /// How often demonstrations show a column right.
    public var rightRate = 0.80
    /// The share of columns (digit, digit, carry) that are hard, and how often those are right.
    public var hardShare = 0.20
    public var hardRightRate = 0.15

    public init() {}

    /// - Throws: `TaskError.parameterOutOfRange`.
    public func validate() throws(TaskError) {
      let name = AddTask.info.name
      try requireParameter(name, "digitCount", digitCount, in: 2...6)
      try requireParameter(name, "rightRate", rightRate, in: 0...1)
      try requireParameter(name, "hardShare", hardShare, in: 0...1)
      try requireParameter(name, "hardRightRate", hardRightRate, in: 0...1)
    }
  }

  public static let info = TaskInfo(
    name: "add",
    title: "Column addition",
    summary: "Add two three-digit numbers column by column, then write the sum.",
    explanation: """
      Columns go from right to left, each with the carry into it: digit+digit+carry=total. The \
      base policy gets columns wrong by one, two or ten, and carries on from the wrong total. An \
      answer is right if every column and the sum are.
      """,
    examplePrompt: "478+956=",
    exampleAnswer: "8+6+0=14;7+5+1=13;4+9+1=14>1434")

  public var info: TaskInfo { Self.info }

  public let parameters: Parameters

  public init() { parameters = Parameters() }

  /// - Throws: `TaskError.parameterOutOfRange`.
  public init(_ parameters: Parameters) throws(TaskError) {
    try parameters.validate()
    self.parameters = parameters
  }

  // The beginning token, two operands, the plus sign and the equals sign.
  public var promptLength: Int { 1 + 2 * parameters.digitCount + 2 }
  // Up to eight characters and a separator per column, one digit more in the sum, the end token.
  public var maximumResponseLength: Int {
    9 * parameters.digitCount + (parameters.digitCount + 1) + 1
  }

  public var parameterDigest: String {
    let p = parameters
    return "add v1 digits=\(p.digitCount) right=\(p.rightRate) hard=\(p.hardShare)"
      + "@\(p.hardRightRate)"
  }

  public func drawPrompt(using generator: inout RepeatableGenerator) -> String {
    let smallest = (1..<parameters.digitCount).reduce(1) { power, _ in power * 10 }
    let left = smallest + generator.integer(below: 9 * smallest)
    let right = smallest + generator.integer(below: 9 * smallest)
    return "\(left)+\(right)="
  }

  /// The operands in order of size: who has seen `a+b=` has as good as seen `b+a=`.
  public func splitKey(of prompt: String) -> String {
    let (left, right) = operands(of: prompt)
    let (first, second) = left.lexicographicallyPrecedes(right) ? (left, right) : (right, left)
    return first.map(String.init).joined() + "+" + second.map(String.init).joined()
  }

  public func demonstration(
    for prompt: String, using generator: inout RepeatableGenerator
  ) -> String {
    steps(of: prompt) { column in demonstratedTotal(of: column, using: &generator) }
  }

  public func verify(response: String, to prompt: String) -> Double {
    response.isIdentical(to: solution(of: prompt)) ? 1 : 0
  }

  public func solution(of prompt: String) -> String {
    steps(of: prompt) { $0.total }
  }

  public var promptForm: String {
    "two numbers of \(parameters.digitCount) digits, + between them and = at the end"
  }

  public func validatePrompt(_ prompt: String) throws(TaskError) {
    _ = try parse(prompt)
  }
}

extension AddTask {
  /// Two digits and the carry into their place.
  private struct Column {
    let left: Int
    let right: Int
    let carry: Int

    var total: Int { left + right + carry }

    /// Names the column's fixed properties.
    func property(_ name: String) -> SeedPath {
      SeedPath(0).appending("add").appending(name).appending(left).appending(right)
        .appending(carry)
    }
  }

  /// The largest total of a column, 9 + 9 + 1. Wrong totals stay within it, so that their carry
  /// is a carry.
  private static let largestTotal = 19

  private func demonstratedTotal(
    of column: Column, using generator: inout RepeatableGenerator
  ) -> Int {
    let isHard = hashedUniform(column.property("difficulty")) < parameters.hardShare
    if generator.chance(isHard ? parameters.hardRightRate : parameters.rightRate) {
      return column.total
    }
    let isTooLarge = hashedUniform(column.property("direction")) < 0.5
    let error = generator.element(of: [1, 1, 1, 2, 10])
    let wrong = column.total + (isTooLarge ? error : -error)
    // The other direction where that one leaves the range; one of the two always stays inside.
    return (0...Self.largestTotal).contains(wrong) ? wrong : 2 * column.total - wrong
  }

  /// Writes the columns of a prompt with the totals that `total` gives, and the sum they make.
  private func steps(of prompt: String, total: (Column) -> Int) -> String {
    let (left, right) = operands(of: prompt)
    var carry = 0
    var columns: [String] = []
    var sum = 0
    var place = 1
    for (leftDigit, rightDigit) in zip(left.reversed(), right.reversed()) {
      let column = Column(left: leftDigit, right: rightDigit, carry: carry)
      let result = total(column)
      columns.append("\(column.left)+\(column.right)+\(column.carry)=\(result)")
      carry = result / 10
      sum += result % 10 * place
      place *= 10
    }
    return columns.joined(separator: ";") + ">" + String(sum + carry * place)
  }

  /// The operands' digits, highest place first.
  private func operands(of prompt: String) -> (left: [Int], right: [Int]) {
    do { return try parse(prompt) } catch { preconditionFailure("\(error)") }
  }

  private func parse(_ prompt: String) throws(TaskError) -> (left: [Int], right: [Int]) {
    func invalid(_ reason: String) -> TaskError {
      .invalidPrompt(task: Self.info.name, prompt: prompt, reason: reason)
    }
    let bytes = Array(prompt.utf8)
    let count = parameters.digitCount
    guard bytes.count == 2 * count + 2, bytes[count] == UInt8(ascii: "+"),
      bytes.last == UInt8(ascii: "=")
    else {
      throw invalid("expected two \(count)-digit numbers, as in \(Self.info.examplePrompt)")
    }
    let left = bytes[..<count].compactMap(\.digitValue)
    let right = bytes[(count + 1)..<(2 * count + 1)].compactMap(\.digitValue)
    guard left.count == count, right.count == count else {
      throw invalid("both numbers must consist of digits")
    }
    guard left[0] != 0, right[0] != 0 else { throw invalid("a number begins with 0") }
    return (left, right)
  }
}
