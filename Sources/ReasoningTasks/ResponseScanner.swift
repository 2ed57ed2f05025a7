/// Reads a response from left to right, byte by byte; every read fails rather than skip anything.
struct ResponseScanner {
  private var rest: Substring.UTF8View

  init(_ text: String) {
    rest = text[...].utf8
  }

  var isAtEnd: Bool { rest.isEmpty }

  /// Takes one given ASCII character.
  mutating func take(_ character: UnicodeScalar) -> Bool {
    guard let byte = rest.first, UInt32(byte) == character.value else { return false }
    rest.removeFirst()
    return true
  }

  /// Takes an operator out of `allowed`.
  mutating func takeOperator(of allowed: [ArithmeticOperator]) -> ArithmeticOperator? {
    guard let byte = rest.first, let sign = ArithmeticOperator(ascii: byte), allowed.contains(sign)
    else { return nil }
    rest.removeFirst()
    return sign
  }

  /// Takes a canonical non-negative number of at most two digits: `0` and `17`, not `07`.
  ///
  /// A third digit stays unread, so that whatever has to follow a number fails there.
  mutating func takeNumber() -> Int? {
    guard let first = rest.first?.digitValue else { return nil }
    rest.removeFirst()
    guard first != 0, let second = rest.first?.digitValue else { return first }
    rest.removeFirst()
    return 10 * first + second
  }
}
