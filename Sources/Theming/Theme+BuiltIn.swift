import TerminalCanvas

extension Theme {
  /// The theme that needs no file: the colors of `themes/midnight.toml`.
  public static let builtIn = Theme(
    name: "midnight", summary: "Deep blue night with quiet teal and rose: the default.",
    colors: Dictionary(uniqueKeysWithValues: ThemeRole.allCases.map { ($0, midnight($0)) }))

  private static func midnight(_ role: ThemeRole) -> CellColor {
    switch role {
    case .background: hex(0x0C101A)
    case .panelBackground: hex(0x111621)
    case .text: hex(0xC7CFDA)
    case .textDim: hex(0x78828F)
    case .title: hex(0x94C0EE)
    case .border: hex(0x404A56)
    case .borderSelected: hex(0x4FA0EE)
    case .accent: hex(0x64B2FF)
    case .selection: hex(0x1E3552)
    case .positive: hex(0x43C193)
    case .negative: hex(0xEF6E7D)
    case .attenuated: hex(0xAF8FE7)
    case .bound: hex(0x54C2C7)
    case .wall: hex(0xE88D58)
    case .reference: hex(0x9E9572)
    case .warning: hex(0xE5AE3D)
    case .error: hex(0xFA5654)
    case .success: hex(0x47BD6A)
    case .rewardCurve: hex(0x23CA95)
    case .entropyCurve: hex(0xAA8DDE)
    case .klCurve: hex(0xE59A4B)
    case .evaluationCurve: hex(0x5BC4EA)
    case .knobMark: hex(0xE084B9)
    case .key: hex(0x5CC6D7)
    case .tint1: hex(0x271B3A)
    case .tint2: hex(0x362650)
    case .tint3: hex(0x463068)
    case .tint4: hex(0x563A7E)
    case .tint5: hex(0x654495)
    }
  }

  private static func hex(_ value: UInt32) -> CellColor {
    .rgb(
      red: UInt8(value >> 16 & 0xFF), green: UInt8(value >> 8 & 0xFF), blue: UInt8(value & 0xFF))
  }
}
