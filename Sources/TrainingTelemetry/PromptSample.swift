/// Answers to one prompt that were sampled beside the run: nothing is learnt from them.
public struct PromptSample: Sendable, Hashable, Codable {
  public var prompt: String
  /// The last update made before: the answers are those of the weights it left.
  public var position: UpdatePosition
  /// The temperature that sampled, and that all probabilities are given at.
  public var temperature: Double
  /// One right answer; other answers may be right too.
  public var solution: String
  /// Whether the prompt is of those that no training ever draws.
  public var isHeldOut: Bool
  public var answers: [SampledAnswer]

  public init(
    prompt: String, position: UpdatePosition, temperature: Double, solution: String,
    isHeldOut: Bool, answers: [SampledAnswer]
  ) {
    self.prompt = prompt
    self.position = position
    self.temperature = temperature
    self.solution = solution
    self.isHeldOut = isHeldOut
    self.answers = answers
  }

  /// Answers that were drawn, as against the greedy one.
  public var drawn: [SampledAnswer] { answers.filter { !$0.isGreedy } }

  /// The share of drawn answers that are right.
  public var rightShare: Double {
    Double(drawn.count(where: \.isRight)) / Double(max(1, drawn.count))
  }

  /// Mean over the tokens of the drawn answers, nats.
  public var entropy: Double {
    let tokens = drawn.flatMap(\.tokens)
    return tokens.reduce(0) { $0 + $1.entropy } / Double(max(1, tokens.count))
  }

  /// Bytes of the arrays behind it.
  public var byteCount: Int {
    answers.reduce(0) { sum, answer in
      sum + MemoryLayout<SampledAnswer>.stride
        + answer.tokens.reduce(0) { tokens, token in
          tokens + MemoryLayout<SampledToken>.stride
            + token.alternatives.count * MemoryLayout<TokenAlternative>.stride
        }
    }
  }
}

/// One answer of a `PromptSample`.
public struct SampledAnswer: Sendable, Hashable, Codable {
  /// By the task's verifier.
  public var isRight: Bool
  /// Cut off at the maximum length.
  public var isTruncated: Bool
  /// Always the most probable token, instead of a drawn one.
  public var isGreedy: Bool
  public var tokens: [SampledToken]

  public init(isRight: Bool, isTruncated: Bool, isGreedy: Bool, tokens: [SampledToken]) {
    self.isRight = isRight
    self.isTruncated = isTruncated
    self.isGreedy = isGreedy
    self.tokens = tokens
  }

  public var text: String { tokens.map(\.symbol).joined() }

  /// Of the whole answer given the prompt.
  public var logProbability: Double { tokens.reduce(0) { $0 + $1.logProbability } }
}

/// One token of a sampled answer, with what the policy would rather have written.
public struct SampledToken: Sendable, Hashable, Codable {
  /// What is printed: one character.
  public var symbol: String
  /// log π of the token, natural logarithm.
  public var logProbability: Double
  /// Entropy of the distribution it was drawn from, nats.
  public var entropy: Double
  /// The most probable tokens in its place, itself among them if it is one, falling.
  public var alternatives: [TokenAlternative]

  public init(
    symbol: String, logProbability: Double, entropy: Double, alternatives: [TokenAlternative]
  ) {
    self.symbol = symbol
    self.logProbability = logProbability
    self.entropy = entropy
    self.alternatives = alternatives
  }
}

/// A token that could stand in a place, with its probability there.
public struct TokenAlternative: Sendable, Hashable, Codable {
  public var symbol: String
  /// π, in [0, 1].
  public var probability: Double

  public init(symbol: String, probability: Double) {
    self.symbol = symbol
    self.probability = probability
  }
}

/// What came of a prompt that a person asked to try.
public struct PromptTrial: Sendable, Hashable, Codable {
  public enum Outcome: Sendable, Hashable, Codable {
    case sampled(PromptSample)
    /// Why the task takes no such prompt, or why nothing can be sampled yet.
    case refused(String)
  }

  /// Counts the trials of the program from 1.
  public var number: Int
  public var prompt: String
  public var outcome: Outcome

  public init(number: Int, prompt: String, outcome: Outcome) {
    self.number = number
    self.prompt = prompt
    self.outcome = outcome
  }
}

/// A prompt that is sampled anew after every rollout.
public struct PinnedPrompt: Sendable, Hashable, Codable {
  /// Points kept at most; the oldest go first.
  public static let capacity = 512

  /// What the sample of one rollout came to.
  public struct Point: Sendable, Hashable, Codable {
    public var iteration: Int
    /// Updates made before.
    public var updatesBefore: Int
    public var rightShare: Double
    /// Mean over response tokens, nats.
    public var entropy: Double

    public init(_ sample: PromptSample) {
      iteration = sample.position.iteration
      updatesBefore = sample.position.total
      rightShare = sample.rightShare
      entropy = sample.entropy
    }
  }

  public var prompt: String
  /// One for each rollout since the pin, oldest first, at most `capacity`.
  public private(set) var points: [Point] = []
  /// The newest answers; `nil` until the first are sampled.
  public private(set) var sample: PromptSample?

  public init(prompt: String) {
    self.prompt = prompt
  }

  public mutating func append(_ newest: PromptSample) {
    sample = newest
    points.append(Point(newest))
    if points.count > Self.capacity { points.removeFirst(points.count - Self.capacity) }
  }

  /// Bytes of the arrays behind it.
  public var byteCount: Int {
    points.count * MemoryLayout<Point>.stride + (sample?.byteCount ?? 0)
  }
}

/// How prompts of a task look, for whoever wants to type one.
public struct PromptForm: Sendable, Hashable, Codable {
  /// The form in words.
  public var words: String
  public var example: String

  public init(words: String, example: String) {
    self.words = words
    self.example = example
  }
}
