import ReasoningTasks
import RepeatableRandom
import Testing

/// What holds for every task of the catalog; a new task inherits all of it.
@Suite struct TaskBatteryTests {
  static let seeds = [SeedPath(1), SeedPath(2), SeedPath(0xFEED)]

  /// The first prompts of a split.
  static func prompts(
    _ task: any ReasoningTask, count: Int, split: Split = .training, seed: SeedPath = seeds[0]
  ) -> [String] {
    (0..<count).map { task.prompt($0, split: split, seed: seed) }
  }

  @Test func namesAreUniqueAndPlain() {
    #expect(Set(TaskCatalog.names).count == TaskCatalog.all.count)
    #expect(TaskCatalog.names.first == "chain")
    for name in TaskCatalog.names {
      #expect(name.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) })
    }
  }

  @Test func unknownNamesAreRefusedWithTheKnownOnes() {
    for name in ["chains", "Chain", "", "chain "] {
      let expected = TaskError.unknownTask(name: name, known: TaskCatalog.names)
      #expect(throws: expected) { try TaskCatalog.task(named: name) }
      #expect("\(expected)".contains("chain, add, countdown"))
    }
  }

  @Test(arguments: BatteryTasks.names)
  func exampleIsRight(name: String) throws {
    let task = try BatteryTasks.task(named: name)
    let info = task.info
    #expect(info.name == name)
    try task.validatePrompt(info.examplePrompt)
    #expect(task.verify(response: info.exampleAnswer, to: info.examplePrompt) == 1)
    #expect(!info.title.isEmpty && info.summary.hasSuffix(".") && info.explanation.hasSuffix("."))
  }

  @Test(arguments: BatteryTasks.names)
  func promptDependsOnSeedAndIndexAlone(name: String) throws {
    let task = try BatteryTasks.task(named: name)
    for split in Split.allCases {
      let forward = Self.prompts(task, count: 50, split: split)
      let another = try BatteryTasks.task(named: name)
      for index in (0..<50).reversed() {
        #expect(another.prompt(index, split: split, seed: Self.seeds[0]) == forward[index])
      }
      #expect(Set(forward).count > 40, "prompts hardly vary")
      for seed in Self.seeds.dropFirst() {
        let other = Self.prompts(task, count: 50, split: split, seed: seed)
        #expect(zip(forward, other).filter { $0 == $1 }.count < 5, "seeds give equal prompts")
      }
    }
  }

  @Test(arguments: BatteryTasks.names)
  func promptsAreValidAndOfOneLength(name: String) throws {
    let task = try BatteryTasks.task(named: name)
    for split in Split.allCases {
      for prompt in Self.prompts(task, count: 300, split: split) {
        try task.validatePrompt(prompt)
        #expect(task.vocabulary.canEncode(prompt))
        #expect(task.vocabulary.encode(prompt: prompt).count == task.promptLength)
        #expect(task.split(of: prompt) == split)
      }
    }
  }

  @Test(arguments: BatteryTasks.names)
  func aTenthOfThePromptsIsHeldOut(name: String) throws {
    let task = try BatteryTasks.task(named: name)
    var generator = RepeatableGenerator(seed: 3)
    let drawn = Set((0..<20_000).map { _ in task.drawPrompt(using: &generator) })
    let keys = Dictionary(grouping: drawn, by: task.splitKey)
    let heldOut = keys.values.filter { task.split(of: $0[0]) == .heldOut }.count
    let share = Double(heldOut) / Double(keys.count)
    // Four standard errors of a binomial share.
    let tolerance = 4 * (0.09 / Double(keys.count)).squareRoot()
    #expect(abs(share - 0.1) < tolerance, "\(share) of \(keys.count) keys")
    for (_, twins) in keys { #expect(Set(twins.map(task.split)).count == 1) }
  }

  @Test(arguments: BatteryTasks.names)
  func splitsAreDisjoint(name: String) throws {
    let task = try BatteryTasks.task(named: name)
    func keys(_ split: Split, seed: SeedPath) -> Set<String> {
      Set(Self.prompts(task, count: 1_000, split: split, seed: seed).map(task.splitKey))
    }
    let heldOut = keys(.heldOut, seed: Self.seeds[0])
    for seed in Self.seeds {
      #expect(heldOut.isDisjoint(with: keys(.training, seed: seed)))
    }
  }

  @Test(arguments: BatteryTasks.names)
  func solutionsScoreOneAndFit(name: String) throws {
    let task = try BatteryTasks.task(named: name)
    for prompt in Self.prompts(task, count: 500) {
      let solution = task.solution(of: prompt)
      #expect(task.verify(response: solution, to: prompt) == 1, "\(prompt) \(solution)")
      let tokens = task.vocabulary.encode(response: solution)
      #expect(tokens.count <= task.maximumResponseLength)
      #expect(task.reward(responseTokens: tokens, to: prompt) == 1)
    }
  }

  @Test(arguments: BatteryTasks.names)
  func nearMissesScoreZero(name: String) throws {
    let task = try BatteryTasks.task(named: name)
    for prompt in Self.prompts(task, count: 40) {
      let solution = task.solution(of: prompt)
      // A miss of a kind that this answer has no place for is the answer itself, byte for byte.
      for miss in NearMisses.of(solution) where !miss.text.utf8.elementsEqual(solution.utf8) {
        #expect(
          task.verify(response: miss.text, to: prompt) == 0, "\(miss.kind): \(prompt) \(miss.text)")
      }
    }
  }

