public import TrainingTelemetry

/// Runs side by side: rivals from one base policy on the same prompts, in lock step, or recorded
/// runs laid over each other.
///
/// One of them is shown by all panels; whoever follows the race keeps that one, and here stand the
/// others.
public struct Race: Sendable, Equatable {
  public struct Lane: Sendable, Equatable {
    /// `MASPO`, `GRPO` or `σ_base 0.2`.
    public let label: String
    /// Whether it is the first run with one weight moved: what chance alone does.
    public let isPlacebo: Bool
    public fileprivate(set) var run: WatchedRun

    public init(_ label: String, _ run: WatchedRun, isPlacebo: Bool = false) {
      self.label = label
      self.run = run
      self.isPlacebo = isPlacebo
    }
  }

  /// The first is the one with which the others are compared.
  public private(set) var lanes: [Lane]
  /// The lane that is shown; its run here is as old as its being shown.
  public private(set) var shown = 0
  /// Whether a knob that a person moves is moved on all runs, to one value.
  public var movesAll = false
  /// The update at which the runs are looked at; `nil` while each is as it is now.
  public var lookedAt: Int?

  /// - Precondition: there are at least two lanes.
  public init(_ lanes: [Lane]) {
    precondition(lanes.count > 1, "\(lanes.count) lanes are no race")
    self.lanes = lanes
  }

  /// Takes a snapshot of a lane that is not shown.
  public mutating func take(_ newest: TrainingSnapshot, lane: Int) {
    guard lanes.indices.contains(lane), lane != shown else { return }
    _ = lanes[lane].run.take(newest)
  }

  /// Puts another run, of which more has been read, in the place of one that is not shown.
  public mutating func replace(_ lane: Int, with run: WatchedRun) {
    guard lanes.indices.contains(lane), lane != shown else { return }
    lanes[lane].run = run
  }

  /// Says what a recorded run that is not shown has come to.
  public mutating func setSource(_ source: RunSource, lane: Int) {
    guard lanes.indices.contains(lane), lane != shown else { return }
    lanes[lane].run.source = source
  }

  /// Shows the next lane, or the one before.
  ///
  /// - Parameter present: the run that was shown so far.
  /// - Returns: the run that is shown now.
  public mutating func show(offset: Int, insteadOf present: WatchedRun) -> WatchedRun {
    lanes[shown].run = present
    shown = ((shown + offset) % lanes.count + lanes.count) % lanes.count
    return lanes[shown].run
  }

  /// Keeps the curves that the runs have beside those that they have after their next restart.
  public mutating func keepCurvesAtRestart() {
    for lane in lanes.indices { lanes[lane].run.keepsCurveAtRestart = true }
  }

  /// What the run that is shown is called.
  public var label: String { lanes[shown].label }

  /// `2 of 3: GRPO`.
  public var place: String { "\(shown + 1) of \(lanes.count): \(label)" }

  /// The newest snapshots of all lanes.
  ///
  /// - Parameter present: that of the run that is shown.
  public func snapshots(showing present: TrainingSnapshot) -> [TrainingSnapshot] {
    lanes.enumerated().map { index, lane in
      index == shown ? present : lane.run.present.snapshot
    }
  }
}

// MARK: Knobs of all runs

extension Race {
  /// The commands that move knobs on every run, by lane; `nil` for a run that has none of them.
  ///
  /// - Parameter present: the newest snapshot of the run that is shown.
  public func commands(
    moving settings: [KnobSetting], showing present: TrainingSnapshot
  ) -> [TrainerCommand?] {
    snapshots(showing: present).map { snapshot in
      let known = settings.filter { snapshot.knob(named: $0.name) != nil }
      return known.isEmpty ? nil : .setKnobs(known)
    }
  }

  /// The values that knobs of the runs that are not shown have or are about to have, by lane.
  public func values(of names: [String]) -> [Int: [KnobSetting]] {
    var values: [Int: [KnobSetting]] = [:]
    for (index, lane) in lanes.enumerated() where index != shown {
      let known = names.compactMap { name in
        lane.run.present.snapshot.knob(named: name).map {
          KnobSetting(name: name, value: ($0.pending ?? PendingValue(value: $0.value)).value)
        }
      }
      if !known.isEmpty { values[index] = known }
    }
    return values
  }

  /// Labels of the runs of which a command is `nil`.
  public func labels(without commands: [TrainerCommand?]) -> [String] {
    zip(lanes, commands).compactMap { lane, command in command == nil ? lane.label : nil }
  }
}
