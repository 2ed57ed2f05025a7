import ReasoningTasks
import RepeatableRandom
import TinyTransformer
import TrainingTelemetry

/// Held-out evaluation: Avg@k and Pass@k over prompts that no training ever sees.
///
/// The prompts are the same in every run of a task; the sampling streams depend on the run's seed
/// and the iteration. Nothing of it touches the streams that training uses.
struct Evaluator {
  /// Prompts sampled at once, to bound memory.
  private static let chunkSize = 16

  private let task: any ReasoningTask
  private let settings: EvaluationSettings
  private let prompts: [String]
  private let tokens: [[Int32]]

  init(task: any ReasoningTask, settings: EvaluationSettings) {
    self.task = task
    self.settings = settings
    let seed = SeedPath(0).appending("held-out prompts")
    prompts = (0..<settings.promptCount).map { task.prompt($0, split: .heldOut, seed: seed) }
    tokens = prompts.map { task.vocabulary.encode(prompt: $0) }
  }

  /// Samples k answers to each prompt at temperature 1 and verifies them.
  ///
  /// - Parameter seed: the evaluation's own stream; sequence i draws from `seed.appending(i)`.
  func evaluate(
    _ policy: TransformerPolicy<Float>, sampler: Sampler<Float>, seed: SeedPath
  ) -> (average: Double, pass: Double) {
    let samples = settings.samplesPerPrompt
    let request = Sampler<Float>.Request(
      samplesPerPrompt: samples, maximumResponse: task.maximumResponseLength, temperature: 1,
      endToken: Vocabulary.end, keepsLogits: false)
    var right = 0
    var solved = 0
    var first = 0
    while first < prompts.count {
      let chunk = first..<min(first + Self.chunkSize, prompts.count)
      let offset = first * samples
      let answers = sampler.sample(
        policy, prompts: Array(tokens[chunk]), request,
        stream: { seed.appending(offset + $0).generator })
      for (index, prompt) in chunk.enumerated() {
        let rightHere = (index * samples..<(index + 1) * samples).count {
          task.reward(responseTokens: Array(answers.response($0)), to: prompts[prompt]) > 0
        }
        right += rightHere
        solved += rightHere > 0 ? 1 : 0
      }
      first = chunk.upperBound
    }
    return (
      Double(right) / Double(prompts.count * samples), Double(solved) / Double(prompts.count)
    )
  }
}
