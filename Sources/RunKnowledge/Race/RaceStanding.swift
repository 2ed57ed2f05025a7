import TrainingTelemetry

/// What is known of a run of a race at one moment.
public struct RaceStanding: Sendable, Equatable {
  public let label: String
  public let isPlacebo: Bool
  /// Up to the moment.
  public let history: MetricHistory
  /// Updates made; `nil` where they are not known one by one.
  public let updates: Int?
  /// Median time of an update, or that of the last one of a past moment.
  public let milliseconds: Double?

  /// Avg@k less that of another run after each iteration whose evaluation both have, the base
  /// policy's left out: there they are equal.
  func differences(to first: RaceStanding) -> [Double] {
    var others: [Int: Double] = [:]
    for evaluation in first.history.evaluations {
      others[evaluation.iteration] = evaluation.average
    }
    var differences: [Int: Double] = [:]
    for evaluation in history.evaluations where evaluation.iteration > 0 {
      if let other = others[evaluation.iteration] {
        differences[evaluation.iteration] = evaluation.average - other
      }
    }
    return differences.sorted { $0.key < $1.key }.map(\.value)
  }
}

/// How far chance alone led: the largest distance of the placebos from the first run at any of
/// their evaluations.
public struct PlaceboBand: Sendable, Equatable {
  /// Of Avg@k.
  public let width: Double
  /// Evaluations that it rests on.
  public let evaluations: Int

  /// `nil` without a placebo that was evaluated.
  init?(_ standings: [RaceStanding]) {
    let distances = standings.dropFirst().filter(\.isPlacebo).flatMap {
      $0.differences(to: standings[0]).map(abs)
    }
    guard let width = distances.max() else { return nil }
    self.width = width
    evaluations = distances.count
  }

  /// Whether a difference is larger than any that the placebo had.
  public func isExceeded(by difference: Double) -> Bool { abs(difference) > width }
}

/// The runs of a race beside each other.
public struct RaceTable: Sendable, Equatable {
  /// In the order of the lanes; the first is the one with which the others are compared.
  public let standings: [RaceStanding]
  public let shown: Int
  public let band: PlaceboBand?
  /// In what the runs differ that makes their scores hard to compare, such as `seed`.
  public let caveats: [String]

  /// - Parameters:
  ///   - run: the run that is shown, at the moment looked at.
  public init(_ race: Race, showing run: KnownRun) {
    standings = race.standings(showing: run)
    shown = race.shown
    band = PlaceboBand(standings)
    caveats = Self.caveats(race.snapshots(showing: run.snapshot).map(\.identity))
  }

  /// Avg@k less that of the first run, at the last evaluation that both have.
  public func difference(of lane: Int) -> Double? {
    lane == 0 ? nil : standings[lane].differences(to: standings[0]).last
  }

  private static func caveats(_ identities: [RunIdentity]) -> [String] {
    func differ<Value: Equatable>(_ value: (RunIdentity) -> Value) -> Bool {
      identities.contains { value($0) != value(identities[0]) }
    }
    return [
      differ(\.task) ? "task" : nil, differ(\.preset) ? "preset" : nil,
      differ(\.baseSeed) ? "base policy" : nil, differ(\.seed) ? "seed" : nil,
    ].compactMap { $0 }
  }
}

extension Race {
  /// What is known of every lane, at the update looked at.
  ///
  /// - Parameter run: the run that is shown, at that moment.
  func standings(showing run: KnownRun) -> [RaceStanding] {
    lanes.enumerated().map { index, lane in
      let present = index == shown ? run : lane.run.present
      var history = present.history
      var milliseconds = present.status.updateMilliseconds
      var total = present.position.total
      if index != shown, let lookedAt, lookedAt < total {
        history = history.upTo(update: lookedAt)
        milliseconds = history.updates.last.map { $0.seconds * 1e3 }
        total = lookedAt
      }
      return RaceStanding(
        label: lane.label, isPlacebo: lane.isPlacebo, history: history,
        updates: lane.run.source.hasUpdates ? total : nil, milliseconds: milliseconds)
    }
  }

  /// The curves of the runs that are not shown, up to the update looked at.
  public var others: [(label: String, history: MetricHistory)] {
    lanes.enumerated().filter { $0.offset != shown }.map { _, lane in
      (
        lane.label,
        lookedAt.map { lane.run.present.history.upTo(update: $0) } ?? lane.run.present.history
      )
    }
  }
}

extension MetricHistory {
  /// The curves as they were right after an update.
  public func upTo(update total: Int) -> MetricHistory {
    guard let last = updates.last?.position.total ?? rollouts.last?.updatesBefore, last > total
    else { return self }
    return cut(
      to: Extent(
        rollouts: rollouts.count { $0.updatesBefore < total },
        evaluations: evaluations.count { $0.updatesBefore <= total },
        knobChanges: knobChanges.count { $0.updatesBefore < total },
        objectiveChanges: objectiveChanges.count { $0.updatesBefore < total }, total: total))
  }
}
