import RunKnowledge
import TerminalCanvas

#if canImport(Glibc)
  import Glibc
#endif

/// Numbers of fixed width, three significant digits where they fit.
public enum PanelNumbers {
  /// Right-aligned; `-` for what does not exist.
  static func plain(_ value: Double?, width: Int = 6) -> String {
    NumberFormat.fitted(value, width: width)
  }

  /// As `plain`, with a plus sign before what is above zero.
  static func signed(_ value: Double?, width: Int = 7) -> String {
    guard let value, value > 0 else { return plain(value, width: width) }
    let digits = NumberFormat.fitted(value, width: width - 1).drop { $0 == " " }
    return NumberFormat.padded("+" + digits, width: width)
  }

  /// A number that is mostly below 1, without its leading zero: `.566`, `.0213`, `1.20`.
  static func unit(_ value: Double?, width: Int = 5) -> String {
    let text = NumberFormat.fitted(value, width: width + 1).drop { $0 == " " }
    let short = text.hasPrefix("0.") ? text.dropFirst() : text
    // An exponent needs the cell of the zero that is not there.
    guard short.count <= width else { return NumberFormat.fitted(value, width: width) }
    return NumberFormat.padded(String(short), width: width)
  }

  /// An advantage: sign and two decimals.
  static func advantage(_ value: Double) -> String {
    NumberFormat.padded(NumberFormat.signed(value, decimals: 2), width: 5)
  }

  /// A share as a percentage in five cells: `0%`, `<0.1%`, `4.7%`, `17%`.
  public static func percent(_ share: Double?) -> String {
    NumberFormat.padded(NumberFormat.share(share), width: 5)
  }

  /// The smallest of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten that is not below
  /// `value`: the end of an axis that shall not move with every new number.
  static func niceCeiling(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return 1 }
    let power = pow(10, log10(value).rounded(.down))
    let steps = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8]
    return (steps.first { $0 * power >= value * (1 - 1e-9) } ?? 10) * power
  }
}
