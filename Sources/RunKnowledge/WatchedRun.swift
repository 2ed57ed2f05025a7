public import TrainingTelemetry

/// A run that is followed: the present, and the moments through which it came.
public struct WatchedRun: Sendable, Equatable {
  public var source: RunSource
  public internal(set) var present: KnownRun
  /// The updates seen last.
  public private(set) var moments: MomentHistory
  /// What was said of knob moves when they were made, until an update shows what they did.
  private var prediction: KnobPrediction?
  /// What a change would do from one of its states, where a person asked.
  public var fork: WatchedFork?
  /// The curves of the run before the last restart, where they were to be kept.
  public private(set) var former: MetricHistory?
  /// Whether the next restart keeps them.
  public var keepsCurveAtRestart = false

  /// What a snapshot brought beside itself.
  public struct Arrival: Sendable, Hashable {
    public var isRestart: Bool
    public var isNewRollout: Bool
    /// Another group, or the same of another rollout.
    public var isNewGroup: Bool
    /// What previewed knob moves did, once it is known.
    public var realised: String?
  }

  /// A run of which one snapshot has come.
  public init(_ snapshot: TrainingSnapshot, from source: RunSource = .live) {
    self.source = source
    present = KnownRun(snapshot)
    moments = MomentHistory(byteCapacity: source.pastByteCapacity)
    keepMoment()
  }

  /// Takes over a newer snapshot.
  public mutating func take(_ newest: TrainingSnapshot) -> Arrival {
    let known = present.snapshot
    let isNewRollout = newest.rollout?.metrics.iteration != known.rollout?.metrics.iteration
    let isRestart = newest.events.contains(where: \.isRestart)
    if isRestart {
      // What was seen of the run before is no past of this one.
      moments = MomentHistory(byteCapacity: source.pastByteCapacity)
      prediction = nil
      fork = nil
      former = keepsCurveAtRestart ? present.history.before(restartIn: newest.events) : nil
      keepsCurveAtRestart = false
    }
    present.take(newest)
    fork?.take(present.status)
    let realised = settlePrediction()
    present.judge(hasUpdates: source.hasUpdates)
    keepMoment()
    return Arrival(
      isRestart: isRestart, isNewRollout: isNewRollout,
      isNewGroup: isNewRollout || newest.rollout?.group.index != known.rollout?.group.index,
      realised: realised)
  }

  private mutating func keepMoment() { moments.keep(Moment(present)) }

  /// Sets the realised effect of applied moves beside the predicted one, once the first update with
  /// all its values is known.
  private mutating func settlePrediction() -> String? {
    guard let (text, update) = prediction?.realised(in: present) else { return nil }
    prediction = nil
    present.journal.append(Journal.Entry(kind: .information, updatesBefore: update, text: text))
    return text
  }

  /// Puts the curves of what happened before the first snapshot in front of those since.
  public mutating func prepend(_ events: [TrainingEvent]) {
    present.history = present.history.preceded(by: events)
    moments = MomentHistory(byteCapacity: source.pastByteCapacity)
    keepMoment()
  }

  /// Writes a line into the journal that no snapshot brings.
  public mutating func note(_ entry: Journal.Entry) { present.journal.append(entry) }

  /// Waits for the update that shows what these moves did.
  public mutating func expect(_ preview: KnobPreview) { prediction = KnobPrediction(preview) }

  /// Why the run cannot be asked at present; `nil` where it can.
  public func refusal(of capability: Capability) -> RunSource.Refusal? {
    source.refusal(of: capability, in: present.status)
  }
}

// MARK: The past

extension WatchedRun {
  /// The last moment that is kept of those with at most so many updates; `nil` where that is the
  /// present, or older than all that is kept.
  public func pastNumber(atUpdate total: Int) -> Int? {
    guard total < present.position.total else { return nil }
    let next = moments.firstNumber(atOrAfter: total + 1) ?? pastNumbers.upperBound
    return pastNumbers.contains(next - 1) ? next - 1 : nil
  }

