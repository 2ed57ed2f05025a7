import TerminalCanvas
import Testing

@testable import CursesTerminal

@Suite struct TerminalSelectionTests {
  static func selection(
    _ term: String, colorTerm: String? = nil, noColor: String? = nil, wanted: ColorDepth? = nil
  ) throws -> TerminalSelection {
    var environment = ["TERM": term]
    environment["COLORTERM"] = colorTerm
    environment["NO_COLOR"] = noColor
    return try TerminalSelection(environment: environment, wanted: wanted)
  }

  @Test(
    arguments: [
      ("xterm-256color", nil, ["xterm-256color"]),
      ("xterm-256color", "truecolor", ["xterm-direct", "xterm-256color"]),
      ("xterm-kitty", "truecolor", ["xterm-direct", "xterm-kitty", "xterm-256color"]),
      ("foot", "24bit", ["foot-direct", "xterm-direct", "foot", "xterm-256color"]),
      ("tmux-256color", "truecolor", ["tmux-direct", "tmux-256color", "xterm-256color"]),
      ("screen", "truecolor", ["tmux-direct", "screen", "xterm-256color"]),
      ("linux", "truecolor", ["linux"]), ("vt100", nil, ["vt100"]), ("nonsense", nil, ["nonsense"]),
      ("xterm", "yes", ["xterm", "xterm-256color"]),
    ] as [(String, String?, [String])])
  func candidates(term: String, colorTerm: String?, names: [String]) throws {
    #expect(try Self.selection(term, colorTerm: colorTerm).candidates == names)
  }

  @Test func noColorAndOptions() throws {
    #expect(try Self.selection("xterm", colorTerm: "truecolor", noColor: "1").limit == .mono)
    #expect(try Self.selection("xterm", colorTerm: "truecolor", noColor: "").limit == nil)
    let forced = try Self.selection("xterm", noColor: "1", wanted: .truecolor)
    #expect(forced.limit == .truecolor && forced.candidates.first == "xterm-direct")
    let fewer = try Self.selection("xterm", colorTerm: "truecolor", wanted: .palette256)
    #expect(fewer.candidates == ["xterm", "xterm-256color"])
  }

  @Test func withoutATypeThereIsNothingToTry() {
    #expect(throws: TerminalError.terminalTypeMissing) { try Self.selection("") }
    #expect(throws: TerminalError.terminalTypeMissing) {
      try TerminalSelection(environment: [:], wanted: nil)
    }
    #expect(throws: TerminalError.terminalTypeUnknown(name: "unknown")) {
      try Self.selection("unknown")
    }
  }

  @Test(
    arguments: [
      (0, nil, .mono), (8, nil, .ansi8), (16, nil, .ansi16), (88, nil, .ansi16),
      (256, nil, .palette256), (1 << 24, nil, .truecolor), (256, .truecolor, .palette256),
      (1 << 24, .ansi16, .ansi16), (256, .mono, .mono),
    ] as [(Int, ColorDepth?, ColorDepth)])
  func depths(count: Int, limit: ColorDepth?, depth: ColorDepth) {
    #expect(ColorDepth(colorCount: count, limit: limit) == depth)
  }

  static let orange = CellColor.rgb(red: 255, green: 135, blue: 0)
  static let night = CellColor.rgb(red: 10, green: 10, blue: 30)

  @Test(
    arguments: [
      (.truecolor, orange, .standard, 0xFF8700, -1, 0),
      (.truecolor, .rgb(red: 0, green: 0, blue: 0), .ansi(3), 8, 3, 0),
      (.truecolor, .ansi(9), .standard, 0xF14C4C, -1, 0),
      (.palette256, orange, night, 208, 233, 0), (.palette256, .ansi(9), .ansi(15), 9, 15, 0),
      (.ansi16, orange, night, 9, 0, 0), (.ansi8, .ansi(9), .ansi(12), 1, 4, 1),
      (.mono, orange, night, -1, -1, 0),
      // A dark gray on near black must not vanish.
      (.ansi16, .rgb(red: 30, green: 30, blue: 30), night, 7, 0, 0),
    ] as [(ColorDepth, CellColor, CellColor, Int, Int, Int)])
  func colors(
    depth: ColorDepth, front: CellColor, back: CellColor, foreground: Int, background: Int,
    attributes: Int
  ) {
    let resolved = depth.resolve(CellStyle(foreground: front, background: back))
    #expect(
      resolved
        == ResolvedStyle(
          foreground: Int32(foreground), background: Int32(background),
          attributes: Int32(attributes)))
  }
}
