/// So many of a thing, in words: `1 update`, `2 updates`, `0 entries`.
///
/// - Parameters:
///   - noun: one of them.
///   - plural: several of them; `nil` where an s is all that it takes.
public func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}

extension Double {
  /// Three significant digits in the words of a finding, such as `0.0213` or `4`.
  public var threeDigits: String {
    guard isFinite, self != 0 else { return self == 0 ? "0" : "\(self)" }
    var scale = 1.0
    while abs(self) * scale < 100, scale < 1e300 { scale *= 10 }
    while abs(self) * scale >= 1000, scale > 1e-300 { scale /= 10 }
    let rounded = "\((self * scale).rounded() / scale)"
    return rounded.hasSuffix(".0") ? String(rounded.dropLast(2)) : rounded
  }
}
