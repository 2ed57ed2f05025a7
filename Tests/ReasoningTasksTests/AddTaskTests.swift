import ReasoningTasks
import RepeatableRandom
import Testing

@Suite struct AddTaskTests {
  let task = AddTask()

  @Test(arguments: [
    ("478+956=", "8+6+0=14;7+5+1=13;4+9+1=14>1434"),
    ("123+456=", "3+6+0=9;2+5+0=7;1+4+0=5>579"),
    ("100+900=", "0+0+0=0;0+0+0=0;1+9+0=10>1000"),
    ("999+999=", "9+9+0=18;9+9+1=19;9+9+1=19>1998"),
    ("505+405=", "5+5+0=10;0+0+1=1;5+4+0=9>910"),
  ])
  func solvesColumnByColumn(prompt: String, answer: String) {
    #expect(task.solution(of: prompt) == answer)
  }

  @Test func lengths() {
    #expect(task.promptLength == 9)
    #expect(task.maximumResponseLength == 32)
  }

  @Test func sumsAgreeWithIntegers() {
    for index in 0..<2_000 {
      let prompt = task.prompt(index, split: .training, seed: SeedPath(1))
      let operands = prompt.dropLast().split(separator: "+").compactMap { Int($0) }
      #expect(operands.allSatisfy { (100...999).contains($0) })
      let sum = task.solution(of: prompt).split(separator: ">").last.flatMap { Int($0) }
      #expect(sum == operands.reduce(0, +))
    }
  }

  @Test(arguments: [
    "8+6+0=14;7+5+1=13;4+9+1=14>01434", "8+6+0=14;7+5+1=13;4+9+1=14>1435",
    "8+6+0=14;7+5+1=13;4+9+1=14", "1434", ">1434", "8+6+0=14;7+5+1=13;4+9+1=14>",
    "8+6=14;7+5+1=13;4+9+1=14>1434", "6+8+0=14;7+5+1=13;4+9+1=14>1434",
    "4+9+1=14;7+5+1=13;8+6+0=14>1434", "8+6+0=14;7+5+0=12;4+9+1=14>1434",
    "8+6+0=14;7+5+1=13;4+9+1=14>1434>1434",
  ])
  func wrongAnswersScoreZero(answer: String) {
    #expect(task.verify(response: answer, to: "478+956=") == 0)
  }

  @Test func noOtherAnswerOfOneEditIsRight() {
    for index in 0..<20 {
      let prompt = task.prompt(index, split: .training, seed: SeedPath(4))
      let solution = task.solution(of: prompt)
      for edit in singleEdits(of: solution) where edit != solution {
        #expect(task.verify(response: edit, to: prompt) == 0, "\(prompt) \(edit)")
      }
    }
  }

  @Test func twinsShareASplit() {
    #expect(task.splitKey(of: "478+956=") == task.splitKey(of: "956+478="))
    #expect(task.splitKey(of: "478+956=") != task.splitKey(of: "476+958="))
  }

  /// Easy columns right 80 % of the time and a hard fifth 15 %: each of the columns is one or the
  /// other, and wrong totals are off by 1, 2 or 10, within 0 ... 19.
  @Test func columnsHaveTheDifficultiesAskedFor() throws {
    var generator = RepeatableGenerator(seed: 5)
    var hard = 0
    for left in 1..<10 {
      for right in 1..<10 {
        let prompt = "10\(left)+10\(right)="
        var rightCount = 0
        for _ in 0..<400 {
          let demonstration = task.demonstration(for: prompt, using: &generator)
          let total = try #require(
            demonstration.dropFirst(6).split(separator: ";").first.flatMap { Int($0) })
          if total == left + right { rightCount += 1 }
          #expect((0...19).contains(total))
          #expect([0, 1, 2, 10].contains(abs(total - left - right)))
        }
        let rate = Double(rightCount) / 400
        #expect((0.07...0.23).contains(rate) || (0.71...0.89).contains(rate), "\(prompt) \(rate)")
        if rate < 0.5 { hard += 1 }
      }
    }
    // A fifth of 81, within four standard errors.
    #expect((2...31).contains(hard), "\(hard)")
  }

  @Test func demonstrationsCarryTheWrongDigitOn() {
    var generator = RepeatableGenerator(seed: 6)
    for index in 0..<500 {
      let prompt = task.prompt(index, split: .training, seed: SeedPath(4))
      let parts = task.demonstration(for: prompt, using: &generator).split(separator: ">")
      let totals = parts[0].split(separator: ";").compactMap { Int($0.dropFirst(6)) }
      let carries = parts[0].split(separator: ";").compactMap { Int($0.dropFirst(4).prefix(1)) }
      #expect(carries == [0] + totals.dropLast().map { $0 / 10 })
      let sum = totals[0] % 10 + 10 * (totals[1] % 10) + 100 * totals[2]
      #expect(String(parts[1]) == String(sum))
    }
  }

  @Test func aboutThreeInTenDemonstrationsAreRight() {
    let rate = rightRate(of: task, prompts: 5_000)
    #expect((0.22...0.40).contains(rate), "\(rate)")
  }

  @Test func parametersAreChecked() throws {
    try AddTask.Parameters().validate()
    var parameters = AddTask.Parameters()
    parameters.digitCount = 7
    #expect(throws: TaskError.self) { try AddTask(parameters) }
    parameters.digitCount = 2
    parameters.hardShare = .nan
    #expect(throws: TaskError.self) { try AddTask(parameters) }
    parameters.hardShare = 0
    let two = try AddTask(parameters)
    #expect(two.parameterDigest != task.parameterDigest)
    #expect(two.solution(of: "12+90=") == "2+0+0=2;1+9+0=10>102")
  }

  @Test func operandsOfLeadingZerosAreRefused() {
    #expect(throws: TaskError.self) { try task.validatePrompt("078+956=") }
    #expect(throws: TaskError.self) { try task.validatePrompt("478+056=") }
  }
}
