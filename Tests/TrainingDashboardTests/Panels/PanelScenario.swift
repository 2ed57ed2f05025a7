import PolicyObjectives
import TrainingDashboard
import TrainingTelemetry

#if canImport(Glibc)
  import Glibc
#endif

/// States in which panels have something particular to say, made from the fixture.
enum PanelScenario: String, CaseIterable {
  /// Update 21 of 32; the gate bites.
  case usual
  /// Before the first rollout.
  case empty
  case warmingUp
  /// The first update after a rollout: every ratio is 1.
  case ratiosAllOne
  /// σ_base 1: the gate takes under 1 %.
  case idleGate
  /// GRPO in force: a gate without a width.
  case grpo
  /// An objective without a gate per token.
  case noGate
  /// All answers of the group right.
  case equalGroup
  /// The group was computed four updates ago.
  case stale

  func state() throws -> DashboardState {
    var snapshot = try SnapshotFixture.load()
    switch self {
    case .usual: break
    case .empty: Self.clear(&snapshot)
    case .warmingUp:
      Self.clear(&snapshot)
      snapshot.status.phase = .warmingUp
      snapshot.status.warmStart = WarmStartProgress(
        step: 300, stepCount: 1200, loss: 1.234, attempt: 2, secondsLeft: 12)
    case .ratiosAllOne: try Self.resetRatios(&snapshot)
    case .idleGate:
      try Self.recompute(&snapshot, with: "maspo")
    case .grpo: try Self.recompute(&snapshot, with: "grpo")
    case .noGate: try Self.recompute(&snapshot, with: "gspo")
    case .equalGroup: Self.equalize(&snapshot)
    case .stale: snapshot.status.position.total += 4
    }
    var state = DashboardState(snapshot: snapshot)
    state.showsFirstHint = false
    return state
  }

  private static func clear(_ snapshot: inout TrainingSnapshot) {
    snapshot.update = nil
    snapshot.rollout = nil
    snapshot.events = []
    snapshot.status.position = UpdatePosition(
      iteration: 0, update: 0, updatesPerIteration: 32, total: 0)
  }

  private static func resetRatios(_ snapshot: inout TrainingSnapshot) throws {
    snapshot.rollout?.group.position.update = 1
    if var update = snapshot.update {
      update.metrics.position.update = 1
      update.metrics.ratioMinimum = 1
      update.metrics.ratioMaximum = 1
      if var minibatch = update.minibatch {
        minibatch.logProbabilities = minibatch.behaviorLogProbabilities
        minibatch.ratios = minibatch.ratios.map { _ in 1 }
        minibatch.gates = minibatch.gates.map { _ in 1 }
        update.minibatch = minibatch
      }
      try refresh(&update, with: update.objective.makeObjective())
      snapshot.update = update
    }
    changeTokens(of: &snapshot) { token in
      token.logProbability = token.behaviorLogProbability
      token.ratio = 1
      token.gate = 1
      token.weightedRemoved = 0
      token.isClippedByGRPO = false
    }
  }

  /// What the objective at its defaults makes of the same tokens.
  private static func recompute(
    _ snapshot: inout TrainingSnapshot, with name: String
  ) throws {
    let objective = try ObjectiveCatalog.objective(named: name)
    let context = BatchContext()
    snapshot.status.objective = name
    guard var update = snapshot.update, let minibatch = update.minibatch else { return }
    update.objective = ObjectiveState(objective)
    let evaluation = objective.evaluate(minibatch.tokenBatch)
    update.minibatch?.gates = evaluation.gates ?? []
    refresh(&update, with: objective)
    if evaluation.gates == nil { update.metrics.waterfall = nil }
    snapshot.update = update
    changeTokens(of: &snapshot) { token in
      let probability = exp(token.behaviorLogProbability)
      token.width = objective.gateWidth(
        behaviorProbability: probability, advantage: token.advantage)
      token.gate = objective.gate(
        atRatio: token.ratio, behaviorProbability: probability, advantage: token.advantage,
        context: context)
      let offered = token.weightedPush + (token.weightedRemoved ?? 0)
      token.weightedRemoved = token.gate.map { offered * (1 - $0) }
      token.weightedPush = offered * (token.gate ?? 1)
    }
  }

  /// Buckets and sums that follow from the minibatch.
  private static func refresh(_ update: inout UpdateDetail, with objective: any PolicyObjective) {
    guard let minibatch = update.minibatch else { return }
    let buckets = BucketStatistics.table(
      of: minibatch, objective: objective, context: BatchContext())
    update.buckets = buckets
    update.metrics.positive = sum(of: buckets.map(\.positive), like: update.metrics.positive)
    update.metrics.negative = sum(of: buckets.map(\.negative), like: update.metrics.negative)
  }

  private static func sum(of sides: [BucketSide], like metrics: SignMetrics) -> SignMetrics {
    var sum = metrics
    let hasGate = sides.allSatisfy { $0.weightedRemoved != nil }
    sum.attenuatedCount = hasGate ? sides.reduce(0) { $0 + ($1.attenuatedCount ?? 0) } : nil
    sum.weightedRemoved = hasGate ? sides.reduce(0) { $0 + ($1.weightedRemoved ?? 0) } : nil
    return sum
  }

  private static func equalize(_ snapshot: inout TrainingSnapshot) {
    for index in 0..<(snapshot.rollout?.group.answers.count ?? 0) {
      snapshot.rollout?.group.answers[index].reward = 1
      snapshot.rollout?.group.answers[index].advantage = 0
    }
    changeTokens(of: &snapshot) { token in
      token.advantage = 0
      token.gate = 1
      token.width = nil
      token.push = 0
      token.weightedPush = 0
      token.weightedRemoved = 0
      token.realisedMove = nil
      token.isClippedByGRPO = false
    }
  }

  private static func changeTokens(
    of snapshot: inout TrainingSnapshot, _ change: (inout TokenRecord) -> Void
  ) {
    guard var group = snapshot.rollout?.group else { return }
    for answer in group.answers.indices {
      for token in group.answers[answer].tokens.indices {
        change(&group.answers[answer].tokens[token])
      }
    }
    snapshot.rollout?.group = group
  }
}
