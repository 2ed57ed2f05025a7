/// Decides when a frame is drawn and how long to sleep: pure arithmetic on a monotonic clock.
///
/// News of the run is shown at most 30 times a second; what a key changed at once, though no more
/// than 120 times a second, so that a flood of keys is not drawn key by key.
public struct FramePacer: Sendable, Hashable {
  public static let newsInterval = 1.0 / 30
  public static let keyInterval = 1.0 / 120

  private var lastFrame = -Double.infinity
  /// Earliest time of the next frame; `nil` where there is nothing new to show.
  private var due: Double?

  public init() {}

  /// Something changed: by a key (`isUrgent`) or by news of the run.
  public mutating func change(isUrgent: Bool) {
    let earliest = lastFrame + (isUrgent ? Self.keyInterval : Self.newsInterval)
    due = min(due ?? .infinity, earliest)
  }

  public func isDue(at now: Double) -> Bool { due.map { $0 <= now } ?? false }

  public mutating func drew(at now: Double) {
    lastFrame = now
    due = nil
  }

  /// Whole milliseconds to sleep at most; `nil` sleeps until something happens.
  ///
  /// - Parameter deadline: time at which the state itself wants to be looked at.
  public func timeoutMilliseconds(at now: Double, deadline: Double?) -> Int? {
    guard let next = [due, deadline].compactMap({ $0 }).min() else { return nil }
    return max(0, Int(((next - now) * 1000).rounded(.up)))
  }
}
