public import RunKnowledge
import TerminalCanvas
import Theming
import TrainingTelemetry

/// The run's curves over iterations, as points and words.
public struct LearningModel: Hashable {
  /// A knob move or a change of the objective.
  struct Mark: Hashable {
    /// In iterations finished.
    var x: Double
    /// One character: the knob's symbol.
    var symbol: Character
  }

  /// Held-out score of another run on the same prompts.
  struct Rival: Hashable {
    var label: String
    var points: [LineChart.Point]
  }

  var curves: [Quantity: [LineChart.Point]]
  /// Curves over which those of the run are laid, where scores are shown.
  var rivals: [Rival]
  /// What the run itself is called among them.
  var label: String?
  /// Those of the view, the most telling first.
  var charts: [Chart]
  var marks: [Mark]
  /// Last values with the names of their curves.
  var values: [Fact]
  /// Ends of the axis, in iterations; over the whole run the right one grows in steps.
  var xRange: ClosedRange<Double>

  /// `nil` before the first rollout or evaluation.
  ///
  /// - Parameters:
  ///   - rivals: other runs with what stands at the ends of their curves.
  ///   - label: what stands at the end of the run's own, where it has rivals.
  public init?(
    _ history: MetricHistory, view: LearningView, span: LearningSpan, isLogarithmic: Bool,
    rivals: [(label: String, history: MetricHistory)] = [], label: String? = nil
  ) {
    guard !history.rollouts.isEmpty || !history.evaluations.isEmpty else { return nil }
    let places = history.updates.map { Self.axisPosition(of: $0.position) }
    // A curve of which nothing is known is none; a value that is missing is a gap.
    func curve(_ value: (UpdateMetrics) -> Double?) -> [LineChart.Point] {
      let values = history.updates.map(value)
      guard values.contains(where: { $0 != nil }) else { return [] }
      return Self.thinned(places, values.map { $0 ?? .nan })
    }
    curves = [
      .reward: history.rollouts.compactMap { rollout in
        rollout.reward.map { point(Double(rollout.iteration - 1), $0) }
      },
      .zeroVarianceGroups: history.rollouts.filter(\.isCounted).map {
        point(Double($0.iteration - 1), $0.zeroVarianceShare)
      },
      .average: history.evaluations.map { point(Self.place(of: $0, history), $0.average) },
      .pass: history.evaluations.map { point(Self.place(of: $0, history), $0.pass) },
      .kl: curve { $0.klMean ?? $0.klEstimate },
      .entropy: curve(\.entropy), .gradient: curve(\.gradientNorm),
      .positiveGradient: curve(\.positive.gradientNorm),
      .negativeGradient: curve(\.negative.gradientNorm),
    ]
    self.label = label
    self.rivals = rivals.map { label, history in
      Rival(
        label: label,
        points: history.evaluations.map { point(Self.place(of: $0, history), $0.average) })
    }
    charts = Chart.all(of: view)
      .map { $0.scaled(isLogarithmic: isLogarithmic) }
    marks = Self.marks(history)
    values = Self.values(history)
    let last = curves.values.compactMap { $0.last?.x }.max() ?? 0
    if let width = span.iterations {
      let start = max(0, last - width)
      xRange = start...start + width
    } else {
      xRange = 0...PanelNumbers.niceCeiling(max(5, last))
    }
  }

  /// Iterations finished when an update began; its scalars belong to the weights before it.
  static func axisPosition(of position: UpdatePosition) -> Double {
    let updates = Double(max(1, position.updatesPerIteration))
    return Double(position.iteration - 1) + Double(position.update - 1) / updates
  }

  /// Points beyond this number are thinned to the extremes of equal stretches, which is what a
  /// column of the screen shows of them anyway.
  static let thinningLimit = 4000

  /// - Precondition: `xs` and `ys` are equally long.
  static func thinned(
    _ xs: [Double], _ ys: [Double], limit: Int = thinningLimit
  ) -> [LineChart.Point] {
    guard xs.count > limit else { return zip(xs, ys).map(point) }
    let stretch = (xs.count + limit / 2 - 1) / (limit / 2)
    return stride(from: 0, to: xs.count, by: stretch).flatMap { start in
      let members = start..<min(xs.count, start + stretch)
      // A value that is not finite stays: it shows as a gap.
      if let broken = members.first(where: { !ys[$0].isFinite }) {
        return [point(xs[broken], ys[broken])]
      }
      let low = members.min { ys[$0] < ys[$1] } ?? start
      let high = members.max { ys[$0] < ys[$1] } ?? start
      return [min(low, high), max(low, high)].map { point(xs[$0], ys[$0]) }
    }
  }

