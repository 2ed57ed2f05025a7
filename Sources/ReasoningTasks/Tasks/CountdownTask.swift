public import RepeatableRandom

/// Reach a target with every given number used once: `3,5,7:15=` is answered `5+7=12;12+3=15`,
/// among other ways.
///
/// Each step takes two of the numbers that are left and puts its result back; the last result is
/// the target. Results lie in 0 ... 99. The target alone is written with two digits, so that
/// prompts have one length; in answers numbers are written without leading zeros.
public struct CountdownTask: ReasoningTask {
  public struct Parameters: Sendable, Hashable, Codable {
    /// Numbers in a prompt, 3 to 5.
    public var numberCount = 3
    /// The largest of them, 4 to 9; the smallest is 1.
    public var largestNumber = 9
    /// The operators that may be used: `+`, `-` or both.
    public var operators: [ArithmeticOperator] = [.plus, .minus]
    /// How often a demonstration aims at the target. The others are random legal steps; with the
    /// defaults a third of those hit it by chance, hence half of all demonstrations are right.
    public var aimedRate = 0.25

    public init() {}

    /// - Throws: `TaskError.parameterOutOfRange`.
    public func validate() throws(TaskError) {
      let name = CountdownTask.info.name
      try requireParameter(name, "numberCount", numberCount, in: 3...5)
      try requireParameter(name, "largestNumber", largestNumber, in: 4...9)
      // With a product among them, numbers could be left that no step may combine.
      guard !operators.isEmpty, Set(operators).count == operators.count,
        !operators.contains(.times)
      else {
        throw .parameterOutOfRange(
          task: name, parameter: "operators", value: "\"\(operators.signs)\"",
          allowed: "+, - or both, each once")
      }
      try requireParameter(name, "aimedRate", aimedRate, in: 0...1)
    }
  }

  public static let info = TaskInfo(
    name: "countdown",
    title: "Countdown",
    summary: "Combine all the given numbers with + and - to reach the target, step by step.",
    explanation: """
      Each step combines two numbers that are left and puts the result back. Many answers are \
      right. The base policy makes legal steps but seldom aims. An answer is right if every step \
      is legal and correct, every number is used once, and the last result is the target.
      """,
    examplePrompt: "3,5,7:15=",
    exampleAnswer: "5+7=12;12+3=15")

  public var info: TaskInfo { Self.info }

  public let parameters: Parameters

  public init() { parameters = Parameters() }

  /// - Throws: `TaskError.parameterOutOfRange`.
  public init(_ parameters: Parameters) throws(TaskError) {
    try parameters.validate()
    self.parameters = parameters
  }

  // The beginning token, each number with the comma or colon behind it, two digits, equals.
  public var promptLength: Int { 1 + 2 * parameters.numberCount + 2 + 1 }
  // n numbers of one digit go in, n - 2 results of two digits go in again, n - 1 come out; each
  // step adds its operator, its equals sign and a separator or the end token.
  public var maximumResponseLength: Int {
    let n = parameters.numberCount
    return n + 2 * (n - 2) + 2 * (n - 1) + 3 * (n - 1)
  }

  public var parameterDigest: String {
    let p = parameters
    return "countdown v1 numbers=\(p.numberCount) largest=\(p.largestNumber)"
      + " operators=\(p.operators.signs) aimed=\(p.aimedRate)"
  }

  public func drawPrompt(using generator: inout RepeatableGenerator) -> String {
    let numbers = (0..<parameters.numberCount).map { _ in
      1 + generator.integer(below: parameters.largestNumber)
    }
    let target = randomSteps(from: numbers, using: &generator).result
    let field = target < 10 ? "0\(target)" : "\(target)"
    return numbers.map(String.init).joined(separator: ",") + ":\(field)="
  }

  /// The numbers in order of size, and the target.
  public func splitKey(of prompt: String) -> String {
    let puzzle = puzzle(of: prompt)
    return puzzle.numbers.sorted().map(String.init).joined(separator: ",") + ":\(puzzle.target)"
  }

  public func demonstration(
    for prompt: String, using generator: inout RepeatableGenerator
  ) -> String {
    let puzzle = puzzle(of: prompt)
    let isAimed = generator.chance(parameters.aimedRate)
    // A bound in place of an endless search: few targets take more than a hundred attempts.
    for _ in 0..<1_000 {
      let (steps, result) = randomSteps(from: puzzle.numbers, using: &generator)
      if !isAimed || result == puzzle.target { return steps }
    }
    return solution(of: prompt)
  }

