/// A color as a theme names it; the terminal backend maps it to what the terminal can show.
public enum CellColor: Sendable, Hashable {
  /// The terminal's own default.
  case standard
  /// One of the 16 ANSI colors, 0–15.
  case ansi(UInt8)
  case rgb(red: UInt8, green: UInt8, blue: UInt8)
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