  @Test(arguments: BatteryTasks.names)
  func solutionOfAnotherPromptScoresZero(name: String) throws {
    let task = try BatteryTasks.task(named: name)
    let prompts = Self.prompts(task, count: 200)
    for (prompt, other) in zip(prompts, prompts.dropFirst())
    where task.splitKey(of: prompt) != task.splitKey(of: other) {
      #expect(task.verify(response: task.solution(of: other), to: prompt) == 0)
    }
  }

  @Test(arguments: BatteryTasks.names)
  func rewardNeedsTheEndTokenOnceAndLast(name: String) throws {
    let task = try BatteryTasks.task(named: name)
    let prompt = task.prompt(0, split: .training, seed: Self.seeds[0])
    let tokens = task.vocabulary.encode(response: task.solution(of: prompt))
    let wrong: [[Int32]] = [
      [], [Vocabulary.end], Array(tokens.dropLast()), tokens + [Vocabulary.end],
      tokens.dropLast() + [3], tokens.dropLast() + [Vocabulary.pad], tokens + [Vocabulary.pad],
      [Vocabulary.beginning] + tokens, [Vocabulary.pad] + tokens,
      tokens.dropLast() + [Vocabulary.pad, Vocabulary.end],
      tokens.dropLast() + [99, Vocabulary.end],
    ]
    for tokens in wrong { #expect(task.reward(responseTokens: tokens, to: prompt) == 0) }
  }

  @Test(arguments: BatteryTasks.names)
  func demonstrationsFitAndRepeat(name: String) throws {
    let task = try BatteryTasks.task(named: name)
    var longest = 0
    for (index, prompt) in Self.prompts(task, count: 3_000).enumerated() {
      var first = SeedPath(9).appending(index).generator
      var second = first
      let demonstration = task.demonstration(for: prompt, using: &first)
      #expect(demonstration == task.demonstration(for: prompt, using: &second))
      #expect(first == second)
      #expect(task.vocabulary.canEncode(demonstration))
      longest = max(longest, task.vocabulary.encode(response: demonstration).count)
    }
    #expect(longest == task.maximumResponseLength, "the bound is not tight, or exceeded")
  }

  @Test(arguments: BatteryTasks.names)
  func malformedPromptsAreRefused(name: String) throws {
    let task = try BatteryTasks.task(named: name)
    let good = task.info.examplePrompt
    let bad = [
      "", "=", good + "=", String(good.dropLast()), String(good.dropFirst()),
      " " + good.dropFirst(),
      good.replacing("=", with: ":"), good.replacing("+", with: "/").replacing(",", with: "/"),
      "x" + good.dropFirst(), "٣" + good.dropFirst(), String(repeating: good, count: 100),
    ]
    for prompt in bad where prompt != good {
      #expect(throws: TaskError.self, "\(prompt)") { try task.validatePrompt(prompt) }
    }
  }

  private static func refusal(of prompt: String, _ task: any ReasoningTask) -> TaskError? {
    do {
      try task.validatePrompt(prompt)
      return nil
    } catch {
      return error
    }
  }

  /// Whoever types a prompt learns in words what is asked for and why a near miss is none; what is
  /// accepted can be verified, solved and sampled.
  @Test(arguments: BatteryTasks.names)
  func nearMissesOfPromptsAreRefusedWithWords(name: String) throws {
    let task = try BatteryTasks.task(named: name)
    #expect(
      task.promptForm.count > 20 && (name == BatteryTasks.own || task.promptForm.contains("=")))
    var refused = 0
    for prompt in Self.prompts(task, count: 6) {
      let misses = NearMisses.of(prompt).filter { $0.text != prompt }
      for (kind, text) in misses {
        guard let error = Self.refusal(of: text, task) else {
          // Another prompt, then: a changed digit, say.
          #expect(
            task.vocabulary.encode(prompt: text).count == task.promptLength, "\(kind): \(text)")
          #expect(task.verify(response: task.solution(of: text), to: text) == 1)
          continue
        }
        refused += 1
        guard case .invalidPrompt(let task, let shown, let reason) = error else {
          Issue.record("\(error)")
          continue
        }
        #expect(task == name && shown == text)
        #expect(reason.split(separator: " ").count >= 3, "\(kind): \(reason)")
      }
    }
    #expect(refused > 6 * 40)
  }
}
