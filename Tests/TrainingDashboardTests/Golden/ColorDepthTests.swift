import RunViews
import TerminalCanvas
import TestSupport
import Testing
import Theming

@testable import CursesTerminal
@testable import TrainingDashboard

/// What colors the same frames have on terminals of every depth.
///
/// A depth changes nothing but what a style becomes, so a file holds one map of styles for each
/// frame of a size, a letter a cell, and what each letter is at every depth.
@Suite("Golden frames: color depths")
struct ColorDepthTests {
  @Test(arguments: GoldenScene.sizes)
  func everyPanel(size: ScreenSize) throws {
    var map = StyleMap()
    var text = ""
    for panel in GoldenScene.panels {
      text += "\(panel ?? "screen")\n" + map.rows(of: try GoldenScene.frame(panel, size)) + "\n"
    }
    assertSnapshot(text + map.legend, named: GoldenScene.colorsName(size))
  }

  /// Text in the color of its own ground would be gone.
  @Test(arguments: ColorDepth.allCases)
  func nothingIsHidden(depth: ColorDepth) throws {
    let size = ScreenSize(width: 120, height: 40)
    for panel in GoldenScene.panels {
      let hidden = try GoldenScene.frame(panel, size).cells.filter { cell in
        let shown = depth.resolve(cell.style)
        return cell.character != " " && shown.foreground == shown.background
          && shown.foreground != -1
      }
      #expect(hidden.isEmpty, "\(panel ?? "screen"): \(hidden.prefix(3))")
    }
  }

  /// Where there are no colors, the cursor and the selected panel still show.
  @Test func cursorAndSelectionShowWithoutColors() throws {
    let size = ScreenSize(width: 120, height: 40)
    func seen(_ state: DashboardState) -> [Seen] {
      DashboardScreen.render(state, size: size, theme: .builtIn, glyphs: .braille).cells.map {
        Seen(
          character: $0.character, attributes: ColorDepth.mono.resolve($0.style).attributes)
      }
    }
    var state = try GoldenScene.state(nil, size)
    let before = seen(state)
    state.recentPanels = [PanelIdentity(KnobsPanel.self)]
    #expect(seen(state) != before)
    for panel in ["tokens", "knobs"] {
      var state = try GoldenScene.state(panel, size)
      let before = seen(state)
      if panel == "tokens" {
        state.selection.token += 1
      } else {
        _ = state.reduce(.selectKnob(1), at: 0)
      }
      #expect(seen(state) != before, "\(panel)")
    }
  }

  private struct Seen: Hashable {
    var character: Unicode.Scalar
    var attributes: Int32
  }
}

/// Letters for styles, given in the order of their first use.
private struct StyleMap {
  private static let letters = Array(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&*+=?@^~")
  private var styles: [CellStyle] = []

  /// One letter a cell; a letter that the rest of the row repeats is written once, before `…`.
  mutating func rows(of frame: CellBuffer) -> String {
    var text = ""
    for y in 0..<frame.height {
      var row = (0..<frame.width).map { letter(of: frame[$0, y].style) }
      let last = row[row.count - 1]
      let end = row.lastIndex { $0 != last }.map { $0 + 1 } ?? 0
      if row.count - end > 2 { row.replaceSubrange(end..., with: [last, "…"]) }
      text += String(row) + "\n"
    }
    return text
  }

  private mutating func letter(of style: CellStyle) -> Character {
    if !styles.contains(style) { styles.append(style) }
    let index = styles.firstIndex(of: style) ?? 0
    precondition(index < Self.letters.count, "more styles than letters")
    return Self.letters[index]
  }

  /// What every letter is at every depth, text color / ground and attributes; `-` is the
  /// terminal's own color.
  var legend: String {
    styles.enumerated().map { index, style in
      let depths = ColorDepth.allCases.map { depth in
        let shown = depth.resolve(style)
        let isExact = depth == .truecolor
        func name(_ color: Int32) -> String {
          if color == -1 { return "-" }
          return isExact ? "\(hexadecimal(color))" : "\(color)"
        }
        return "\(depth.rawValue) \(name(shown.foreground))/\(name(shown.background))"
          + (shown.attributes == 0 ? "" : " +\(shown.attributes)")
      }
      return "\(Self.letters[index])  " + depths.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  private func hexadecimal(_ color: Int32) -> String {
    let digits = String(color, radix: 16)
    return "#" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }
}