  /// Behind the last update made before the evaluation, which a person may ask for at any time.
  private static func place(of evaluation: EvaluationMetrics, _ history: MetricHistory) -> Double {
    let next = history.firstUpdate(after: evaluation.updatesBefore)
    guard let last = history.updates[..<next].last?.position,
      last.total == evaluation.updatesBefore
    else { return Double(evaluation.iteration) }
    return Double(last.iteration - 1) + Double(last.update) / Double(last.updatesPerIteration)
  }

  private static func marks(_ history: MetricHistory) -> [Mark] {
    func x(_ updatesBefore: Int, _ iteration: Int) -> Double {
      let next = history.firstUpdate(after: updatesBefore)
      guard history.updates.indices.contains(next) else { return Double(max(0, iteration - 1)) }
      return axisPosition(of: history.updates[next].position)
    }
    return history.knobChanges.map {
      Mark(x: x($0.updatesBefore, $0.iteration), symbol: $0.symbol.first ?? "◆")
    }
      + history.objectiveChanges.map {
        Mark(x: x($0.updatesBefore, $0.iteration), symbol: "◇")
      }
  }

  private static func values(_ history: MetricHistory) -> [Fact] {
    var facts: [Fact] = []
    func share(_ value: Double) -> String {
      let text = NumberFormat.fixed(value, decimals: 3)
      return NumberFormat.padded(
        text.hasPrefix("0.") ? String(text.dropFirst()) : String(text.prefix(4)), width: 4)
    }
    // A reward of another trainer need be no share.
    func reward(_ value: Double) -> String {
      (0...1).contains(value) ? share(value) : PanelNumbers.signed(value)
    }
    if let rollout = history.rollouts.last {
      facts.append(Fact("reward", rollout.reward.map(reward) ?? "   -", role: .rewardCurve))
    }
    if let evaluation = history.evaluations.last {
      let k = evaluation.samplesPerPrompt
      facts.append(Fact("Avg@\(k)", share(evaluation.average), role: .evaluationCurve))
      facts.append(Fact("Pass@\(k)", share(evaluation.pass), role: .reference))
    }
    if let update = history.updates.last {
      facts.append(Fact("H", PanelNumbers.unit(update.entropy), role: .entropyCurve))
      facts.append(
        Fact(
          update.klMean == nil && update.klEstimate != nil ? "KL (k3)" : "KL",
          PanelNumbers.unit(update.klMean ?? update.klEstimate), role: .klCurve))
    }
    if let rollout = history.rollouts.last, rollout.isCounted {
      facts.append(Fact("equal", PanelNumbers.percent(rollout.zeroVarianceShare), role: .warning))
      let right = NumberFormat.padded("\(rollout.allRightGroups)", width: 2)
      let wrong = NumberFormat.padded("\(rollout.allWrongGroups)", width: 2)
      facts.append(Fact("all right", right))
      facts.append(Fact("all wrong", wrong))
      facts.append(
        Fact(
          "cut off",
          NumberFormat.padded("\(rollout.truncatedAnswers)", width: 3)
            + "/\(rollout.answerCount)"))
    }
    if let update = history.updates.last {
      facts.append(Fact("KL 99%", PanelNumbers.unit(update.kl99)))
      facts.append(Fact("KL max", PanelNumbers.unit(update.klMaximum)))
      facts.append(Fact("ρ min", PanelNumbers.plain(update.ratioMinimum, width: 5)))
      facts.append(Fact("ρ max", PanelNumbers.plain(update.ratioMaximum, width: 5)))
      facts.append(Fact("loss", PanelNumbers.signed(update.loss)))
    }
    if let rollout = history.rollouts.last {
      facts.append(Fact("H when sampled", PanelNumbers.unit(rollout.entropy)))
      if rollout.isCounted {
        facts.append(Fact("rollout tokens", NumberFormat.count(rollout.tokenCount)))
      }
    }
    if let evaluation = history.evaluations.last, evaluation.promptCount > 0 {
      facts.append(Fact("held-out prompts", NumberFormat.count(evaluation.promptCount)))
    }
    return facts
  }
}

extension RolloutMetrics {
  /// Whether its groups and answers are known; results of `maspo compare` have means alone.
  fileprivate var isCounted: Bool { groupCount > 0 }
}

private func point(_ x: Double, _ y: Double) -> LineChart.Point {
  LineChart.Point(x: x, y: y)
}
