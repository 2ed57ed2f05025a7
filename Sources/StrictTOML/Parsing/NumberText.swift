/// Whole numbers and others as TOML writes them.
enum NumberText {
  /// The number; `nil` for a word that is none.
  ///
  /// - Throws: `TOMLError` for a whole number beyond 64 bits.
  static func number(
    _ word: ArraySlice<UInt8>, at place: TOMLPlace
  ) throws(TOMLError) -> TOMLValue.Content? {
    let isNegative = word.first == UInt8(ascii: "-")
    let isSigned = isNegative || word.first == UInt8(ascii: "+")
    let rest = isSigned ? word.dropFirst() : word
    let text = String(decoding: rest.prefix(4), as: UTF8.self)
    if text == "inf" { return .number(isNegative ? -.infinity : .infinity) }
    if text == "nan" { return .number(.nan) }
    if rest.count > 2, rest.first == UInt8(ascii: "0"), !isSigned,
      let radix = radix(rest[rest.startIndex + 1])
    {
      return try whole(rest.dropFirst(2), radix: radix, isNegative: false, at: place)
    }
    if isDecimal(rest) {
      return try whole(rest, radix: 10, isNegative: isNegative, at: place)
    }
    guard isFraction(rest) else { return nil }
    let digits = String(decoding: word.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    return Double(digits).map { .number($0) }
  }

  static func digitValue(_ byte: UInt8) -> Int? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(byte - UInt8(ascii: "A")) + 10
    default: nil
    }
  }

  private static func radix(_ letter: UInt8) -> Int? {
    switch letter {
    case UInt8(ascii: "x"): 16
    case UInt8(ascii: "o"): 8
    case UInt8(ascii: "b"): 2
    default: nil
    }
  }

  private static func whole(
    _ digits: ArraySlice<UInt8>, radix: Int, isNegative: Bool, at place: TOMLPlace
  ) throws(TOMLError) -> TOMLValue.Content? {
    guard isDigits(digits, radix: radix) else { return nil }
    var value = 0
    for byte in digits where byte != UInt8(ascii: "_") {
      let digit = digitValue(byte) ?? 0
      let (product, first) = value.multipliedReportingOverflow(by: radix)
      let (sum, second) =
        isNegative
        ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
      guard !first, !second else {
        throw TOMLError(
          place: place, reason: "a whole number lies between \(Int.min) and \(Int.max)")
      }
      value = sum
    }
    return .whole(value)
  }

  /// Digits with underscores between them.
  private static func isDigits(_ digits: ArraySlice<UInt8>, radix: Int = 10) -> Bool {
    var follows = false
    for byte in digits {
      if byte == UInt8(ascii: "_") {
        guard follows else { return false }
        follows = false
      } else {
        guard let value = digitValue(byte), value < radix else { return false }
        follows = true
      }
    }
    return follows
  }

  /// Digits without a needless zero before them.
  private static func isDecimal(_ digits: ArraySlice<UInt8>) -> Bool {
    isDigits(digits) && (digits.count == 1 || digits.first != UInt8(ascii: "0"))
  }

  private static func isFraction(_ word: ArraySlice<UInt8>) -> Bool {
    let mantissa = word.prefix { $0 != UInt8(ascii: "e") && $0 != UInt8(ascii: "E") }
    if mantissa.count < word.count {
      var exponent = word[(mantissa.endIndex + 1)...]
      if exponent.first == UInt8(ascii: "+") || exponent.first == UInt8(ascii: "-") {
        exponent = exponent.dropFirst()
      }
      guard isDigits(exponent) else { return false }
    }
    let whole = mantissa.prefix { $0 != UInt8(ascii: ".") }
    guard isDecimal(whole) else { return false }
    return whole.count == mantissa.count || isDigits(mantissa[(whole.endIndex + 1)...])
  }
}
