import PolicyTraining
public import TrainingTelemetry

/// Computes updates of a recorded run anew, with their tokens: a run is determined by its base
/// policy and its commands, to the last bit.
///
/// Checkpoints of iterations that were passed stay in memory, so that going back and forth does not
/// begin at the start each time. Not safe across threads; reads the folder and never writes to it.
public final class RunRecomputation {
  /// Why the tokens cannot be computed.
  public enum Failure: Error, Hashable, CustomStringConvertible {
    /// The run ended before the iteration.
    case notReached(iteration: Int)
    /// What was computed is not what was recorded.
    case differs(update: Int)

    public var description: String {
      switch self {
      case .notReached(let iteration): "the record ends before iteration \(iteration)"
      case .differs(let update):
        "computed anew, the loss of update \(update) is not the recorded one: another build or "
          + "machine rounds differently, so these tokens would not be the run's"
      }
    }
  }

  /// Checkpoints kept at most; when there are more, every second one goes.
  private static let checkpointLimit = 24

  private let recipe: RunRecipe
  private let lastTotal: Int
  /// Of finished iterations, by their number.
  private var checkpoints: [Int: RunCheckpoint] = [:]
  private var stride = 1

  /// - Parameter threads: computing threads; the result does not depend on them.
  /// - Throws: when configuration, base policy or journal cannot be read.
  public init(_ run: RecordedRun, threads: Int? = nil) throws {
    recipe = try RunRecipe(run, threads: threads)
    lastTotal = recipe.losses.keys.max() ?? 0
  }

  /// All updates of an iteration with the tokens of one group.
  ///
  /// - Parameters:
  ///   - group: `nil` for the one nearest to half of its answers right.
  ///   - goesOn: asked after each update, with the iteration reached; `false` stops.
  /// - Returns: `nil` when `goesOn` asked to stop.
  /// - Throws: `Failure`.
  public func details(
    ofIteration iteration: Int, group: Int?, goesOn: (Int) -> Bool = { _ in true }
  ) throws -> [RecomputedDetail]? {
    var repetition = RepeatedRun(try start(before: iteration), commands: recipe.commands)
    let run = repetition.run
    var details: [RecomputedDetail] = []
    while run.position.iteration < iteration || !run.isIterationFinished {
      let isWanted = run.position.iteration == iteration
      guard run.isIterationFinished || run.position.total < lastTotal else {
        // The record may end within the iteration.
        if isWanted, !details.isEmpty { return details }
        throw Failure.notReached(iteration: iteration)
      }
      let shown = group ?? run.rollout?.groups.mostBalanced ?? 0
      guard let outcome = try repetition.step(isWanted ? .detailed(group: shown) : .scalars)
      else { continue }
      try check(outcome.metrics)
      if let update = outcome.detail, let record = outcome.group,
        let rollout = run.rolloutDetail(record, removedByGroup: outcome.removedByGroup)
      {
        details.append(RecomputedDetail(update: update, rollout: rollout))
      }
      if run.isIterationFinished { keep(run) }
      guard goesOn(run.position.iteration) else { return nil }
    }
    return details
  }

  private func check(_ metrics: UpdateMetrics) throws {
    let total = metrics.position.total
    guard recipe.agrees(metrics.loss, ofUpdate: total) else { throw Failure.differs(update: total) }
  }

  /// A run at the end of the nearest iteration before `iteration`.
  private func start(before iteration: Int) throws -> TrainingRun {
    guard let nearest = checkpoints.keys.filter({ $0 < iteration }).max(),
      let checkpoint = checkpoints[nearest]
    else { return try TrainingRun(recipe.configuration, base: recipe.base) }
    return try TrainingRun(recipe.configuration, checkpoint: checkpoint)
  }

  private func keep(_ run: TrainingRun) {
    let iteration = run.position.iteration
    guard iteration.isMultiple(of: stride), checkpoints[iteration] == nil else { return }
    checkpoints[iteration] = run.checkpoint
    guard checkpoints.count > Self.checkpointLimit else { return }
    stride *= 2
    checkpoints = checkpoints.filter { $0.key.isMultiple(of: stride) }
  }
}
