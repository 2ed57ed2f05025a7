import Foundation
import TerminalCanvas
import TestSupport
import Testing

@testable import TrainingDashboard

/// Every panel, alone on the screen, and the whole screen: their characters at every size and in
/// every glyph set, a file for each size and set. `ColorDepthTests` has their colors.
@Suite("Golden frames")
struct GoldenFrameTests {
  @Test(arguments: GoldenScene.sizes, GlyphSet.allCases)
  func everyPanel(size: ScreenSize, glyphs: GlyphSet) throws {
    var text = ""
    // The whole screen has snapshots of its own.
    for case let panel? in GoldenScene.panels {
      let frame = try GoldenScene.frame(panel, size, glyphs: glyphs)
      #expect(frame.width == size.width && frame.height == size.height)
      if glyphs == .ascii { #expect(frame.cells.allSatisfy { $0.character.isASCII }) }
      text += "\(panel) \(frame.snapshotText)\n"
    }
    assertSnapshot(text, named: GoldenScene.framesName(size, glyphs))
  }

  /// A panel's frame is the panel's own: no two look the same.
  @Test(arguments: GoldenScene.sizes)
  func panelsDiffer(size: ScreenSize) throws {
    let frames = try GoldenScene.panels.map { try GoldenScene.frame($0, size).text }
    // The smallest screen shows one panel even without zoom.
    let expected = size.width == 40 ? frames.count - 1 : frames.count
    #expect(Set(frames).count >= expected)
  }

  @Test func noFileIsLeftOver() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Snapshots")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let expected = GoldenScene.sizes.flatMap { size in
      GlyphSet.allCases.map { GoldenScene.framesName(size, $0) } + [GoldenScene.colorsName(size)]
    }
    #expect(Set(files) == Set(expected.map { $0 + ".txt" }))
  }
}