  /// Moments that differ from what the present shows.
  public var pastNumbers: Range<Int> {
    let numbers = moments.numbers
    guard let newest = moments.newest, newest.position == present.position else { return numbers }
    return numbers.lowerBound..<numbers.upperBound - 1
  }

  /// The run as it was at a moment that is kept.
  public func past(_ number: Int) -> KnownRun {
    let moment = moments[number]
    return KnownRun(moment, history: present.history.cut(to: moment.curves))
  }

  /// Where the moments are that a mark concerns: for a change the first update it acted on.
  public var marks: [(number: Int, entry: Journal.Entry)] {
    let numbers = pastNumbers
    guard !numbers.isEmpty else { return [] }
    let oldest = moments[numbers.lowerBound].position.total
    return present.journal.entriesOfThisRun.compactMap { entry in
      let first: Int
      switch entry.kind {
      case .knob, .objective: first = entry.updatesBefore + 1
      case .warning, .error: first = entry.updatesBefore
      case .evaluation, .restart, .information: return nil
      }
      guard first >= oldest,
        let number = moments.firstNumber(atOrAfter: first), numbers.contains(number)
      else { return nil }
      return (number, entry)
    }
  }
}

// MARK: Recorded runs

extension WatchedRun {
  /// The moments of a recorded run that are kept at most; of a longer one the newest.
  static let recordedCapacity = 65_536
  /// Bytes of them at most.
  static let recordedByteCapacity = 512 << 20

  /// A run of which every snapshot is known already.
  ///
  /// - Parameter snapshots: of its updates, oldest first, each with the events since the one
  ///   before.
  /// - Precondition: there is at least one.
  public init(recorded snapshots: [TrainingSnapshot], from source: RunSource) {
    precondition(!snapshots.isEmpty, "a recorded run has at least one snapshot")
    self.init(recordedFrom: snapshots[0], count: snapshots.count, from: source)
    for (index, snapshot) in snapshots.enumerated().dropFirst() {
      record(snapshot, number: index, of: snapshots.count)
    }
  }

  /// A recorded run of which the first snapshot is known; `record` takes the others in order.
  ///
  /// - Parameter count: how many snapshots there will be, or a few more.
  public init(recordedFrom first: TrainingSnapshot, count: Int, from source: RunSource) {
    self.source = source
    present = KnownRun(first)
    if !source.hasUpdates { present.judge(hasUpdates: false) }
    moments = MomentHistory(
      capacity: Self.recordedCapacity, byteCapacity: Self.recordedByteCapacity)
    if count <= Self.recordedCapacity { keepMoment() }
  }

  /// Takes a recorded snapshot; of one that is too old to be kept, its events alone.
  ///
  /// - Parameter number: 0 for the first snapshot of the run.
  public mutating func record(_ snapshot: TrainingSnapshot, number: Int, of count: Int) {
    if number < count - Self.recordedCapacity {
      present.record(snapshot.events)
    } else {
      _ = take(snapshot)
    }
  }

  /// Puts computed tokens where the record had none.
  ///
  /// - Returns: the numbers of the moments that changed.
  public mutating func add(_ details: [RecomputedDetail]) -> [Int] {
    details.compactMap { detail in
      if present.snapshot.update?.metrics.position == detail.position {
        present.snapshot.add(detail)
        present.verdict = Verdict(of: present)
      }
      guard let number = moments.firstNumber(atOrAfter: detail.position.total),
        moments[number].snapshot.update?.metrics.position == detail.position
      else { return nil }
      var run = past(number)
      run.snapshot.add(detail)
      run.verdict = Verdict(of: run)
      moments.replace(number, with: moments[number].showing(run))
      return number
    }
  }
}

extension TrainingSnapshot {
  fileprivate mutating func add(_ detail: RecomputedDetail) {
    // The recorded scalars are what was shown; they have the seconds of then.
    let metrics = update?.metrics
    update = detail.update
    if let metrics { update?.metrics = metrics }
    // A rollout behind the update is another one.
    if rollout?.metrics.iteration == detail.position.iteration {
      let metrics = rollout?.metrics
      rollout = detail.rollout
      if let metrics { rollout?.metrics = metrics }
    }
  }
}
