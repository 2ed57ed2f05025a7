/// The lines in which two texts differ, with a caret under the first character that does.
public struct TextDifference: CustomStringConvertible {
  public let description: String

  /// Nil where the texts are equal.
  public init?(expected: String, actual: String) {
    guard expected != actual else { return nil }
    let old = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let new = actual.split(separator: "\n", omittingEmptySubsequences: false)
    var lines: [String] = []
    for index in 0..<max(old.count, new.count) {
      let before = index < old.count ? String(old[index]) : nil
      let after = index < new.count ? String(new[index]) : nil
      guard before != after else { continue }
      lines.append("line \(index + 1)")
      if let before { lines.append("  - \(before)") }
      if let after { lines.append("  + \(after)") }
      if let before, let after {
        let same = zip(before, after).prefix { $0 == $1 }.count
        lines.append("    " + String(repeating: " ", count: same) + "^")
      }
    }
    description = lines.joined(separator: "\n")
  }
}
