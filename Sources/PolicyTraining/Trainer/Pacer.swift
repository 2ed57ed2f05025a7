/// When the next update is due: a pace in updates a second, or the opening that lets a newcomer
/// see ratios leave 1 before the run speeds up.
struct Pacer: Sendable {
  enum Pace: Sendable, Hashable {
    /// Slow at first, then faster, by the update's number.
    case opening
    case limited(Double)
    case unlimited
  }

  var pace: Pace
  private var lastUpdate: Double?
  private var recent: [Double] = []

  init(_ pace: Pace) {
    self.pace = pace
  }

  /// Updates per second asked for when `update` is the next one; `nil` means no limit.
  func limit(iteration: Int, update: Int) -> Double? {
    switch pace {
    case .unlimited: return nil
    case .limited(let pace): return pace
    case .opening:
      switch (iteration, update) {
      case (...1, ...8): return 2
      case (...1, _): return 6
      case (2, _): return 12
      case (3, _): return 25
      default: return 60
      }
    }
  }

  /// Seconds to wait at time `now` before the next update; 0 when it is due.
  func delay(at now: Double, limit: Double?) -> Double {
    guard let limit, let lastUpdate else { return 0 }
    return max(0, lastUpdate + 1 / limit - now)
  }

  /// Notes that an update began at `now`.
  mutating func noteUpdate(at now: Double, limit: Double?) {
    let due = limit.flatMap { limit in lastUpdate.map { $0 + 1 / limit } }
    // A late start within one period keeps the rhythm; a later one does not have to be caught up.
    if let due, let limit, now - due < 1 / limit { lastUpdate = due } else { lastUpdate = now }
    recent.append(now)
    recent.removeAll { $0 < now - 2 }
  }

  /// Updates per second over the last two seconds.
  func measured(at now: Double) -> Double {
    let window = recent.filter { $0 >= now - 2 }
    guard let first = window.first, window.count > 1, now > first else {
      return Double(window.count) / 2
    }
    return Double(window.count - 1) / max(now - first, 1e-3)
  }
}
