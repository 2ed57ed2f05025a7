internal import PolicyTraining
internal import RunKnowledge

extension ForkMeasure {
  /// - Parameter answers: of one evaluation.
  func value(in result: RunResult, answers: Int) -> Double? {
    switch self {
    case .meanAverage: result.meanAverage
    case .finalAverage: result.finalAverage
    case .finalPass: result.finalPass
    case .reward: result.meanReward
    case .entropy: result.meanEntropy
    case .kl: result.klMean
    case .removedShare: result.removedShare
    case .collapse: result.isCollapsed(answers: answers) ? 1 : 0
    }
  }

  /// The step in which it is counted; equal differences are not known better than that.
  func step(of plan: ForkPlan) -> Double {
    let answers = plan.evaluation.promptCount * plan.evaluation.samplesPerPrompt
    switch self {
    case .meanAverage, .finalAverage: return 1 / Double(answers)
    case .finalPass: return 1 / Double(plan.evaluation.promptCount)
    case .reward:
      let schedule = plan.point.configuration.schedule
      return 1 / Double(schedule.sequencesPerIteration * plan.iterations)
    case .entropy, .kl, .removedShare: return 0
    // As many replicas of both arms collapsed: nothing is known of how often they do.
    case .collapse: return 1
    }
  }
}
