public import RepeatableRandom
internal import Synchronization

/// Samples responses, with cached keys and values.
///
/// Workers take one prompt after the other. A prompt is computed once, and so is every beginning
/// that several of its G responses share: they are one *branch*, which advances by one token per
/// step and divides where its responses draw different tokens. A policy that is sure of most of
/// its tokens computes a small part of the rows it samples. A row's arithmetic does not depend on
/// the rows beside it and every sequence draws from a generator of its own, so results depend
/// neither on the number of threads and slots nor on what else is sampled.
public final class Sampler<Scalar: TransformerScalar> {
  /// What to sample.
  public struct Request: Sendable {
    /// Responses per prompt, G; sequence `p * G + g` is prompt p's response number g.
    public var samplesPerPrompt: Int
    /// The most tokens of a response, R, end token included.
    public var maximumResponse: Int
    public var temperature: Double
    public var endToken: Int32
    /// Whether to keep the logits of every token.
    public var keepsLogits: Bool
    /// Whether every token is the most probable one, the first of equals, instead of a drawn one.
    public var isGreedy: Bool

    public init(
      samplesPerPrompt: Int, maximumResponse: Int, temperature: Double, endToken: Int32,
      keepsLogits: Bool = true, isGreedy: Bool = false
    ) {
      self.samplesPerPrompt = samplesPerPrompt
      self.maximumResponse = maximumResponse
      self.temperature = temperature
      self.endToken = endToken
      self.keepsLogits = keepsLogits
      self.isGreedy = isGreedy
    }
  }

  public let configuration: TransformerConfiguration
  public let threads: Int
  private let workers: [SamplingWorker<Scalar>]
  /// Rows that the last call passed through the model, prompts not counted: fewer than tokens,
  /// because responses that have begun alike share theirs.
  public private(set) var computedRowCount = 0

  /// - Parameter slots: responses that a worker has under way at most, each with room for a cache
  ///   of its own; few enough for the caches to stay near the core.
  public init(configuration: TransformerConfiguration, threads: Int, slots: Int = 64) {
    precondition(threads > 0 && slots > 0, "threads and slots must be positive")
    self.configuration = configuration
    self.threads = threads
    workers = (0..<threads).map { _ in SamplingWorker(slots: slots) }
  }

  /// Samples `request.samplesPerPrompt` responses to every prompt.
  ///
  /// - Parameter stream: the generator of a sequence, by its number; called once for each.
  /// - Precondition: prompts are not empty and fit the context together with R tokens.
  @specialized(where Scalar == Float)
  public func sample(
    _ policy: TransformerPolicy<Scalar>, prompts: [[Int32]], _ request: Request,
    stream: (Int) -> RepeatableGenerator
  ) -> RolloutTokens<Scalar> {
    precondition(policy.configuration == configuration, "the policy has another configuration")
    precondition(request.temperature > 0, "temperature must be positive")
    precondition(request.maximumResponse > 0, "a response must have room for a token")
    for prompt in prompts {
      precondition(
        !prompt.isEmpty
          && prompt.count + request.maximumResponse - 1 <= configuration.contextLength,
        "a prompt of \(prompt.count) and a response of \(request.maximumResponse) tokens"
          + " do not fit the context of \(configuration.contextLength)")
    }
    let count = prompts.count * request.samplesPerPrompt
    var rollout = RolloutTokens<Scalar>(
      sequenceCount: count, maximumResponse: request.maximumResponse,
      vocabularySize: configuration.vocabularySize, keepsLogits: request.keepsLogits)
    guard count > 0 else { return rollout }
    let context = ModelContext(policy, threads: threads)
    let longest = prompts.reduce(0) { max($0, $1.count) } + request.maximumResponse
    let generators = (0..<count).map(stream)
    let nextPrompt = Atomic<Int>(0)
    rollout.withTarget { target in
      Workers.perform(items: min(threads, prompts.count), threads: threads) { _, index in
        // One item per worker: the worker itself asks for prompts until there are no more.
        workers[index].run(context, request, capacity: longest, target: target) {
          let prompt = nextPrompt.wrappingAdd(1, ordering: .relaxed).oldValue
          guard prompt < prompts.count else { return nil }
          let first = prompt * request.samplesPerPrompt
          return SamplingGroup(
            prompt: prompts[prompt], firstSequence: first,
            generators: Array(generators[first..<first + request.samplesPerPrompt]))
        }
      }
    }
    computedRowCount = workers.prefix(prompts.count).reduce(0) { $0 + $1.computedRowCount }
    return rollout
  }
}

/// One prompt and the streams of its responses.
struct SamplingGroup {
  let prompt: [Int32]
  let firstSequence: Int
  let generators: [RepeatableGenerator]
}

/// Where workers write their results; each sequence's rows are written by one worker.
struct RolloutTarget<Scalar> {
  let tokens: UnsafeMutablePointer<Int32>
  let lengths: UnsafeMutablePointer<Int>
  let isTruncated: UnsafeMutablePointer<Bool>
  let logProbabilities: UnsafeMutablePointer<Double>
  let entropies: UnsafeMutablePointer<Double>
  let squaredSums: UnsafeMutablePointer<Double>
  let logits: UnsafeMutablePointer<Scalar>?
}

extension RolloutTokens {
  mutating func withTarget(_ body: (RolloutTarget<Scalar>) -> Void) {
    tokens.withUnsafeMutableBufferPointer { tokens in
      lengths.withUnsafeMutableBufferPointer { lengths in
        isTruncated.withUnsafeMutableBufferPointer { isTruncated in
          logProbabilities.withUnsafeMutableBufferPointer { logProbabilities in
            entropies.withUnsafeMutableBufferPointer { entropies in
              squaredSums.withUnsafeMutableBufferPointer { squaredSums in
                logits.withUnsafeMutableBufferPointer { logits in
                  guard let tokens = tokens.baseAddress, let lengths = lengths.baseAddress,
                    let isTruncated = isTruncated.baseAddress,
                    let logProbabilities = logProbabilities.baseAddress,
                    let entropies = entropies.baseAddress,
                    let squaredSums = squaredSums.baseAddress
                  else { return }
                  body(
                    RolloutTarget(
                      tokens: tokens, lengths: lengths, isTruncated: isTruncated,
                      logProbabilities: logProbabilities, entropies: entropies,
                      squaredSums: squaredSums,
                      logits: logits.isEmpty ? nil : logits.baseAddress))
                }
              }
            }
          }
        }
      }
    }
  }
}
