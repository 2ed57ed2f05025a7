public import TrainingTelemetry

/// A run as it was known at an update, complete in itself but for the curves, of which it keeps how
/// far they had come.
public struct Moment: Sendable, Equatable {
  /// Without its events.
  public var snapshot: TrainingSnapshot
  var curves: MetricHistory.Extent
  var journal: [Journal.Entry]
  var verdict: Verdict
  var memory: ObjectiveMemory

  init(_ run: KnownRun) {
    snapshot = run.snapshot
    curves = run.history.extent
    journal = run.journal.entries
    verdict = run.verdict
    memory = run.memory
  }

  /// The same place on the curves and in the journal, with what is now known of it.
  func showing(_ run: KnownRun) -> Moment {
    var moment = self
    moment.snapshot = run.snapshot
    moment.verdict = run.verdict
    return moment
  }

  public var position: UpdatePosition { snapshot.status.position }

  /// Whether both show the same update of the same rollout in detail.
  func showsTheSame(as other: TrainingSnapshot) -> Bool {
    // Where scores are all that is known, the place tells two moments apart.
    guard snapshot.update != nil || snapshot.rollout != nil else {
      return other.update == nil && other.rollout == nil && position == other.status.position
    }
    return snapshot.update?.metrics.position == other.update?.metrics.position
      && snapshot.rollout?.metrics.iteration == other.rollout?.metrics.iteration
  }

  /// Bytes of the arrays behind it; what it shares with a neighbor counts for both.
  public var byteCount: Int {
    let record = snapshot.update?.minibatch
    let buckets = snapshot.update?.buckets.count ?? 0
    let tokens = snapshot.rollout?.group.answers.reduce(0) { $0 + $1.tokens.count } ?? 0
    return MemoryLayout<Moment>.stride + 9 * 8 * (record?.tokenCount ?? 0)
      + 8 * (record?.sequenceLengths.count ?? 0) + buckets * MemoryLayout<BucketStatistics>.stride
      + tokens * MemoryLayout<TokenRecord>.stride
      + (snapshot.rollout?.groups.count ?? 0) * MemoryLayout<GroupSummary>.stride
      + journal.count * MemoryLayout<Journal.Entry>.stride
      + (snapshot.pinned?.byteCount ?? 0)
      + snapshot.knobs.count * MemoryLayout<KnobState>.stride
  }
}

/// The updates that were seen last, for stepping back through them.
///
/// Bounded twice: at most `capacity` moments, and at most `byteCapacity` bytes
/// (a recorded run has bounds of its own). A moment is kept
/// for each snapshot that shows another update or rollout in detail; at full speed the trainer
/// makes details a few times a second, so updates in between are missing.
public struct MomentHistory: Sendable, Equatable {
  /// Moments kept at most.
  public static let capacity = 256
  /// Bytes of all moments at most; the oldest go first.
  public static let byteCapacity = 64 << 20

  private let capacity: Int
  private let byteCapacity: Int
  private var moments: [Moment] = []
  /// Moments that were dropped since the beginning: the number of the oldest one kept.
  public private(set) var firstNumber = 0
  /// Of all moments, by `Moment.byteCount`.
  public private(set) var byteCount = 0

  public init(
    capacity: Int = MomentHistory.capacity, byteCapacity: Int = MomentHistory.byteCapacity
  ) {
    self.capacity = capacity
    self.byteCapacity = byteCapacity
  }

  public var count: Int { moments.count }

  /// Numbers of the moments kept, the oldest first. A moment keeps its number.
  public var numbers: Range<Int> { firstNumber..<firstNumber + count }

  public subscript(number: Int) -> Moment {
    precondition(numbers.contains(number), "moment \(number) is not among \(numbers)")
    return moments[number - firstNumber]
  }

  public var newest: Moment? { moments.last }

  /// The first moment with at least so many updates; moments stand in the order of theirs.
  public func firstNumber(atOrAfter total: Int) -> Int? {
    var range = moments.indices
    while let middle = range.isEmpty ? nil : (range.lowerBound + range.upperBound) / 2 {
      if moments[middle].position.total < total {
        range = middle + 1..<range.upperBound
      } else {
        range = range.lowerBound..<middle
      }
    }
    return range.lowerBound < count ? firstNumber + range.lowerBound : nil
  }

  /// Puts another moment in the place of one that is kept.
  mutating func replace(_ number: Int, with moment: Moment) {
    precondition(numbers.contains(number), "moment \(number) is not among \(numbers)")
    byteCount += moment.byteCount - moments[number - firstNumber].byteCount
    moments[number - firstNumber] = moment
  }

  /// Keeps a moment. It replaces the newest one where it shows the same update and the run has not
  /// moved on: another group was chosen, say.
  mutating func keep(_ moment: Moment) {
    if let newest, newest.showsTheSame(as: moment.snapshot) {
      // An evaluation hides what the update was like; the numbers of a later update are not its.
      guard moment.position == newest.position, moment.snapshot.status.phase != .evaluating else {
        return
      }
      byteCount -= newest.byteCount
      moments.removeLast()
    }
    moments.append(moment)
    byteCount += moment.byteCount
    while count > capacity || byteCount > byteCapacity && count > 1 {
      byteCount -= moments.removeFirst().byteCount
      firstNumber += 1
    }
  }
}
