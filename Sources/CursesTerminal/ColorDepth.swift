import TerminalCanvas

/// How many colors a terminal shows.
public enum ColorDepth: String, Sendable, Hashable, CaseIterable {
  case truecolor
  /// The cube and the gray ramp of xterm; the palette is never redefined.
  case palette256
  case ansi16
  case ansi8
  /// Attributes only.
  case mono

  /// What a terminal with so many colors can show, and no more than `limit`.
  init(colorCount: Int, limit: ColorDepth?) {
    let available: ColorDepth =
      switch colorCount {
      case ..<8: .mono
      case 8..<16: .ansi8
      case 16..<256: .ansi16
      case 256..<(1 << 24): .palette256
      default: .truecolor
      }
    self = limit.map { Self.poorer(available, $0) } ?? available
  }

  private static func poorer(_ left: ColorDepth, _ right: ColorDepth) -> ColorDepth {
    let order = allCases
    let index = max(order.firstIndex(of: left) ?? 0, order.firstIndex(of: right) ?? 0)
    return order[index]
  }

  /// ncurses' numbers for a style's colors (-1 is the terminal's default) and its attributes.
  func resolve(_ style: CellStyle) -> ResolvedStyle {
    var foreground = index(of: style.foreground)
    let background = index(of: style.background)
    var attributes = style.attributes
    if self == .ansi8, case .ansi(let number) = style.foreground, number & 8 != 0 {
      attributes.insert(.bold)
    }
    let isCoarse = self == .ansi8 || self == .ansi16
    if isCoarse, foreground == background, style.foreground != style.background {
      // Two colors that fall together would hide the text.
      foreground = background == 0 || background == 8 ? 7 : 0
    }
    return ResolvedStyle(
      foreground: foreground, background: background, attributes: Int32(attributes.rawValue))
  }

  private func index(of color: CellColor) -> Int32 {
    switch (self, color) {
    case (.mono, _), (_, .standard): return -1
    case (.truecolor, .rgb(let red, let green, let blue)):
      return Self.packed((red, green, blue))
    case (.truecolor, .ansi(let number)):
      // Direct-color terminals know the first eight by number only.
      return number & 15 < 8 ? Int32(number & 7) : Self.packed(AnsiPalette.color(number))
    case (.palette256, .rgb(let red, let green, let blue)):
      return Int32(AnsiPalette.nearest256(red: red, green: green, blue: blue))
    case (.ansi16, .rgb(let red, let green, let blue)):
      return Int32(AnsiPalette.nearestBasic(red: red, green: green, blue: blue, count: 16))
    case (.ansi8, .rgb(let red, let green, let blue)):
      return Int32(AnsiPalette.nearestBasic(red: red, green: green, blue: blue, count: 8))
    case (.ansi8, .ansi(let number)): return Int32(number & 7)
    case (_, .ansi(let number)): return Int32(number & 15)
    }
  }

  /// 0xRRGGBB; the values below 8 mean the ANSI colors there, so black is a trace of blue.
  private static func packed(_ color: AnsiPalette.Components) -> Int32 {
    max(8, Int32(color.red) << 16 | Int32(color.green) << 8 | Int32(color.blue))
  }
}

/// A style in ncurses' numbers; `attributes` are those of `CellAttributes`, which the shim shares.
struct ResolvedStyle: Hashable {
  var foreground: Int32
  var background: Int32
  var attributes: Int32
}
