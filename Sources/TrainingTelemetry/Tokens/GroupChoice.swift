/// Which group of the rollout is shown token by token: the one that a person chose, else one that
/// teaches, with right and wrong answers, and of these the one from which the gate has taken most.
///
/// Until something was taken in a rollout it is the group nearest to half and half. It changes only
/// for one from which twice as much was taken, so that there is time to read.
public struct GroupChoice: Sendable, Hashable {
  /// Index of the group, from 0.
  public private(set) var index = 0
  /// Whether it stays for good, or until the next rollout.
  private var isKept = false
  private var isHeld = false
  /// Σ w|A|ρ(1 − F)s of each group, over the updates of the rollout that were made in detail.
  private var removed: [Double] = []

  public init() {}

  /// A person's choice; one that is not kept lasts until the next rollout.
  public mutating func choose(_ group: Int, isKept: Bool) {
    index = group
    self.isKept = isKept
    isHeld = true
  }

  public mutating func noteRollout(_ groups: [GroupSummary]) {
    removed = [Double](repeating: 0, count: groups.count)
    isHeld = isKept
    if !isKept { index = groups.mostBalanced }
  }

  /// - Parameter removed: what the gate took from each group in an update.
  public mutating func noteUpdate(_ removed: [Double], _ groups: [GroupSummary]) {
    guard removed.count == groups.count, self.removed.count == groups.count else { return }
    for (group, sum) in removed.enumerated() { self.removed[group] += sum }
    let teaching = groups.indices.filter { groups[$0].isMixed }
    guard !isHeld, let best = teaching.max(by: { self.removed[$0] < self.removed[$1] }),
      groups.indices.contains(index), self.removed[best] > 2 * self.removed[index]
    else { return }
    index = best
  }
}
