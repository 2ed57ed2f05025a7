/// A color as a theme names it; the terminal backend maps it to what the terminal can show.
public enum CellColor: Sendable, Hashable {
  /// The terminal's own default.
  case standard
  /// One of the 16 ANSI colors, 0–15.
  case ansi(UInt8)
  case rgb(red: UInt8, green: UInt8, blue: UInt8)
}

extension CellColor {
  /// The color `share` (0...1) of the way to another; nil unless both have components.
  public func mixed(with other: CellColor, share: Double) -> CellColor? {
    guard case .rgb(let red, let green, let blue) = self,
      case .rgb(let otherRed, let otherGreen, let otherBlue) = other
    else { return nil }
    let weight = share.isNaN ? 0 : min(1, max(0, share))
    func mix(_ from: UInt8, _ to: UInt8) -> UInt8 {
      UInt8((Double(from) + (Double(to) - Double(from)) * weight).rounded())
    }
    return .rgb(red: mix(red, otherRed), green: mix(green, otherGreen), blue: mix(blue, otherBlue))
  }
}

/// How a cell is drawn.
public struct CellStyle: Sendable, Hashable {
  public var foreground: CellColor
  public var background: CellColor
  public var attributes: CellAttributes

  public init(
    foreground: CellColor = .standard, background: CellColor = .standard,
    attributes: CellAttributes = []
  ) {
    self.foreground = foreground
    self.background = background
    self.attributes = attributes
  }

  public func with(_ attributes: CellAttributes) -> CellStyle {
    var style = self
    style.attributes.formUnion(attributes)
    return style
  }

  public func on(_ background: CellColor) -> CellStyle {
    var style = self
    style.background = background
    return style
  }
}

/// Attributes that a monochrome terminal can show too.
public struct CellAttributes: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  public static let bold = CellAttributes(rawValue: 1)
  public static let dim = CellAttributes(rawValue: 2)
  public static let underline = CellAttributes(rawValue: 4)
  public static let reverse = CellAttributes(rawValue: 8)
}

/// One cell of the screen: a character of width one and its style.
public struct Cell: Sendable, Hashable {
  public var character: Unicode.Scalar
  public var style: CellStyle

  public init(_ character: Unicode.Scalar = " ", style: CellStyle = CellStyle()) {
    self.character = character
    self.style = style
  }
}
