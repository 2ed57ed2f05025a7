/// So many of a thing, in words: `1 update`, `2 updates`, `0 entries`.
///
/// - Parameters:
///   - noun: one of them.
///   - plural: several of them; `nil` where an s is all that it takes.
public func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
