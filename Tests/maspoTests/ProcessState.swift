import Foundation

/// What the kernel says of a process.
enum ProcessState {
  /// The letter of its state, such as T for stopped; `nil` when there is no such process.
  static func letter(of process: Int32) -> Character? {
    // The name before it is in parentheses, and may hold any character.
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return nil }
    return text[end...].dropFirst(2).first
  }

  /// Whether the process has ended, even if its parent has not yet collected its status.
  static func isOver(_ process: Int32) -> Bool {
    [nil, "Z", "X"].contains(letter(of: process))
  }

  /// Waits until `condition` holds of the letter; whether it does.
  static func waits(for process: Int32, until condition: (Character?) -> Bool) -> Bool {
    let deadline = ContinuousClock.now + .seconds(TmuxSession.timeLimit)
    while ContinuousClock.now < deadline {
      if condition(letter(of: process)) { return true }
      usleep(20_000)
    }
    return condition(letter(of: process))
  }
}
