import PolicyObjectives
public import TrainingTelemetry

/// A row of the knobs panel: a knob of the run, or both betas together.
public enum KnobTarget: Sendable, Hashable {
  case knob(String)
  /// β₊ and β₋ moved as one.
  case asymmetry

  /// Steps of the asymmetry; beyond the last one the clamp of the risk term acts at G = 16.
  public static let asymmetrySteps: [Double] = [0, 0.03, 0.1, 0.3, 0.6, 1, 1.7, 2.4]
}

/// What is known of one row of knobs.
public struct KnobRow: Sendable, Hashable {
  public var target: KnobTarget
  /// Knobs that a move of this row sets, one or two.
  public var names: [String]
  public var symbol: String
  public var summary: String
  public var effect: KnobState.Effect
  public var isInteger: Bool
  public var allowsNone: Bool
  public var minimum: Double
  public var maximum: Double
  public var steps: [Double]
  /// What the newest snapshot says is in force; `nil` is "no limit".
  public var inForce: Double?
  public var initial: Double?
  /// What waits for its moment, accepted by the trainer or still on its way to it.
  public var waiting: PendingValue?
  /// Whether the knobs of the row differ, so that it has no single value.
  public var isMixed: Bool

  /// The value after everything that waits is in force.
  public var future: Double? { waiting.map(\.value) ?? inForce }
  public var isChanged: Bool { isMixed || future != initial }
}

/// The rows of a run's knobs.
public struct KnobRows: Sendable, Hashable {
  private let knobs: [KnobState]
  private let requested: [String: PendingValue]

  /// - Parameter requested: values on their way to the trainer, by the knob's name.
  public init(_ knobs: [KnobState], requested: [String: PendingValue] = [:]) {
    self.knobs = knobs
    self.requested = requested
  }

  private func knob(named name: String) -> KnobState? { knobs.first { $0.name == name } }

  /// All rows in display order: those that matter most first, then as the trainer lists them.
  public var all: [KnobRow] {
    var rows = knobs.map(row)
    if let row = asymmetryRow { rows.append(row) }
    let rank = Dictionary(
      uniqueKeysWithValues: Self.prominentKnobs.enumerated().map { ($1, $0) })
    let ranked = rows.enumerated().map { offset, row in
      (rank: rank[row.target] ?? Int.max, offset: offset, row: row)
    }
    return ranked.sorted { ($0.rank, $0.offset) < ($1.rank, $1.offset) }.map(\.row)
  }

  private static let prominentKnobs: [KnobTarget] = [
    .knob("sigma_base"), .asymmetry, .knob("alpha"), .knob("beta_pos"), .knob("beta_neg"),
    .knob("sigma_high"), .knob("learning_rate"), .knob("temperature"), .knob("minibatches"),
    .knob("epochs"),
  ]

  public subscript(target: KnobTarget) -> KnobRow? {
    switch target {
    case .knob(let name): knob(named: name).map(row)
    case .asymmetry: asymmetryRow
    }
  }

  private func row(_ knob: KnobState) -> KnobRow {
    let specification = knob.specification
    return KnobRow(
      target: .knob(knob.name), names: [knob.name], symbol: specification.symbol,
      summary: specification.summary, effect: knob.effect, isInteger: knob.isInteger,
      allowsNone: specification.allowsNone,
      minimum: specification.minimum, maximum: specification.maximum,
      steps: specification.steps, inForce: knob.value, initial: knob.initialValue,
      waiting: waitingValue(knob), isMixed: false)
  }

  private func waitingValue(_ knob: KnobState) -> PendingValue? {
    let waiting = requested[knob.name] ?? knob.pending
    return waiting?.value == knob.value ? nil : waiting
  }

  private var asymmetryRow: KnobRow? {
    let betas = MASPOObjective.asymmetryParameters.compactMap(knob(named:))
    guard betas.count == 2 else { return nil }
    let (positive, negative) = (betas[0], betas[1])
    let waiting = (waitingValue(positive), waitingValue(negative))
    let future = (
      waiting.0.map(\.value) ?? positive.value, waiting.1.map(\.value) ?? negative.value
    )
    let isMixed = future.0 != future.1
    let specification = positive.specification
    return KnobRow(
      target: .asymmetry, names: [positive.name, negative.name], symbol: MASPOObjective.asymmetry,
      summary: "Both betas together: wider gates for right answers, narrower for wrong ones.",
      effect: positive.effect, isInteger: false, allowsNone: false, minimum: specification.minimum,
      maximum: min(specification.maximum, negative.specification.maximum),
      steps: KnobTarget.asymmetrySteps,
      inForce: positive.value == negative.value ? positive.value : nil,
      initial: positive.initialValue == negative.initialValue ? positive.initialValue : nil,
      waiting: isMixed || (waiting.0 == nil && waiting.1 == nil)
        ? nil : PendingValue(value: future.0),
      isMixed: isMixed)
  }

  /// What each knob will be once everything that waits is in force.
  public var futureSettings: [KnobSetting] {
    knobs.map { KnobSetting(name: $0.name, value: row($0).future) }
  }

  /// σ₊/σ₋ at |A| = 1 with the values of the knobs that are in force or waiting:
  /// clamp(1 + β₊) / clamp(1/(1 + β₋)); the mass term is the same for both signs and cancels.
  /// `nil` for objectives without both betas.
  public var riskRatio: Double? {
    func future(_ name: String) -> Double? { self[.knob(name)]?.future }
    guard let positive = future("beta_pos"), let negative = future("beta_neg") else { return nil }
    func limited(_ factor: Double) -> Double {
      min(max(factor, future("adv_low") ?? 0), future("adv_high") ?? .infinity)
    }
    return limited(1 + positive) / limited(1 / (1 + negative))
  }
}
