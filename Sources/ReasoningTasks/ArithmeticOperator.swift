/// The binary operations of the tasks.
public enum ArithmeticOperator: String, Sendable, Hashable, Codable, CaseIterable {
  case plus = "+"
  case minus = "-"
  case times = "*"

  /// The operator that `byte` writes in ASCII.
  init?(ascii byte: UInt8) {
    self.init(rawValue: String(UnicodeScalar(byte)))
  }

  func callAsFunction(_ left: Int, _ right: Int) -> Int {
    switch self {
    case .plus: left + right
    case .minus: left - right
    case .times: left * right
    }
  }
}

extension Sequence<ArithmeticOperator> {
  /// The operators' signs, as in `+-*`.
  var signs: String { map(\.rawValue).joined() }
}

extension UInt8 {
  /// The value of an ASCII digit.
  var digitValue: Int? {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) ? Int(self - UInt8(ascii: "0")) : nil
  }
}

extension String {
  /// Equality of bytes. `==` holds for canonically equivalent texts: it takes U+037E, the Greek
  /// question mark, for a semicolon.
  func isIdentical(to other: String) -> Bool {
    utf8.elementsEqual(other.utf8)
  }
}
