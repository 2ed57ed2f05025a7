import Foundation
import TerminalCanvas
import Testing
import Theming

private let themesFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("themes").path

/// Themes whose signs must stay apart with deuteranopia and protanopia, as their summaries say.
private let redGreenSafe = ["lighthouse", "shoreline"]

@Suite("Theme contrast")
struct ThemeContrastTests {
  /// Roles that never carry text of their own.
  private static let surfaces: Set<ThemeRole> = [
    .background, .panelBackground, .selection, .border, .tint1, .tint2, .tint3, .tint4, .tint5,
  ]
  private static let themes = ThemeLibrary(folders: [themesFolder]).all().themes

  @Test func textIsReadable() throws {
    try #require(Self.themes.count >= 10)
    for theme in Self.themes {
      let least = theme.name == "summit" ? 7.0 : 4.5
      for surface in [ThemeRole.background, .panelBackground, .selection] {
        let ratio = contrast(theme, .text, surface)
        #expect(ratio >= least, "\(theme.name): text on \(surface.rawValue) has \(ratio)")
      }
      for tint in [ThemeRole.tint1, .tint2, .tint3, .tint4, .tint5] {
        let ratio = contrast(theme, .text, tint)
        #expect(ratio >= 4.5, "\(theme.name): text on \(tint.rawValue) has \(ratio)")
      }
    }
  }

  @Test func everyRoleWithTextIsReadable() {
    for theme in Self.themes {
      for role in ThemeRole.allCases where !Self.surfaces.contains(role) {
        for surface in [ThemeRole.background, .panelBackground] {
          let ratio = contrast(theme, role, surface)
          #expect(
            ratio >= 3, "\(theme.name): \(role.rawValue) on \(surface.rawValue) has \(ratio)")
        }
      }
    }
  }

  /// What the selected row of the knobs, of menus and of the palette is written in.
  @Test func theSelectedRowIsReadable() {
    for theme in Self.themes {
      for role in [ThemeRole.title, .key, .accent, .knobMark, .warning] {
        let ratio = contrast(theme, role, .selection)
        #expect(ratio >= 3, "\(theme.name): \(role.rawValue) on the selection has \(ratio)")
      }
    }
  }

  @Test func signsAreApart() {
    for theme in Self.themes {
      let visions = redGreenSafe.contains(theme.name) ? Vision.allCases : [.ordinary]
      for vision in visions {
        let distance = labDistance(
          vision.seen(linear(theme.color(.positive))), vision.seen(linear(theme.color(.negative))))
        #expect(distance >= 20, "\(theme.name), \(vision): signs are \(distance) apart")
      }
    }
  }

  @Test func safeThemesSaySo() {
    for theme in Self.themes {
      let says = theme.summary.contains("safe with deuteranopia and protanopia")
      #expect(says == redGreenSafe.contains(theme.name), "\(theme.name): \(theme.summary)")
    }
  }

  /// The yardstick itself: grey stays grey, a red and a green lose most of their distance.
  @Test func simulationConfusesRedAndGreen() {
    let red = linear(.rgb(red: 0xB0, green: 0x50, blue: 0x40))
    let green = linear(.rgb(red: 0x60, green: 0x80, blue: 0x30))
    for vision in [Vision.deuteranopia, .protanopia] {
      #expect(labDistance(vision.seen([0.5, 0.5, 0.5]), [0.5, 0.5, 0.5]) < 0.01)
      #expect(labDistance(vision.seen(red), vision.seen(green)) < labDistance(red, green) / 2)
    }
    #expect(abs(contrast([0, 0, 0], [1, 1, 1]) - 21) < 1e-9)
  }
}

/// Matrices of Machado, Oliveira and Fernandes (2009) for full severity, over linear RGB.
private enum Vision: CaseIterable {
  case ordinary, deuteranopia, protanopia

  func seen(_ color: [Double]) -> [Double] {
    let rows: [[Double]] =
      switch self {
      case .ordinary: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
      case .deuteranopia:
        [
          [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
          [-0.011820, 0.042940, 0.968881],
        ]
      case .protanopia:
        [
          [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
          [-0.003882, -0.048116, 1.051998],
        ]
      }
    return rows.map { row in
      min(1, max(0, row[0] * color[0] + row[1] * color[1] + row[2] * color[2]))
    }
  }
}

/// Linear RGB in 0...1; the 16 names as xterm shows them.
private func linear(_ color: CellColor) -> [Double] {
  let names: [UInt32] = [
    0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
    0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
  ]
  let bytes: [UInt8]
  switch color {
  case .rgb(let red, let green, let blue): bytes = [red, green, blue]
  case .ansi(let index):
    let value = names[Int(index)]
    bytes = [UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
  default: fatalError("a theme of the catalog uses the terminal's default color")
  }
  return bytes.map { byte in
    let value = Double(byte) / 255
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
  }
}

private func contrast(_ theme: Theme, _ front: ThemeRole, _ back: ThemeRole) -> Double {
  contrast(linear(theme.color(front)), linear(theme.color(back)))
}

/// WCAG 2.1, contrast ratio.
private func contrast(_ first: [Double], _ second: [Double]) -> Double {
  let lights = [first, second].map { 0.2126 * $0[0] + 0.7152 * $0[1] + 0.0722 * $0[2] }
  return (lights.max()! + 0.05) / (lights.min()! + 0.05)
}

/// CIE 1976 distance in L*a*b* with white D65.
private func labDistance(_ first: [Double], _ second: [Double]) -> Double {
  func lab(_ color: [Double]) -> [Double] {
    func bent(_ value: Double) -> Double {
      value > 216.0 / 24389 ? cbrt(value) : (24389.0 / 27 * value + 16) / 116
    }
    let x = bent((0.4124 * color[0] + 0.3576 * color[1] + 0.1805 * color[2]) / 0.9505)
    let y = bent(0.2126 * color[0] + 0.7152 * color[1] + 0.0722 * color[2])
    let z = bent((0.0193 * color[0] + 0.1192 * color[1] + 0.9505 * color[2]) / 1.089)
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
  }
  return zip(lab(first), lab(second)).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
}
