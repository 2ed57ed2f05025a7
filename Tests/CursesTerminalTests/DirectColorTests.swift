import FoundationEssentials
import TerminalCanvas
import Testing

@testable import CursesTerminal

#if canImport(Glibc)
  import Glibc
#endif

/// Direct color needs entries that a base system does not have: the test compiles one of its own.
@Suite struct DirectColorTests {
  static let entry = """
    xterm-direct|xterm with direct color,
    \tRGB, colors#0x1000000, pairs#0x7FFF, ccc@, initc@, op=\\E[39;49m,
    \tsetaf=\\E[%?%p1%{8}%<%t3%p1%d%e38:2::%p1%{65536}%/%d:%p1%{256}%/%{255}%&%d:%p1%{255}%&%d%;m,
    \tsetab=\\E[%?%p1%{8}%<%t4%p1%d%e48:2::%p1%{65536}%/%d:%p1%{256}%/%{255}%&%d:%p1%{255}%&%d%;m,
    \tuse=xterm-256color,

    """

  @Test func colorsArriveExactly() async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/direct-color-\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Self.entry.write(toFile: folder + "/entry", atomically: true, encoding: .utf8)
    try #require(system("tic -x -o '\(folder)' '\(folder)/entry'") == 0)
    let terminal = try PseudoTerminal()
    await #expect(processExitsWith: .success) {
      [path = terminal.path as String, folder = folder as String] in
      setenv("TERMINFO", folder, 1)
      let descriptor = open(path, O_RDWR | O_NOCTTY)
      let environment = ["TERM": "xterm-256color", "COLORTERM": "truecolor"]
      let screen = try CursesScreen(
        options: CursesScreen.Options(environment: environment), wake: nil, input: descriptor,
        output: descriptor)
      #expect(screen.terminalName == "xterm-direct" && screen.colorDepth == .truecolor)
      var frame = CellBuffer(width: 40, height: 10)
      // More styles than the entry has color pairs, frame after frame.
      for round in 0..<100 {
        for x in 0..<400 {
          let color = CellColor.rgb(red: UInt8(round), green: UInt8(x % 256), blue: UInt8(x / 256))
          frame[x % 40, x / 40] = Cell("x", style: CellStyle(foreground: color))
        }
        screen.present(frame)
      }
      let style = CellStyle(
        foreground: .rgb(red: 255, green: 135, blue: 1), background: .rgb(red: 0, green: 0, blue: 0)
      )
      frame.write("exact", x: 0, y: 0, style: style)
      frame.write("basic", x: 0, y: 1, style: CellStyle(foreground: .ansi(3)))
      screen.present(frame)
      screen.close()
    }
    let output = terminal.output(containing: "basic")
    #expect(output.contains("38:2::255:135:1"))
    #expect(output.contains("48:2::0:0:8"))
    #expect(output.contains("\u{1B}[33mbasic") || output.contains("\u{1B}[33;49mbasic"))
    #expect(terminal.modesAreRestored)
  }
}
