import PolicyObjectives
import TrainingTelemetry

/// A number of the run itself, as against one of its objective, that may change while it runs.
struct RunSetting: Sendable {
  let specification: ParameterSpecification
  let effect: KnobState.Effect
  let isInteger: Bool
  let read: @Sendable (RunConfiguration) -> Double
  let write: @Sendable (inout RunConfiguration, Double) -> Void

  /// All settings that are knobs, in display order.
  static let all: [RunSetting] = [
    real(
      "learning_rate", "lr", "Step size of AdamW after the ramp", 0...1, .nextUpdate,
      steps: [1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 3e-4, 5e-4, 1e-3, 2e-3],
      \.optimizer.learningRate),
    real(
      "gradient_clip", "clip", "Largest norm of the gradient", 0...1e6, .nextUpdate,
      excludesMinimum: true, steps: [0.1, 0.2, 0.5, 1, 2, 5, 10, 100],
      \.optimizer.gradientClip),
    real(
      "temperature", "T", "Divides the logits in sampling and in the update", 0...100,
      .nextRollout, excludesMinimum: true, steps: [0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.5, 2],
      \.schedule.temperature),
    integer(
      "samples_per_prompt", "G", "Answers sampled for each prompt", 2...1024,
      steps: [2, 4, 8, 16, 32, 64], \.schedule.samplesPerPrompt),
    integer(
      "prompts_per_iteration", "Q", "Prompts of one rollout", 1...1024,
      steps: [1, 2, 4, 8, 16, 32, 64], \.schedule.promptsPerIteration),
    integer(
      "minibatches", "mb", "Parts that one pass over the rollout is cut into", 1...4096,
      steps: [1, 2, 4, 8, 16], \.schedule.minibatches),
    integer(
      "epochs", "E", "Passes over each rollout", 1...256, steps: [1, 2, 3, 4, 6, 8, 16],
      \.schedule.epochs),
  ]

  private static func real(
    _ name: String, _ symbol: String, _ summary: String, _ range: ClosedRange<Double>,
    _ effect: KnobState.Effect, excludesMinimum: Bool = false, steps: [Double],
    _ path: any WritableKeyPath<RunConfiguration, Double> & Sendable
  ) -> RunSetting {
    RunSetting(
      specification: ParameterSpecification(
        name: name, symbol: symbol, summary: summary, minimum: range.lowerBound,
        maximum: range.upperBound, excludesMinimum: excludesMinimum, steps: steps),
      effect: effect, isInteger: false, read: { $0[keyPath: path] },
      write: { $0[keyPath: path] = $1 })
  }

  private static func integer(
    _ name: String, _ symbol: String, _ summary: String, _ range: ClosedRange<Int>,
    steps: [Double], _ path: any WritableKeyPath<RunConfiguration, Int> & Sendable
  ) -> RunSetting {
    RunSetting(
      specification: ParameterSpecification(
        name: name, symbol: symbol, summary: summary, minimum: Double(range.lowerBound),
        maximum: Double(range.upperBound), steps: steps),
      effect: .nextRollout, isInteger: true, read: { Double($0[keyPath: path]) },
      write: { $0[keyPath: path] = Int($1) })
  }
}

extension ParameterSpecification {
  func validate(_ value: Double?, isInteger: Bool) throws(ObjectiveError) {
    try validate(value)
    if isInteger, let value, value != value.rounded() {
      throw .outOfRange(
        parameter: name, value: "\(value)", allowed: "a whole number, \(allowedRange)")
    }
  }
}
