import PolicyObjectives
import RunKnowledge
import TerminalCanvas
import Theming
import TrainingTelemetry

/// The steps of the tour, in order. Each number that is spoken comes from the run's telemetry.
enum TourScript {
  /// σ_base that the tour lowers the gate to, and the keys it takes from 1.
  static let narrowSigma = 0.2
  private static let narrowingKeys = 4
  /// The removed share must rise by this much for the gate to have bitten.
  static let bite = 0.05
  /// Ratios must come this far from 1 for them to have left it.
  static let departure = 0.02

  static let steps: [TourStep] = [
    welcome, firstUpdate, iteration, gate, narrower, whatGRPOWouldDo, switchToGRPO, running,
    pausing,
    farewell,
  ]

  private static let welcome = TourStep(
    on: LearningPanel.self,
    words: { _ in
      "A small transformer learns to calculate, and this is its real training, paused. "
        + "The tour presses the keys; you watch."
    },
    check: { state, _ in
      state.run.present.snapshot.status.phase == .warmingUp
        ? .waiting : .held("the policy is ready")
    })

  private static let firstUpdate = TourStep(
    on: TokensPanel.self, [.press(.stepUpdate)],
    words: { state in
      "\(state.keys.shown("update")) made one update. Each row is an answer, right or wrong. The "
        + "ratio ρ of every token is still 1: these very weights wrote it."
    },
    check: { state, before in
      guard let update = update(in: state, after: before),
        let (low, high) = ratios(of: update.metrics)
      else { return .waiting }
      let count = update.metrics.activeTokenCount
      return low == 1 && high == 1
        ? .held("ρ is 1 for all \(count) tokens") : .failed("ρ is not 1 but \(low) to \(high)")
    })

  private static let iteration = TourStep(
    on: TokensPanel.self, [.press(.stepIteration)],
    words: { state in
      "\(state.keys.shown("iteration")) made the other updates, all from the same answers. The "
        + "policy moves on, the answers stay old: ratios leave 1."
    },
    check: { state, before in
      guard let update = update(in: state, after: before), isAtEnd(update.metrics),
        let (low, high) = ratios(of: update.metrics)
      else { return .waiting }
      let range =
        "ρ runs from \(NumberFormat.significant(low)) to \(NumberFormat.significant(high))"
      return low < 1 - departure || high > 1 + departure ? .held(range) : .failed(range)
    })

  private static let gate = TourStep(
    on: LimiterPanel.self,
    words: { state in
      let sigma =
        state.run.present.snapshot.knob(named: "sigma_base").map { KnobFormat.text($0.value) }
        ?? "-"
      return "MASPO's gate F dims tokens whose ratio went too far. Bars show where. At σ_base "
        + "\(sigma) it is wide and takes little."
    },
    check: { state, _ in
      guard let removed = state.run.present.snapshot.update?.metrics.removedShare else {
        return .failed("the objective has no gate for each token")
      }
      return .held("it took \(percent(removed)) of the last update")
    })

  private static let narrower = TourStep(
    on: LedgerPanel.self,
    [TourKey](repeating: .press(.nudge(.knob("sigma_base"), -1)), count: narrowingKeys)
      + [.press(.stepIteration)],
    words: { state in
      let key = state.keys.key(for: .nudge(.knob("sigma_base"), -1))?.shown ?? ""
      return "\(key) lowered σ_base to \(KnobFormat.text(narrowSigma)): the gate is narrow now. "
        + "\(state.keys.shown("iteration")) made a whole iteration. The light parts of the bars "
        + "are what the gate took."
    },
    check: { state, before in
      guard let update = update(in: state, after: before), isAtEnd(update.metrics) else {
        return .waiting
      }
      let sigma = state.run.present.snapshot.knob(named: "sigma_base")?.value
      guard sigma == narrowSigma else { return .failed("σ_base is \(KnobFormat.text(sigma))") }
      guard let now = update.metrics.removedShare else { return .failed("there is no gate") }
      let then = before.removedShare ?? 0
      let words = "it took \(percent(now)), before \(percent(then))"
      return now - then >= bite
        ? .held("the gate bit: \(words)")
        : .failed("the gate did not bite as it should (5% more): \(words)")
    })

