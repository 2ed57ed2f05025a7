/// What a change did in the replicas of a fork that are finished.
public struct ForkSummary: Sendable, Hashable, Codable {
  public let task: String
  public let preset: String
  /// The objective of the unchanged arm.
  public let objective: String
  /// `objective=grpo, sigma_base=0.2`.
  public let change: String
  /// Where the fork begins: the last update made, and its iteration.
  public let update: Int
  public let iteration: Int
  /// Whole iterations that each replica made.
  public let iterations: Int
  /// k of Avg@k and Pass@k.
  public let samplesPerPrompt: Int
  public let plannedPairs: Int
  /// Replicas of which both the unchanged and the changed arm are finished.
  public let finishedPairs: Int
  public let rows: [Row]
  public let courses: [Course]
  /// Of the unchanged replicas' final weights, in the order of the replicas' numbers.
  public let unchangedDigests: [String]

  /// A quantity in all arms.
  public struct Row: Sendable, Hashable, Codable {
    public let measure: ForkMeasure
    /// Over the finished replicas of the arm; `nil` where it does not apply.
    public let unchanged: MeanEstimate?
    public let changed: MeanEstimate?
    public let placebo: MeanEstimate?
    /// Changed minus unchanged, paired by replica.
    public let difference: PairedDifference?
    public let words: ForkWords
    /// Placebo minus unchanged: what chance alone does.
    public let placeboDifference: PairedDifference?
    public let placeboWords: ForkWords
    /// Pairs beside the finished ones that it would take to tell the arms apart, if the difference
    /// is what it seems; `nil` where they are told apart, or no number can be given.
    public let morePairs: Int?
  }

  /// The course of an arm: means over its finished replicas with their standard errors.
  public struct Course: Sendable, Hashable, Codable {
    public enum Arm: String, Sendable, Hashable, Codable, CaseIterable {
      case unchanged
      case changed
      case placebo
    }

    public struct Point: Sendable, Hashable, Codable {
      public let iteration: Int
      public let value: MeanEstimate
    }

    public let arm: Arm
    /// Of the rollouts since the fork.
    public let reward: [Point]
    /// Held-out Avg@k, that at the fork first.
    public let average: [Point]
  }

  /// - Parameters:
  ///   - rows: of `ForkMeasure.allCases`, in their order.
  ///   - courses: of `Course.Arm.allCases`, in their order.
  public init(
    task: String, preset: String, objective: String, change: String, update: Int, iteration: Int,
    iterations: Int, samplesPerPrompt: Int, plannedPairs: Int, finishedPairs: Int, rows: [Row],
    courses: [Course], unchangedDigests: [String]
  ) {
    self.task = task
    self.preset = preset
    self.objective = objective
    self.change = change
    self.update = update
    self.iteration = iteration
    self.iterations = iterations
    self.samplesPerPrompt = samplesPerPrompt
    self.plannedPairs = plannedPairs
    self.finishedPairs = finishedPairs
    self.rows = rows
    self.courses = courses
    self.unchangedDigests = unchangedDigests
  }

  /// The row that the words of the fork are about.
  public var main: Row { rows[0] }
}

extension ForkSummary.Row {
  /// Finds the words for values that the arms have.
  ///
  /// - Parameters:
  ///   - unchanged: a value for each replica; `nil` for one that is not finished or has none. The
  ///     other arms' are in the same order.
  ///   - step: in which the quantity is counted.
  public init(
    _ measure: ForkMeasure, unchanged: [Double?], changed: [Double?], placebo: [Double?],
    step: Double
  ) {
    func difference(_ values: [Double?]) -> PairedDifference? {
      let pairs = zip(values, unchanged).compactMap { value, reference in
        value.flatMap { value in reference.map { value - $0 } }
      }
      return PairedDifference(pairs, step: step)
    }
    self.measure = measure
    self.unchanged = MeanEstimate(unchanged.compactMap(\.self))
    self.changed = MeanEstimate(changed.compactMap(\.self))
    self.placebo = MeanEstimate(placebo.compactMap(\.self))
    self.difference = difference(changed)
    words = ForkWords(self.difference, moreIsBetter: measure.moreIsBetter)
    placeboDifference = difference(placebo)
    placeboWords = ForkWords(placeboDifference, moreIsBetter: measure.moreIsBetter)
    morePairs =
      words == .notToldApart
      ? self.difference.flatMap { difference in
        difference.pairsToTellApart().map { max(1, $0 - difference.estimate.count) }
      } : nil
  }
}

extension ForkSummary.Course {
  /// Means over replicas at each iteration that any of them has.
  ///
  /// - Parameters:
  ///   - reward: of all replicas, each value with its iteration.
  ///   - average: the same of held-out Avg@k.
  public init(
    _ arm: Arm, reward: [(iteration: Int, value: Double)],
    average: [(iteration: Int, value: Double)]
  ) {
    func points(_ values: [(iteration: Int, value: Double)]) -> [Point] {
      let all = Dictionary(grouping: values, by: \.iteration)
      return all.keys.sorted().compactMap { iteration in
        MeanEstimate((all[iteration] ?? []).map(\.value)).map {
          Point(iteration: iteration, value: $0)
        }
      }
    }
    self.arm = arm
    self.reward = points(reward)
    self.average = points(average)
  }
}
