import RepeatableRandom
import RunKnowledge
import TrainingTelemetry

/// What forks say, made up: differences of a known size with noise of a known size.
enum ForkFixture {
  static let k = 32

  /// A fork from update 96 of which so many pairs are finished.
  ///
  /// - Parameter gain: what the change adds to Avg@k in the mean.
  static func summary(
    pairs: Int, of planned: Int = 8, gain: Double, change: String = "sigma_base=0.5"
  ) -> ForkSummary {
    var random = RepeatableGenerator(seed: 3)
    func noise(_ size: Double) -> Double { (random.uniform() - 0.5) * 2 * size }
    let levels = (0..<pairs).map { _ in 0.5 + noise(0.05) }
    func values(_ measure: ForkMeasure, adding gain: Double, _ size: Double) -> [Double?] {
      levels.map { level in
        switch measure {
        case .meanAverage, .finalAverage, .reward: level + gain + noise(size)
        case .finalPass: min(1, level + 0.3 + gain / 2 + noise(size))
        case .entropy: 0.4 - gain + noise(size)
        case .kl: 0.012 + gain / 50 + noise(size / 40)
        case .removedShare: 0.3 + gain * 4 + noise(size)
        case .collapse: 0
        }
      }
    }
    func course(_ arm: ForkSummary.Course.Arm, adding gain: Double) -> ForkSummary.Course {
      func points(_ iterations: some Sequence<Int>) -> [(iteration: Int, value: Double)] {
        iterations.flatMap { iteration in
          levels.map { level in
            let done = Double(iteration - 3) / 10
            return (iteration, level + done * (0.1 + 2 * gain) + noise(0.01))
          }
        }
      }
      return ForkSummary.Course(arm, reward: points(4...13), average: points([3, 8, 13]))
    }
    return ForkSummary(
      task: "chain", preset: "heavy-reuse", objective: "maspo", change: change, update: 96,
      iteration: 3, iterations: 10, samplesPerPrompt: k, plannedPairs: planned,
      finishedPairs: pairs,
      rows: ForkMeasure.allCases.map { measure in
        ForkSummary.Row(
          measure, unchanged: values(measure, adding: 0, 0.004),
          changed: values(measure, adding: gain, 0.02),
          placebo: values(measure, adding: 0, 0.006), step: 1.0 / 2048)
      },
      courses: [
        course(.unchanged, adding: 0), course(.changed, adding: gain), course(.placebo, adding: 0),
      ], unchangedDigests: levels.map { _ in "0123456789abcdef" })
  }
}