  private static let whatGRPOWouldDo = TourStep(
    on: TokensPanel.self, [.press(.openComparedObjectiveMenu), .choose(objective: "grpo")],
    words: { state in
      "\(state.keys.shown("compare")) marks the tokens that GRPO would treat otherwise. It clips: "
        + "beyond its bounds a token gets no gradient at all."
    },
    check: { state, _ in
      guard let row = comparison(with: "grpo", state),
        let tokens = state.run.present.snapshot.update?.minibatch
      else {
        return .failed("there is no minibatch to compare on")
      }
      let words =
        "GRPO would have clipped \(row.suppressedCount) of "
        + "\(tokens.activeTokenCount) tokens of this update"
      return row.suppressedCount > 0 ? .held(words) : .failed(words)
    })

  private static let switchToGRPO = TourStep(
    on: ObjectivesPanel.self,
    [
      .press(.openObjectiveMenu), .choose(objective: "grpo"), .press(.stepIteration),
    ],
    words: { state in
      "\(state.keys.shown("objective")) switched to GRPO, from this iteration's rollout on. The "
        + "table holds every objective against the same tokens."
    },
    check: { state, before in
      guard let update = update(in: state, after: before), isAtEnd(update.metrics) else {
        return .waiting
      }
      guard update.objective.name == "grpo", let row = comparison(with: "grpo", state) else {
        return .failed("the update was made by \(update.objective.name)")
      }
      let count = update.minibatch?.activeTokenCount ?? 0
      return .held(
        "GRPO clipped \(row.suppressedCount) of \(count) tokens of the last update")
    })

  private static let running = TourStep(
    on: LearningPanel.self, [.press(.toggleRunning)],
    words: { state in
      "\(state.keys.shown("pause")) lets it run. The curves grow; a mark shows where you moved a "
        + "knob."
    },
    check: { state, before in
      state.run.present.snapshot.status.position.total >= before.position.total + 4
        ? .held("updates pass by themselves") : .waiting
    })

  private static let pausing = TourStep(
    on: LearningPanel.self, [.press(.toggleRunning)],
    words: { state in "\(state.keys.shown("pause")) again pauses it, between two updates." },
    check: { state, _ in
      state.run.present.snapshot.status.mode == .paused ? .held("it waits") : .waiting
    })

  private static let farewell = TourStep(
    on: KnobsPanel.self,
    words: { state in
      "The keys are yours: \(state.keys.shown("pause")) runs, \(state.keys.shown("preview")) tries "
        + "a knob before it is moved, \(state.keys.shown("moment")) steps back in time, "
        + "\(state.keys.shown("help")) explains everything."
    },
    check: { _, _ in .held("this run is yours from here on") })

  // MARK: Telemetry

  /// The newest update in detail, once one came after the step began and the run is paused on it.
  private static func update(
    in state: DashboardState, after before: TourSight
  ) -> UpdateDetail? {
    let status = state.run.present.snapshot.status
    guard status.mode == .paused, status.phase == .training,
      let update = state.run.present.snapshot.update,
      update.hasTokens, update.metrics.position.total > before.position.total
    else { return nil }
    return update
  }

  private static func isAtEnd(_ metrics: UpdateMetrics) -> Bool {
    metrics.position.update == metrics.position.updatesPerIteration
  }

  private static func ratios(of metrics: UpdateMetrics) -> (Double, Double)? {
    guard let low = metrics.ratioMinimum, let high = metrics.ratioMaximum else { return nil }
    return (low, high)
  }

  private static func comparison(
    with name: String, _ state: DashboardState
  ) -> CounterfactualComparison.Row? {
    CounterfactualComparison(state.shown)?.rows.first { $0.name == name }
  }

  private static func percent(_ share: Double) -> String {
    NumberFormat.percent(share, decimals: 1)
  }
}
