import TerminalCanvas

extension Theme {
  /// The theme that needs no file: the colors of `themes/midnight.toml`.
  public static let builtIn = Theme(
    name: "midnight", summary: "Dark blue, calm; the default.",
    colors: Dictionary(uniqueKeysWithValues: ThemeRole.allCases.map { ($0, midnight($0)) }))

  private static func midnight(_ role: ThemeRole) -> CellColor {
    switch role {
    case .background: hex(0x0B0F17)
    case .panelBackground: hex(0x0E131D)
    case .text: hex(0xD5DBE6)
    case .textDim: hex(0x8793A8)
    case .title: hex(0xEEF2F8)
    case .border: hex(0x3A4760)
    case .borderSelected: hex(0x5FB3FF)
    case .accent: hex(0x5FB3FF)
    case .selection: hex(0x223250)
    case .positive: hex(0x6FCF97)
    case .negative: hex(0xFF8A65)
    case .attenuated: hex(0xC792EA)
    case .bound: hex(0xF2C14E)
    case .wall: hex(0x93A0B5)
    case .reference: hex(0x56B6C2)
    case .warning: hex(0xF2C14E)
    case .error: hex(0xFF6B7A)
    case .success: hex(0x6FCF97)
    case .rewardCurve: hex(0x6FCF97)
    case .entropyCurve: hex(0xC792EA)
    case .klCurve: hex(0xF2A65A)
    case .evaluationCurve: hex(0x5FB3FF)
    case .knobMark: hex(0xF2C14E)
    case .key: hex(0x5FB3FF)
    case .tint1: hex(0x1B2740)
    case .tint2: hex(0x2E2A4F)
    case .tint3: hex(0x4A2C5E)
    case .tint4: hex(0x6B2F64)
    case .tint5: hex(0x8E345F)
    }
  }

  private static func hex(_ value: UInt32) -> CellColor {
    .rgb(
      red: UInt8(value >> 16 & 0xFF), green: UInt8(value >> 8 & 0xFF), blue: UInt8(value & 0xFF))
  }
}
