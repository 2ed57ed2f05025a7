import TerminalCanvas
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
    let word = NumberFormat.share
    return "\(word(total)) (▲ \(word(positive)), ▼ \(word(negative)))"
  }
}

extension KnobPrediction {
  /// The realised effect beside the predicted one, and the update that showed it; `nil` until all
  /// its values are in force and it is made.
  func realised(in run: KnownRun) -> (text: String, update: Int)? {
    let inForce = changes.allSatisfy { change in
      run.snapshot.knob(named: change.name).map { $0.pending == nil && $0.value == change.value }
        ?? false
    }
    let since = changes.compactMap { change in
      run.history.knobChanges.last { $0.name == change.name && $0.newValue == change.value }?
        .updatesBefore
    }.max()
    guard inForce, let since,
      let update = run.history.updates.last(where: { $0.position.total == since + 1 })
    else { return nil }
    let text =
      "gate takes, previewed \(removed.words), "
      + "realized at update \(since + 1) \(SignShares(update).words)"
    return (text, since + 1)
  }
}
