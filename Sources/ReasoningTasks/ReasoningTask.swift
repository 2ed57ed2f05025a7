public import RepeatableRandom

/// Which prompts: those that training may see, or those kept for evaluation.
public enum Split: String, Sendable, Hashable, Codable, CaseIterable {
  case training
  case heldOut
}

/// What a menu, a help page or a listing says about a task.
public struct TaskInfo: Sendable, Hashable {
  /// The name that selects the task, in lower case.
  public let name: String
  /// A heading of a few words.
  public let title: String
  /// One sentence: what has to be done.
  public let summary: String
  /// How the base policy errs, and what makes an answer right.
  public let explanation: String
  /// A prompt of the default parameters.
  public let examplePrompt: String
  /// A right answer to `examplePrompt`.
  public let exampleAnswer: String

  public init(
    name: String, title: String, summary: String, explanation: String, examplePrompt: String,
    exampleAnswer: String
  ) {
    self.name = name
    self.title = title
    self.summary = summary
    self.explanation = explanation
    self.examplePrompt = examplePrompt
    self.exampleAnswer = exampleAnswer
  }
}

/// Prompts whose answers a program can check, with imperfect demonstrations of how to answer.
///
/// Everything is a pure function of its arguments: prompt number `index` depends on the seed and
/// the index alone, whatever was asked before.
public protocol ReasoningTask: Sendable {
  var info: TaskInfo { get }

  /// The tokens of prompts and answers.
  var vocabulary: Vocabulary { get }
  /// The most tokens of a prompt, with the beginning token.
  var promptLength: Int { get }
  /// The most tokens that a demonstration or a right answer can have, with the end token.
  var maximumResponseLength: Int { get }
  /// Everything that determines prompts and demonstrations, as one line: equal strings, equal
  /// demonstrations. Part of the key under which a base policy is cached.
  var parameterDigest: String { get }
  /// What tells the task from others wherever random streams are named: for a task of the catalog
  /// its name.
  var identity: String { get }
  /// How often a demonstration is right, from 0 to 1, where that is known beforehand.
  var demonstratedRightShare: Double? { get }

  /// Prompt number `index` of a split, of the stream that `seed` names.
  func prompt(_ index: Int, split: Split, seed: SeedPath) -> String

  /// The split of a prompt. It depends on the task and the prompt alone and on no seed, so that
  /// no run can train on what another evaluates.
  func split(of prompt: String) -> Split

  /// Draws a prompt of either split.
  func drawPrompt(using generator: inout RepeatableGenerator) -> String

  /// What decides the split of `prompt`: equal for prompts that ask the same thing.
  func splitKey(of prompt: String) -> String

  /// An answer as the base policy's teacher would give it: right in form, often wrong in content.
  ///
  /// - Precondition: `validatePrompt` accepts `prompt`.
  func demonstration(for prompt: String, using generator: inout RepeatableGenerator) -> String

  /// 1 if `response`, the text before the end token, is entirely right; otherwise 0.
  ///
  /// - Precondition: `validatePrompt` accepts `prompt`.
  func verify(response: String, to prompt: String) -> Double

  /// One right answer.
  ///
  /// - Precondition: `validatePrompt` accepts `prompt`.
  func solution(of prompt: String) -> String

  /// What `validatePrompt` asks for, in words for a person who wants to type a prompt.
  var promptForm: String { get }

  /// Checks a prompt that a person typed.
  ///
  /// - Throws: `TaskError.invalidPrompt` with the reason.
  func validatePrompt(_ prompt: String) throws(TaskError)
}

extension ReasoningTask {
  public var vocabulary: Vocabulary { .arithmetic }
  public var identity: String { info.name }
  public var demonstratedRightShare: Double? { nil }

  public func prompt(_ index: Int, split: Split, seed: SeedPath) -> String {
    var generator = seed.appending("prompt").appending(split.rawValue).appending(index).generator
    while true {
      let prompt = drawPrompt(using: &generator)
      if self.split(of: prompt) == split { return prompt }
    }
  }

  public func split(of prompt: String) -> Split {
    let hash = SeedPath(0).appending("split").appending(info.name)
      .appending(splitKey(of: prompt)).value
    return hash % 10 == 0 ? .heldOut : .training
  }

  /// The reward of sampled tokens: `verify` of the text before the end token, and 0 for a
  /// response that was cut off before it or goes on behind it.
  public func reward(responseTokens: [Int32], to prompt: String) -> Double {
    guard responseTokens.last == Vocabulary.end,
      let text = vocabulary.text(of: responseTokens.dropLast())
    else { return 0 }
    return verify(response: text, to: prompt)
  }
}

/// A number in [0, 1) fixed by `path`: for properties of a fact that never change.
func hashedUniform(_ path: SeedPath) -> Double {
  Double(path.value >> 11) * 0x1p-53
}
