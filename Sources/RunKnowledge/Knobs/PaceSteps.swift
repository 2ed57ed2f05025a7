import TerminalCanvas

/// Paces that the keys walk through, updates per second; full speed comes after the last.
public enum PaceSteps {
  public static let all: [Double] = [0.5, 1, 2, 4, 6, 10, 20, 50, 100]

  /// The pace `offset` steps from `pace`; `nil` is full speed.
  public static func step(from pace: Double?, by offset: Int) -> Double? {
    let position: Int
    if let pace {
      let above = all.firstIndex { $0 > pace * (1 + 1e-9) } ?? all.count
      let isStep = above > 0 && all[above - 1] >= pace * (1 - 1e-9)
      // Between two steps, slower means the one below and faster the one above.
      position = offset < 0 ? (isStep ? above - 1 : above) : above - 1
    } else {
      position = all.count
    }
    let target = max(0, position + offset)
    return target < all.count ? all[target] : nil
  }

  /// `6/s`, `full speed`.
  public static func text(_ pace: Double?) -> String {
    pace.map { NumberFormat.short($0) + "/s" } ?? "full speed"
  }
}
