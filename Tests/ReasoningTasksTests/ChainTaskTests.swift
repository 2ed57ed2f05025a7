import ReasoningTasks
import RepeatableRandom
import Testing

@Suite struct ChainTaskTests {
  let task = ChainTask()

  @Test(arguments: [
    ("3+4*2-5+6=", "3+4=7;7*2=4;4-5=9;9+6=5"),
    ("0-9-9-9-9=", "0-9=1;1-9=2;2-9=3;3-9=4"),
    ("9*9*9*9*9=", "9*9=1;1*9=9;9*9=1;1*9=9"),
    ("0+0-0*0+0=", "0+0=0;0-0=0;0*0=0;0+0=0"),
  ])
  func solvesFromLeftToRightModuloTen(prompt: String, answer: String) {
    #expect(task.solution(of: prompt) == answer)
  }

  @Test func referenceLengths() {
    #expect(task.promptLength == 11)
    #expect(task.maximumResponseLength == 24)
  }

  @Test func noOtherAnswerOfOneEditIsRight() {
    for index in 0..<30 {
      let prompt = task.prompt(index, split: .training, seed: SeedPath(4))
      let solution = task.solution(of: prompt)
      for edit in singleEdits(of: solution) where edit != solution {
        #expect(task.verify(response: edit, to: prompt) == 0, "\(prompt) \(edit)")
      }
    }
  }

  /// Every fact's demonstrated right rate falls into one of the three classes, whose sizes and
  /// rates are those asked for; wrong results are mostly one and the same digit.
  @Test func factsHaveTheDifficultiesAskedFor() {
    var generator = RepeatableGenerator(seed: 5)
    var counts = (hard: 0, medium: 0, easy: 0)
    var misconceptionShares: [Double] = []
    for left in 0..<10 {
      for sign in ArithmeticOperator.allCases {
        for right in 0..<10 {
          let prompt = "\(left)\(sign.rawValue)\(right)+0+0+0="
          let answer = task.solution(of: prompt).dropFirst(4).first
          var shown: [Character: Int] = [:]
          for _ in 0..<400 {
            let demonstration = task.demonstration(for: prompt, using: &generator)
            shown[demonstration.dropFirst(4).first ?? "?", default: 0] += 1
          }
          let rate = Double(answer.flatMap { shown.removeValue(forKey: $0) } ?? 0) / 400
          switch rate {
          case 0.04...0.18: counts.hard += 1
          case 0.40...0.63: counts.medium += 1
          case 0.92...1: counts.easy += 1
          default: Issue.record("\(prompt) is shown right at rate \(rate)")
          }
          let wrong = shown.values.reduce(0, +)
          if wrong > 150 {
            misconceptionShares.append(Double(shown.values.max() ?? 0) / Double(wrong))
          }
        }
      }
    }
    // 12 % and 30 % of 300 facts, exactly.
    #expect(counts == (36, 90, 174), "\(counts)")
    // 70 %, and a tenth of the rest, among results of which a tenth of that rest is right.
    let meanShare = misconceptionShares.reduce(0, +) / Double(misconceptionShares.count)
    #expect(abs(meanShare - 0.73 / 0.97) < 0.02, "\(meanShare)")
  }

  @Test func aboutAQuarterOfTheDemonstrationsIsRight() {
    let rate = rightRate(of: task, prompts: 5_000)
    #expect((0.20...0.32).contains(rate), "\(rate)")
  }

  @Test func demonstrationsGoOnFromWrongResults() {
    var generator = RepeatableGenerator(seed: 6)
    for index in 0..<300 {
      let prompt = task.prompt(index, split: .training, seed: SeedPath(4))
      let steps = task.demonstration(for: prompt, using: &generator).split(separator: ";")
      #expect(steps.count == 4)
      for (step, next) in zip(steps, steps.dropFirst()) { #expect(step.last == next.first) }
      let replayed = steps[0].prefix(1) + steps.map { $0.dropFirst().prefix(2) }.joined() + "="
      #expect(replayed == prompt)
    }
  }

  @Test func parametersAreChecked() throws {
    try ChainTask.Parameters().validate()
    func refused(_ name: String, _ change: (inout ChainTask.Parameters) -> Void) {
      var parameters = ChainTask.Parameters()
      change(&parameters)
      let error = #expect(throws: TaskError.self) { try ChainTask(parameters) }
      #expect("\(String(describing: error))".contains(name))
    }
    refused("operationCount") { $0.operationCount = 1 }
    refused("operationCount") { $0.operationCount = 9 }
    refused("operators") { $0.operators = [] }
    refused("operators") { $0.operators = [.plus, .plus] }
    refused("hardShare") { $0.hardShare = 1.1 }
    refused("mediumShare") { $0.mediumShare = 0.9 }
    refused("hardRightRate") { $0.hardRightRate = -0.1 }
    refused("mediumRightRate") { $0.mediumRightRate = .nan }
    refused("easyRightRate") { $0.easyRightRate = 2 }
    refused("misconceptionRate") { $0.misconceptionRate = .infinity }
  }

  @Test func otherParametersMakeOtherTasks() throws {
    var parameters = ChainTask.Parameters()
    parameters.operationCount = 6
    parameters.operators = [.minus]
    let longer = try ChainTask(parameters)
    #expect(longer.parameterDigest != task.parameterDigest)
    let prompt = longer.prompt(0, split: .heldOut, seed: SeedPath(1))
    #expect(Vocabulary.arithmetic.encode(prompt: prompt).count == longer.promptLength)
    let solution = Vocabulary.arithmetic.encode(response: longer.solution(of: prompt))
    #expect(solution.count == longer.maximumResponseLength)
    #expect(throws: TaskError.self) { try longer.validatePrompt("1-2-3-4-5-6+7=") }
  }
}
