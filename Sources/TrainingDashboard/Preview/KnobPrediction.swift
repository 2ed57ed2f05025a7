public import TrainingTelemetry

/// What a preview said of a change that was then made, until an update shows what it did.
public struct KnobPrediction: Sendable, Hashable {
  public var changes: [KnobSetting]
  /// Removed shares that the preview gave, in [0, 1].
  public var removed: SignShares

  /// `nil` where the preview says nothing of gates.
  init?(_ preview: KnobPreview) {
    guard let after = preview.after else { return nil }
    changes = preview.changes
    removed = SignShares(after.metrics)
  }
}

/// The share Σ w|A|ρ(1 − F)s / Σ w|A|ρs that the gate takes of the weighted push, in [0, 1]; `nil`
/// without a gate per token or without tokens of the sign.
public struct SignShares: Sendable, Hashable {
  public var positive: Double?
  public var negative: Double?
  /// Over both signs.
  public var total: Double?

  public init(_ metrics: UpdateMetrics) {
    positive = metrics.positive.removedShare
    negative = metrics.negative.removedShare
    total = metrics.removedShare
  }

  /// `took 12% (▲ 8.0%, ▼ 15%)`.
  var words: String {
    let word = PanelNumbers.percentWord
    return "\(word(total)) (▲ \(word(positive)), ▼ \(word(negative)))"
  }
}

extension DashboardState {
  /// Sets the realised effect of an applied preview beside the predicted one, once the first
  /// update with all its values is known.
  mutating func settlePrediction(at time: Double) {
    guard let prediction else { return }
    let inForce = prediction.changes.allSatisfy { change in
      snapshot.knob(named: change.name).map { $0.pending == nil && $0.value == change.value }
        ?? false
    }
    let since = prediction.changes.compactMap { change in
      history.knobChanges.last { $0.name == change.name && $0.newValue == change.value }?
        .updatesBefore
    }.max()
    guard inForce, let since,
      let update = history.updates.last(where: { $0.position.total == since + 1 })
    else { return }
    self.prediction = nil
    let realised = SignShares(update)
    let text =
      "gate takes, previewed \(prediction.removed.words), "
      + "realised at update \(since + 1) \(realised.words)"
    journal.append(Journal.Entry(kind: .information, updatesBefore: since + 1, text: text))
    say(text, at: time)
  }
}
