import BoundedNumbers

#if canImport(Glibc)
  import Glibc
#endif

/// Numbers as the dashboard writes them: short, of steady width, ASCII only.
public enum NumberFormat {
  /// Stands for a value that does not exist.
  public static let missing = "-"

  /// `digits` significant digits: `0.0213`, `-1.10`, `12.3k`, `2.13e-4`, `nan`, `inf`;
  /// `-` for what does not exist.
  ///
  /// - Parameter trimsZeros: writes `0.02`, `12k` and `2e-4` instead of `0.0200`, `12.0k`, `2.00e-4`.
  public static func significant(
    _ value: Double?, digits: Int = 3, trimsZeros: Bool = false
  ) -> String {
    guard let value else { return missing }
    guard value.isFinite else { return nonFinite(value) }
    guard value != 0 else {
      return trimsZeros ? "0" : fixed(0, decimals: max(0, digits - 1))
    }
    let exponent = decimalExponent(of: value, digits: digits)
    let text: String
    switch exponent {
    case -3..<3:
      text = plain(value, exponent: exponent, digits: digits, trimsZeros: trimsZeros)
    case 3..<15:
      let group = exponent / 3
      let suffix = ["", "k", "M", "G", "T"][group]
      text =
        plain(
          value / pow(10, Double(3 * group)), exponent: exponent - 3 * group, digits: digits,
          trimsZeros: trimsZeros) + suffix
    default:
      // Subnormal numbers would divide by zero: scale in two steps.
      let mantissa =
        exponent < -300
        ? value * 1e300 / pow(10, Double(exponent + 300)) : value / pow(10, Double(exponent))
      text =
        plain(mantissa, exponent: 0, digits: digits, trimsZeros: trimsZeros) + "e\(exponent)"
    }
    return text
  }

  /// Three significant digits without trailing zeros: `0.021`, `2e-4`, `12.3k`; for knobs and axes.
  public static func short(_ value: Double) -> String {
    significant(value, digits: 3, trimsZeros: true)
  }

  /// Exactly `decimals` digits after the point: `0.30`, `-1.10`; `-` for what does not exist.
  public static func fixed(_ value: Double?, decimals: Int) -> String {
    guard let value else { return missing }
    guard value.isFinite else { return nonFinite(value) }
    let scale = pow(10, Double(max(0, decimals)))
    let scaled = (value.magnitude * scale).rounded()
    guard scaled < 9e15 else { return significant(value, digits: max(1, decimals + 1)) }
    let whole = Int(scaled)
    // A value that rounds to zero has no sign.
    let sign = value < 0 && whole != 0 ? "-" : ""
    guard decimals > 0 else { return "\(sign)\(whole)" }
    let divisor = Int(scale)
    let fraction = "\(whole % divisor)"
    return "\(sign)\(whole / divisor)."
      + String(repeating: "0", count: decimals - fraction.count) + fraction
  }

  /// `fixed`, with a plus sign where the value is above zero.
  public static func signed(_ value: Double, decimals: Int) -> String {
    let text = fixed(value, decimals: decimals)
    guard value > 0, text.contains(where: { ("1"..."9").contains($0) || $0 == "i" }) else {
      return text
    }
    return "+" + text
  }

  /// A share as a percentage: `0.047` becomes `4.7%` with one decimal.
  public static func percent(_ fraction: Double, decimals: Int = 0) -> String {
    fixed(fraction * 100, decimals: decimals) + "%"
  }

  /// A share as a percentage, for sentences: `0%`, `<0.1%`, `4.7%`, `17%`; a dash for none.
  public static func share(_ share: Double?) -> String {
    guard let share, share.isFinite else { return missing }
    if share == 0 { return "0%" }
    if abs(share) < 0.0005 { return "<0.1%" }
    return percent(share, decimals: abs(share) < 0.0995 ? 1 : 0)
  }

  /// Whole numbers: `768`, `12.3k`, `4.56M`.
  public static func count(_ value: Int) -> String {
    value.magnitude < 10_000 ? "\(value)" : significant(Double(value))
  }

  /// As many significant digits (up to `digits`) as fit, right-aligned in exactly `width` cells.
  ///
  /// A number that does not fit at all is shown as `#` signs, never cut off.
  public static func fitted(_ value: Double?, width: Int, digits: Int = 3) -> String {
    guard let value else { return padded(missing, width: width) }
    for count in stride(from: max(1, digits), through: 1, by: -1) {
      let text = significant(value, digits: count)
      if text.count <= width { return padded(text, width: width) }
    }
    return String(repeating: "#", count: max(0, width))
  }

  /// Pads with blanks on the left (`.right`), on the right (`.left`) or on both sides.
  ///
  /// Text that is longer than `width` is cut off on the right.
  public static func padded(
    _ text: String, width: Int, alignment: TextAlignment = .right
  ) -> String {
    let slack = width - text.count
    guard slack >= 0 else { return String(text.prefix(max(0, width))) }
    let before: Int
    switch alignment {
    case .left: before = 0
    case .center: before = slack / 2
    case .right: before = slack
    }
    return String(repeating: " ", count: before) + text
      + String(repeating: " ", count: slack - before)
  }

  /// A duration in seconds: `0.8s`, `12s`, `3m05s`, `2h07m`.
  public static func duration(seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return missing }
    let whole = Int(bounded: max(0, seconds).rounded())
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if seconds < 9.95 { return fixed(max(0, seconds), decimals: 1) + "s" }
    if whole < 60 { return "\(whole)s" }
    if whole < 3600 { return "\(whole / 60)m\(two(whole % 60))s" }
    return "\(whole / 3600)h\(two(whole % 3600 / 60))m"
  }

  private static func nonFinite(_ value: Double) -> String {
    value.isNaN ? "nan" : (value < 0 ? "-inf" : "inf")
  }

  /// floor(log10 |value|), after rounding to `digits` digits: 9.996 counts as 10.0.
  private static func decimalExponent(of value: Double, digits: Int) -> Int {
    let exponent = Int(bounded: log10(value.magnitude).rounded(.down))
    let unit = Double(exponent - digits + 1)
    let scaled =
      unit < -300
      ? (value.magnitude * 1e300 / pow(10, unit + 300)).rounded()
      : (value.magnitude / pow(10, unit)).rounded()
    return scaled >= pow(10, Double(digits)) ? exponent + 1 : exponent
  }

  private static func plain(
    _ value: Double, exponent: Int, digits: Int, trimsZeros: Bool
  ) -> String {
    var text = fixed(value, decimals: max(0, digits - 1 - exponent))
    guard trimsZeros, text.contains(".") else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }
}
