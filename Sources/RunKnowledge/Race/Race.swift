public import TrainingTelemetry

/// Runs from one base policy on the same prompts, side by side.
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

  /// Shows the next lane, or the one before.
  ///
  /// - Parameter present: the run that was shown so far.
  /// - Returns: the run that is shown now.
  public mutating func show(offset: Int, insteadOf present: WatchedRun) -> WatchedRun {
    lanes[shown].run = present
    shown = ((shown + offset) % lanes.count + lanes.count) % lanes.count
    return lanes[shown].run
  }

  /// What the run that is shown is called.
  public var label: String { lanes[shown].label }

  /// `2 of 3: GRPO`.
  public var place: String { "\(shown + 1) of \(lanes.count): \(label)" }

  /// The curves of the runs that are not shown.
  public var others: [(label: String, history: MetricHistory)] {
    lanes.enumerated().filter { $0.offset != shown }.map {
      ($0.element.label, $0.element.run.present.history)
    }
  }

  /// What is known of every lane.
  ///
  /// - Parameter present: the run that is shown.
  public func runs(showing present: KnownRun) -> [KnownRun] {
    lanes.enumerated().map { index, lane in index == shown ? present : lane.run.present }
  }
}
