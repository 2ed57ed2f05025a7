internal import BoundedNumbers
internal import PolicyTraining

/// One of several equal shares of a plan, for as many programs that write to one folder.
///
/// Which runs a share has follows from the plan and the two numbers alone, so that the programs
/// need not speak with each other, and none waits for another.
public struct ComparisonShard: Sendable, Hashable {
  /// From 1 to `count`.
  public let number: Int
  public let count: Int

  /// The most shares that a plan can be cut into.
  public static let mostShares = 10_000

  /// Reads `3/16`.
  ///
  /// - Throws: `ComparisonError.malformedShard`.
  public init(parsing text: String) throws(ComparisonError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = Self.number(parts[0]), let count = Self.number(parts[1]),
      (1...Self.mostShares).contains(count), (1...count).contains(number)
    else { throw .malformedShard(text) }
    self.number = number
    self.count = count
  }

  private static func number(_ text: Substring) -> Int? {
    text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
  }

  /// The number of the share that each run belongs to.
  ///
  /// Runs from one base policy stand together, so that few shares make the same one, and the line
  /// of runs is cut where equal parts of the computing end.
  static func numbers(of runs: [PlannedRun], count: Int) -> [Int] {
    var places: [BasePolicyIdentity: Int] = [:]
    for run in runs {
      let identity = BasePolicyIdentity(run)
      if places[identity] == nil { places[identity] = places.count }
    }
    let order = runs.indices.sorted { left, right in
      let first = places[BasePolicyIdentity(runs[left])] ?? 0
      let second = places[BasePolicyIdentity(runs[right])] ?? 0
      return (first, left) < (second, right)
    }
    let total = runs.reduce(0) { $0 + $1.cost }
    var numbers = [Int](repeating: 1, count: runs.count)
    var before = 0.0
    for index in order {
      // Where the middle of the run falls.
      let share = total > 0 ? (before + runs[index].cost / 2) / total : 0
      numbers[index] = min(count, Int(bounded: share * Double(count)) + 1)
      before += runs[index].cost
    }
    return numbers
  }
}

/// What tells base policies of one plan apart.
struct BasePolicyIdentity: Hashable {
  let task: String
  let seed: UInt64

  init(_ run: PlannedRun) {
    task = run.task
    seed = run.configuration.baseSeed
  }
}
