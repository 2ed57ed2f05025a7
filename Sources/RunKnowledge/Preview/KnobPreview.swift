import PolicyObjectives
public import TrainingTelemetry

/// The last minibatch as it would have been with other knob values: gates, bounds and magnitudes
/// of the same tokens at the same ratios. It needs no forward pass; what only a backward pass
/// tells (gradient norms, their cosine) is absent.
public struct KnobPreview: Sendable, Hashable {
  /// All that an application sends: what was drafted, and σ_base where it holds the dose.
  public var changes: [KnobSetting]
  /// The last update at the values in force or waiting; `nil` where the changes touch no gate,
  /// and where the record does not tell (see `UpdateDetail.reevaluated`).
  public var before: UpdateDetail?
  /// The same with the changes.
  public var after: UpdateDetail?
  public var dose: DoseHold?

  /// - Parameters:
  ///   - drafted: values that the knobs of the run allow.
  ///   - waiting: values that the next update will have in any case.
  ///   - holdsDose: whether σ_base is solved such that the gate takes as much as before.
  public init(
    of drafted: [KnobSetting], over waiting: [KnobSetting], holdingDose holdsDose: Bool,
    in run: KnownRun
  ) {
    changes = drafted
    guard let detail = run.snapshot.update, let present = run.objectiveInForce?.with(waiting),
      var changed = run.objectiveInForce?.with(waiting + drafted)
    else { return }
    let names = Set(type(of: present).specifications.map(\.name))
    guard drafted.contains(where: { names.contains($0.name) }), let minibatch = detail.minibatch,
      let before = detail.reevaluated(by: present)
    else { return }
    if holdsDose, names.contains(DoseHold.knob),
      drafted.contains(where: { names.contains($0.name) && $0.name != DoseHold.knob })
    {
      let hold = DoseHold(
        of: before.metrics.removedShare ?? 0, on: minibatch, with: changed)
      dose = hold
      if case .solved(let sigma) = hold, (try? changed.set(DoseHold.knob, to: sigma)) != nil {
        changes.removeAll { $0.name == DoseHold.knob }
        changes.append(KnobSetting(name: DoseHold.knob, value: sigma))
      }
    }
    guard let after = detail.reevaluated(by: changed) else { return }
    self.before = before
    self.after = after
  }

  /// The value that a knob would get; `nil` where it stays.
  public func value(of name: String) -> PendingValue? {
    changes.first { $0.name == name }.map { PendingValue(value: $0.value) }
  }
}

extension PolicyObjective {
  /// The objective with other values; what is no parameter of it (learning rate, temperature) and
  /// what it does not allow is passed over.
  fileprivate func with(_ settings: [KnobSetting]) -> any PolicyObjective {
    var changed = self
    for setting in settings { try? changed.set(setting.name, to: setting.value) }
    return changed
  }
}

extension UpdateDetail {
  /// The update's tokens under another objective, or under other values of the same.
  ///
  /// - Returns: `nil` where the record does not tell: without a gate per token, and where the
  ///   objective makes advantages of its own, of which the record holds only the result.
  func reevaluated(by objective: any PolicyObjective) -> UpdateDetail? {
    guard let minibatch = minibatch?.reevaluated(by: objective) else { return nil }
    var changed = self
    changed.minibatch = minibatch
    changed.objective = ObjectiveState(objective)
    changed.metrics.positive = minibatch.signMetrics(sign: 1, gradientNorm: nil)
    changed.metrics.negative = minibatch.signMetrics(sign: -1, gradientNorm: nil)
    changed.metrics.gradientCosine = nil
    changed.metrics.waterfall = minibatch.waterfall
    changed.buckets = BucketStatistics.table(
      of: minibatch, objective: objective, context: context)
    return changed
  }
}

extension MinibatchRecord {
  /// Over both signs; `nil` without a gate or without push.
  var removedShare: Double? {
    (signMetrics(sign: 1, gradientNorm: nil).balance
      + signMetrics(sign: -1, gradientNorm: nil).balance).removedShare
  }
}
