internal import Synchronization
import TrainingTelemetry

/// Keeps trainers in lock step: none takes a step before all others have come as far as it has.
///
/// Steps are compared by iteration and by the share of the iteration's updates, so that runs with
/// different numbers of updates meet at every rollout. The numbers of no run depend on it.
public final class LockStep: Sendable {
  private struct Member {
    /// The iteration, and the share of it below 1; infinite once the run is over.
    var place = 0.0
    /// Whether it is paused or over.
    var isResting = false
    /// Wakes the trainer where it sleeps.
    var wake: @Sendable () -> Void = {}
  }

  private let members: Mutex<[Member]>

  /// - Precondition: `count` ≥ 1.
  public init(count: Int) {
    precondition(count >= 1, "\(count) trainers in lock step")
    members = Mutex(Array(repeating: Member(), count: count))
  }

  func join(_ index: Int, wake: @escaping @Sendable () -> Void) {
    members.withLock { $0[index].wake = wake }
  }

  /// Whether no other member is behind.
  func mayStep(_ index: Int) -> Bool {
    members.withLock { members in
      let own = members[index].place
      return members.allSatisfy { $0.place >= own }
    }
  }

  /// Whether it is behind others while all of them rest: it makes the step that they have made.
  func mayCatchUp(_ index: Int) -> Bool {
    members.withLock { members in
      let others = members.enumerated().filter { $0.offset != index }.map(\.element)
      let furthest = others.map(\.place).filter(\.isFinite).max() ?? 0
      return others.allSatisfy(\.isResting) && furthest > members[index].place
    }
  }

  func note(_ index: Int, at position: UpdatePosition, isResting: Bool) {
    let updates = Double(max(1, position.updatesPerIteration))
    note(
      index, place: Double(position.iteration) + 0.999 * Double(position.update) / updates,
      isResting: isResting)
  }

  /// A run that is over holds nobody up.
  func leave(_ index: Int) { note(index, place: .infinity, isResting: true) }

  private func note(_ index: Int, place: Double, isResting: Bool) {
    let others = members.withLock { members in
      // Who learns nothing new is not woken, or the trainers would wake each other for ever.
      guard members[index].place != place || members[index].isResting != isResting else {
        return [@Sendable () -> Void]()
      }
      members[index].place = place
      members[index].isResting = isResting
      return members.enumerated().filter { $0.offset != index }.map(\.element.wake)
    }
    for wake in others { wake() }
  }
}
