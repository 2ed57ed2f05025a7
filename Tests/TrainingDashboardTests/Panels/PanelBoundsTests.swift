import TerminalCanvas
import Testing
import Theming
import TrainingDashboard

@testable import RunViews

/// Panels stay inside their rectangle at every size.
@Suite("Panels: bounds")
struct PanelBoundsTests {
  static let widths = [0, 1, 2, 13, 36, 58, 111]
  static let heights = [0, 1, 2, 3, 6, 9, 14, 25]

  @Test(arguments: dataPanelNames, PanelScenario.allCases)
  func nothingOutside(panel name: String, scenario: PanelScenario) throws {
    let panel = try #require(dataPanel(named: name))
    let state = try PanelGoldenTests.state(scenario)
    for width in Self.widths {
      for height in Self.heights {
        let glyphs = GlyphSet.allCases[(width + height) % 3]
        let area = Rectangle(x: 3, y: 2, width: width, height: height)
        let sentinel = Cell("?", style: CellStyle(attributes: .dim))
        var buffer = CellBuffer(width: width + 7, height: height + 5, filledWith: sentinel)
        panel.draw(
          state, in: area, on: &buffer, DrawingContext(theme: .test, glyphs: glyphs))
        let outside = Self.cells(of: buffer) { x, y, cell in
          !area.contains(x: x, y: y) && cell != sentinel
        }
        #expect(outside.isEmpty, "\(name) \(width)x\(height) wrote at \(outside.prefix(3))")
        if glyphs == .ascii {
          let foreign = Self.cells(of: buffer) { _, _, cell in !cell.character.isASCII }
          #expect(foreign.isEmpty, "\(name) \(width)x\(height) beyond ASCII \(foreign.prefix(3))")
        }
      }
    }
  }

  /// From the least useful size on every panel has something to say.
  @Test(arguments: dataPanelNames)
  func neverEmpty(panel name: String) throws {
    let panel = try #require(dataPanel(named: name))
    let state = try PanelGoldenTests.state()
    for width in stride(from: 36, through: 110, by: 7) {
      var inkBefore = 0
      for height in [6, 9, 14, 25] {
        let buffer = frame(panel, state, width: width, height: height)
        let ink = Self.cells(of: buffer) { _, _, cell in cell.character != " " }.count
        #expect(ink > inkBefore, "\(name) shows no more at \(width)x\(height)")
        inkBefore = ink
      }
    }
  }

  private static func cells(
    of buffer: CellBuffer, where matches: (Int, Int, Cell) -> Bool
  ) -> [String] {
    (0..<buffer.height).flatMap { y in
      (0..<buffer.width).filter { matches($0, y, buffer[$0, y]) }.map { "(\($0), \(y))" }
    }
  }
}
