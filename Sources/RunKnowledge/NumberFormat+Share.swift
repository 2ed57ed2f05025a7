public import TerminalCanvas

extension NumberFormat {
  /// A share as a percentage, for sentences: `0%`, `<0.1%`, `4.7%`, `17%`; a dash for none.
  public static func share(_ share: Double?) -> String {
    guard let share, share.isFinite else { return missing }
    if share == 0 { return "0%" }
    if abs(share) < 0.0005 { return "<0.1%" }
    return percent(share, decimals: abs(share) < 0.0995 ? 1 : 0)
  }
}
