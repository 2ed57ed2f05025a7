import BoundedNumbers

/// Decides when a frame is drawn and how long to sleep: pure arithmetic on a monotonic clock.
///
/// What a key changed is shown at once, though no more than 120 times a second, so that a flood of
/// keys is not drawn key by key. News of the run is shown at most 30 times a second, and less often
/// where frames cost so much that drawing them would slow the run down.
public struct FramePacer: Sendable, Hashable {
  public static let newsInterval = 1.0 / 30
  public static let keyInterval = 1.0 / 120
  /// Share of one core's time that drawing news may take …
  public static let newsShare = 0.02
  /// … unless that meant less than ten frames a second.
  public static let longestNewsInterval = 0.1

  private var lastFrame = -Double.infinity
  private var lastKeyFrame = -Double.infinity
  /// What a frame costs, a running mean.
  private var frameSeconds = 0.0
  /// Earliest time of the next frame; `nil` where there is nothing new to show.
  private var due: Double?
  private var showsKey = false

  public init() {}

  /// Something changed: by a key (`isUrgent`) or by news of the run.
  public mutating func change(isUrgent: Bool) {
    let earliest =
      isUrgent ? lastKeyFrame + Self.keyInterval : lastFrame + currentNewsInterval
    due = min(due ?? .infinity, earliest)
    if isUrgent { showsKey = true }
  }

  private var currentNewsInterval: Double {
    min(max(frameSeconds / Self.newsShare, Self.newsInterval), Self.longestNewsInterval)
  }

  public func isDue(at now: Double) -> Bool { due.map { $0 <= now } ?? false }

  /// - Parameter seconds: what drawing the frame and writing it took.
  public mutating func drew(at now: Double, seconds: Double = 0) {
    lastFrame = now
    if showsKey { lastKeyFrame = now }
    showsKey = false
    due = nil
    frameSeconds += (seconds - frameSeconds) / 8
  }

  /// Whole milliseconds to sleep at most; `nil` sleeps until something happens.
  ///
  /// - Parameter deadline: time at which the state itself wants to be looked at.
  public func timeoutMilliseconds(at now: Double, deadline: Double?) -> Int? {
    guard let next = [due, deadline].compactMap({ $0 }).min() else { return nil }
    return max(0, Int(bounded: ((next - now) * 1000).rounded(.up)))
  }
}
