import ReasoningTasks
import RepeatableRandom
import Testing

@Suite struct CountdownTaskTests {
  let task = CountdownTask()

  private func prompt(_ numbers: [Int], _ target: Int) -> String {
    numbers.map(String.init).joined(separator: ",") + ":" + (target < 10 ? "0" : "") + "\(target)="
  }

  @Test func lengths() {
    #expect(task.promptLength == 10)
    #expect(task.maximumResponseLength == 15)
  }

  /// On every triple and every target: a prompt is accepted exactly if brute force finds an
  /// answer, and exactly the answers of brute force are right, each for its own target only.
  @Test func agreesWithBruteForce() {
    for a in 1...9 {
      for b in a...9 {
        for c in b...9 {
          let numbers = [b, a, c]
          let answers = threeNumberAnswers(numbers)
          for target in 0...30 {
            let prompt = prompt(numbers, target)
            let isAccepted = (try? task.validatePrompt(prompt)) != nil
            #expect(isAccepted == (answers[target] != nil), "\(prompt)")
            guard isAccepted else { continue }
            #expect(answers[target]?.contains(task.solution(of: prompt)) == true)
            for (result, texts) in answers {
              for text in texts {
                let expected: Double = result == target ? 1 : 0
                #expect(task.verify(response: text, to: prompt) == expected, "\(prompt) \(text)")
              }
            }
          }
        }
      }
    }
  }

  @Test func singleEditsAreRightExactlyIfBruteForceSaysSo() {
    var rightEdits = 0
    for index in 0..<40 {
      let prompt = task.prompt(index, split: .training, seed: SeedPath(4))
      let numbers = prompt.prefix(5).split(separator: ",").compactMap { Int($0) }
      let target = Int(prompt.dropFirst(6).prefix(2)) ?? -1
      let right = threeNumberAnswers(numbers)[target] ?? []
      for edit in singleEdits(of: task.solution(of: prompt)) {
        let score = task.verify(response: edit, to: prompt)
        #expect(score == (right.contains(edit) ? 1 : 0), "\(prompt) \(edit)")
        rightEdits += Int(score)
      }
    }
    #expect(rightEdits > 0)
  }

  @Test(arguments: [
    ("5+7=12;3+12=15", 1.0), ("12+3=15;5+7=12", 0), ("3+12=15", 0), ("5+5=10;10+5=15", 0),
    ("3+5=8;8+7=15", 1), ("3+5=08;8+7=15", 0), ("3+5=8;08+7=15", 0), ("3*5=15;7+8=15", 0),
    ("3-5=-2;7-2=5", 0), ("3+5=8;8+7=15;15-0=15", 0), ("3+5=8,8+7=15", 0), ("3+7=10;10+5=15", 1),
    ("3+5=8;8+7=15;", 0), ("3+5=8;;8+7=15", 0), ("3+5+7=15", 0), ("15", 0),
  ])
  func scores(answer: String, expected: Double) {
    #expect(task.verify(response: answer, to: "3,5,7:15=") == expected)
  }

  @Test func equalNumbersAreUsedAsOftenAsTheyOccur() {
    #expect(task.verify(response: "4-4=0;0+4=4", to: "4,4,4:04=") == 1)
    #expect(task.verify(response: "4+4=8;8+4=12", to: "4,4,9:17=") == 0)
    #expect(task.verify(response: "4+4=8;8+9=17", to: "4,4,9:17=") == 1)
  }

  @Test func orderOfNumbersDoesNotDecideTheSplit() {
    #expect(task.splitKey(of: "3,5,7:15=") == task.splitKey(of: "7,3,5:15="))
    #expect(task.splitKey(of: "3,5,7:15=") != task.splitKey(of: "3,5,7:05="))
  }

  @Test func demonstrationsAreLegalAndHalfOfThemRight() {
    var generator = RepeatableGenerator(seed: 6)
    for index in 0..<1_000 {
      let prompt = task.prompt(index, split: .training, seed: SeedPath(4))
      let numbers = prompt.prefix(5).split(separator: ",").compactMap { Int($0) }
      let legal = threeNumberAnswers(numbers).values.reduce(into: Set()) { $0.formUnion($1) }
      #expect(legal.contains(task.demonstration(for: prompt, using: &generator)))
    }
    let rate = rightRate(of: task, prompts: 5_000)
    // A quarter aims, and of the rest a third hits by chance.
    #expect((0.44...0.56).contains(rate), "\(rate)")
  }

  @Test func aimingIsExact() throws {
    var parameters = CountdownTask.Parameters()
    parameters.aimedRate = 1
    #expect(rightRate(of: try CountdownTask(parameters), prompts: 1_000) == 1)
  }

  @Test func parametersAreChecked() throws {
    try CountdownTask.Parameters().validate()
    func refused(_ change: (inout CountdownTask.Parameters) -> Void) {
      var parameters = CountdownTask.Parameters()
      change(&parameters)
      #expect(throws: TaskError.self) { try CountdownTask(parameters) }
    }
    refused { $0.numberCount = 2 }
    refused { $0.numberCount = 6 }
    refused { $0.largestNumber = 10 }
    refused { $0.operators = [] }
    refused { $0.operators = [.plus, .times] }
    refused { $0.aimedRate = -1 }
  }

  @Test func fourNumbersAndDifferencesAlone() throws {
    var parameters = CountdownTask.Parameters()
    parameters.numberCount = 4
    parameters.operators = [.minus]
    let task = try CountdownTask(parameters)
    for index in 0..<100 {
      let prompt = task.prompt(index, split: .training, seed: SeedPath(1))
      try task.validatePrompt(prompt)
      #expect(Vocabulary.arithmetic.encode(prompt: prompt).count == task.promptLength)
      #expect(task.verify(response: task.solution(of: prompt), to: prompt) == 1)
    }
  }
}