  public func verify(response: String, to prompt: String) -> Double {
    let puzzle = puzzle(of: prompt)
    var scanner = ResponseScanner(response)
    var numbers = puzzle.numbers
    for step in 1..<parameters.numberCount {
      if step > 1, !scanner.take(";") { return 0 }
      guard let left = scanner.takeNumber(),
        let sign = scanner.takeOperator(of: parameters.operators),
        let right = scanner.takeNumber(), scanner.take("="), let result = scanner.takeNumber(),
        result == sign(left, right), remove(left, from: &numbers), remove(right, from: &numbers)
      else { return 0 }
      numbers.append(result)
    }
    return scanner.isAtEnd && numbers == [puzzle.target] ? 1 : 0
  }

  public func solution(of prompt: String) -> String {
    let puzzle = puzzle(of: prompt)
    guard let steps = firstSteps(from: puzzle.numbers, to: puzzle.target) else {
      preconditionFailure("\(prompt) has no solution")
    }
    return steps.joined(separator: ";")
  }

  public var promptForm: String {
    "\(parameters.numberCount) numbers from 1 to \(parameters.largestNumber) with commas between "
      + "them, a colon, a target of two digits that can be reached, and ="
  }

  public func validatePrompt(_ prompt: String) throws(TaskError) {
    let puzzle = try parse(prompt)
    guard firstSteps(from: puzzle.numbers, to: puzzle.target) != nil else {
      throw .invalidPrompt(
        task: Self.info.name, prompt: prompt, reason: "no steps lead to \(puzzle.target)")
    }
  }
}

extension CountdownTask {
  private typealias Puzzle = (numbers: [Int], target: Int)

  private static let results = 0...99

  /// Legal steps drawn at random until one number is left. There always is a legal step: of two
  /// numbers the sum is small enough, and one of the two differences is not negative.
  private func randomSteps(
    from start: [Int], using generator: inout RepeatableGenerator
  ) -> (steps: String, result: Int) {
    var numbers = start
    var steps: [String] = []
    while numbers.count > 1 {
      let first = generator.integer(below: numbers.count)
      var second = generator.integer(below: numbers.count - 1)
      if second >= first { second += 1 }
      let sign = generator.element(of: parameters.operators)
      let (left, right) = (numbers[first], numbers[second])
      let result = sign(left, right)
      guard Self.results.contains(result) else { continue }
      steps.append("\(left)\(sign.rawValue)\(right)=\(result)")
      numbers.remove(at: max(first, second))
      numbers.remove(at: min(first, second))
      numbers.append(result)
    }
    return (steps.joined(separator: ";"), numbers[0])
  }

  /// The first steps, in a fixed order of search, that lead to the target.
  private func firstSteps(from numbers: [Int], to target: Int) -> [String]? {
    if numbers.count == 1 { return numbers[0] == target ? [] : nil }
    for first in numbers.indices {
      for second in numbers.indices where second != first {
        var others = numbers
        others.remove(at: max(first, second))
        others.remove(at: min(first, second))
        for sign in parameters.operators {
          let result = sign(numbers[first], numbers[second])
          guard Self.results.contains(result),
            let rest = firstSteps(from: others + [result], to: target)
          else { continue }
          return ["\(numbers[first])\(sign.rawValue)\(numbers[second])=\(result)"] + rest
        }
      }
    }
    return nil
  }

  private func remove(_ number: Int, from numbers: inout [Int]) -> Bool {
    guard let index = numbers.firstIndex(of: number) else { return false }
    numbers.remove(at: index)
    return true
  }

  private func puzzle(of prompt: String) -> Puzzle {
    do { return try parse(prompt) } catch { preconditionFailure("\(error)") }
  }

  private func parse(_ prompt: String) throws(TaskError) -> Puzzle {
    func invalid(_ reason: String) -> TaskError {
      .invalidPrompt(task: Self.info.name, prompt: prompt, reason: reason)
    }
    let bytes = Array(prompt.utf8)
    let count = parameters.numberCount
    guard bytes.count == 2 * count + 3, bytes.last == UInt8(ascii: "=") else {
      throw invalid(
        "expected \(count) numbers and a two-digit target, as in \(Self.info.examplePrompt)")
    }
    var numbers: [Int] = []
    for position in 0..<count {
      guard let number = bytes[2 * position].digitValue, (1...parameters.largestNumber) ~= number
      else {
        throw invalid("number \(position + 1) is not one of 1 to \(parameters.largestNumber)")
      }
      let separator = position == count - 1 ? UInt8(ascii: ":") : UInt8(ascii: ",")
      guard bytes[2 * position + 1] == separator else {
        throw invalid("expected commas between the numbers and a colon before the target")
      }
      numbers.append(number)
    }
    guard let tens = bytes[2 * count].digitValue, let ones = bytes[2 * count + 1].digitValue
    else { throw invalid("the target is not a two-digit number from 00 to 99") }
    return (numbers, 10 * tens + ones)
  }
}
