import CursesShim
import Dispatch
import TerminalCanvas
import Testing

@testable import CursesTerminal

#if canImport(Glibc)
  import Glibc
#endif

/// Real ncurses on pseudo terminals. There can be one screen at a time.
@Suite(.serialized, .timeLimit(.minutes(5))) struct CursesScreenTests {
  static func options(
    _ term: String = "xterm-256color", mouse: Bool = true, depth: ColorDepth? = nil
  ) -> CursesScreen.Options {
    CursesScreen.Options(colorDepth: depth, mouse: mouse, environment: ["TERM": term])
  }

  static func screen(
    on terminal: PseudoTerminal, options: CursesScreen.Options = options()
  ) throws -> CursesScreen {
    try CursesScreen(
      options: options, wake: nil, input: terminal.descriptor, output: terminal.descriptor)
  }

  static func frame(_ text: String, width: Int = 40, height: Int = 10) -> CellBuffer {
    var frame = CellBuffer(width: width, height: height)
    frame.write(text, x: 2, y: 1, style: CellStyle())
    return frame
  }

  /// Waits until something arrives; empty if nothing does for long.
  static func inputs(_ screen: CursesScreen, count: Int = 1) -> [TerminalInput] {
    var inputs: [TerminalInput] = []
    let deadline = ContinuousClock.now + .seconds(PseudoTerminal.timeLimit)
    while inputs.count < count, ContinuousClock.now < deadline {
      inputs += screen.wait(timeoutMilliseconds: 100)
    }
    return inputs
  }

  @Test func openingAndClosingLeavesEverythingAsItWas() throws {
    let terminal = try PseudoTerminal()
    let handlerBefore = Self.handler(of: SIGTERM)
    let screen = try Self.screen(on: terminal)
    #expect(!terminal.modesAreRestored)
    #expect(screen.width == 40 && screen.height == 10)
    #expect(screen.supportsUnicode && screen.colorDepth == .palette256)
    terminal.output(containing: "\u{1B}[?1006h")
    screen.close()
    screen.close()
    #expect(terminal.modesAreRestored)
    #expect(Self.handler(of: SIGTERM) == handlerBefore)
    let output = terminal.output(containing: "\u{1B}[?1049l")
    for mode in ["1049", "2004", "1002", "1006", "1"] {
      Self.expectSwitchedOff(mode, in: output)
    }
    #expect(screen.wait(timeoutMilliseconds: 0) == [.hangup])
  }

  /// The last mention of a private mode must switch it off.
  static func expectSwitchedOff(_ mode: String, in output: String) {
    let on = output.ranges(of: "\u{1B}[?\(mode)h").last?.lowerBound
    let off = output.ranges(of: "\u{1B}[?\(mode)l").last?.lowerBound
    #expect(on != nil, "mode \(mode) was never on")
    if let on { #expect(off.map { $0 > on } ?? false, "mode \(mode) is left on") }
  }

  static func handler(of number: Int32) -> UInt {
    var action = sigaction()
    sigaction(number, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: UInt.self)
  }

  @Test func onlyOneScreenAtATime() throws {
    let terminal = try PseudoTerminal()
    let screen = try Self.screen(on: terminal)
    #expect(throws: TerminalError.alreadyOpen) { try Self.screen(on: terminal) }
    screen.close()
    try Self.screen(on: terminal).close()
  }

  @Test(arguments: [
    ("nonsense", TerminalError.terminalTypeUnknown(name: "nonsense")),
    ("dumb", .terminalTypeUnsuitable(name: "dumb")), ("", .terminalTypeMissing),
  ])
  func terminalsThatCannotServe(term: String, error: TerminalError) throws {
    let terminal = try PseudoTerminal()
    #expect(throws: error) { try Self.screen(on: terminal, options: Self.options(term)) }
    #expect(terminal.modesAreRestored)
    #expect(!terminal.outputSoFar().contains("1049h"))
    // The failure has freed the place.
    try Self.screen(on: terminal).close()
  }

  @Test func unknownXtermsAreTakenForXterm() throws {
    let terminal = try PseudoTerminal()
    let screen = try Self.screen(on: terminal, options: Self.options("xterm-kitty"))
    defer { screen.close() }
    #expect(screen.terminalName == "xterm-256color" && screen.colorDepth == .palette256)
  }

  @Test func onlyChangedCellsAreWritten() throws {
    let terminal = try PseudoTerminal()
    let screen = try Self.screen(on: terminal)
    defer { screen.close() }
    screen.present(Self.frame("σ = 0.20"))
    let first = terminal.output(containing: "\u{1B}[?2026l")
    #expect(first.contains("σ = 0.20"))
    let length = terminal.outputLength
    screen.present(Self.frame("σ = 0.20"))
    #expect(screen.presentation == PresentationStatistics(frames: 1, changedCells: 400))
    screen.present(Self.frame("σ = 0.21"))
    #expect(screen.presentation == PresentationStatistics(frames: 2, changedCells: 401))
    let second = terminal.output(containing: "\u{1B}[?2026l", from: length)
    #expect(second.contains("1") && !second.contains("0.2"))
    #expect(second.utf8.count < 40, "\(second.debugDescription)")
    #expect(second.hasPrefix("\u{1B}[?2026h") && second.hasSuffix("\u{1B}[?2026l"))
  }

  @Test func stylesReachTheTerminal() throws {
    let terminal = try PseudoTerminal()
    let screen = try Self.screen(on: terminal)
    defer { screen.close() }
    var frame = CellBuffer(width: 40, height: 10)
    frame.write(
      "orange", x: 0, y: 0,
      style: CellStyle(
        foreground: .rgb(red: 255, green: 135, blue: 0), background: .ansi(4), attributes: .bold))
    screen.present(frame)
    let output = terminal.output(containing: "orange")
    let before = output.components(before: "orange")
    #expect(before.contains("38;5;208") && before.contains("\u{1B}[44m"))
    #expect(before.contains("\u{1B}[1m") || before.contains(";1m"))
  }

  @Test func monoWritesNoColors() throws {
    let terminal = try PseudoTerminal()
    let options = CursesScreen.Options(
      environment: ["TERM": "xterm-256color", "NO_COLOR": "1"])
    let screen = try Self.screen(on: terminal, options: options)
    #expect(screen.colorDepth == .mono)
    var frame = CellBuffer(width: 40, height: 10)
    frame.write("text", x: 0, y: 0, style: CellStyle(foreground: .ansi(1), background: .ansi(2)))
    screen.present(frame)
    let output = terminal.output(containing: "text")
    for color in ["\u{1B}[31m", "\u{1B}[42m", "\u{1B}[31;42m", "38;5", "48;5"] {
      #expect(!output.contains(color))
    }
    screen.close()
  }

  @Test func withoutUnicodeOnlyAsciiIsWritten() throws {
    let terminal = try PseudoTerminal()
    let options = CursesScreen.Options(asciiOnly: true, environment: ["TERM": "xterm"])
    let screen = try Self.screen(on: terminal, options: options)
    #expect(!screen.supportsUnicode && screen.recommendedGlyphs == .ascii)
    screen.present(Self.frame("╭ σ ⣿"))
    screen.close()
    let isAscii = terminal.output(containing: "+ s :").unicodeScalars.allSatisfy(\.isASCII)
    #expect(isAscii)
  }

  @Test func keysPasteAndMouse() throws {
    let terminal = try PseudoTerminal()
    let screen = try Self.screen(on: terminal)
    defer { screen.close() }
    let typed: [(String, TerminalInput)] = [
      ("q", .key(.character("q"))), ("σ", .key(.character("σ"))), ("\u{1B}OA", .key(.up)),
      ("\u{1B}[B", .key(.down)), ("\r", .key(.enter)), ("\u{7F}", .key(.backspace)),
      ("\u{1B}[6~", .key(.pageDown)), ("\u{1B}[Z", .key(.backTab)),
      ("\u{1B}OP", .key(.function(1))),
      ("\u{1B}[1;5D", .key(.left)), ("\u{13}", .key(.ctrl("s"))),
      ("\u{1B}[<0;11;4M", .mouse(x: 10, y: 3, action: .press, shift: false)),
      ("\u{1B}[<65;11;4M", .mouse(x: 10, y: 3, action: .wheelDown, shift: false)),
      ("\u{1B}[200~q\rs\u{1B}[201~", .paste("q\ns")), ("\u{1B}", .key(.escape)),
    ]
    for (text, input) in typed {
      terminal.type(text)
      #expect(Self.inputs(screen) == [input], "\(text.debugDescription)")
    }
    // All at once, as a fast typist or a slow network delivers it.
    terminal.type(typed.map(\.0).joined())
    #expect(Self.inputs(screen, count: typed.count) == typed.map(\.1))
  }

  /// Bytes that are no UTF-8 are neither the end of input, nor do they swallow the keys behind them.
  @Test func invalidBytesAreNotTheEndOfInput() throws {
    let terminal = try PseudoTerminal()
    let screen = try Self.screen(on: terminal)
    defer { screen.close() }
    for bytes in [[UInt8](repeating: 0xFF, count: 200), [0xC3], [0xE2, 0x82], [0x80, 0xC0, 0xF8]] {
      terminal.type(bytes: bytes + Array("qé".utf8))
      var inputs: [TerminalInput] = []
      let deadline = ContinuousClock.now + .seconds(PseudoTerminal.timeLimit)
      while inputs.last != .key(.character("é")), ContinuousClock.now < deadline {
        inputs += screen.wait(timeoutMilliseconds: 100)
      }
      #expect(inputs.suffix(2) == [.key(.character("q")), .key(.character("é"))])
      #expect(!inputs.contains(.hangup))
    }
    // A character that comes byte by byte is one.
    for byte in "語".utf8 {
      terminal.type(bytes: [byte])
      if byte != "語".utf8.last { #expect(screen.wait(timeoutMilliseconds: 50).isEmpty) }
    }
    #expect(Self.inputs(screen) == [.key(.character("語"))])
  }

  @Test func aSequenceThatStallsIsStillOneSequence() throws {
    let terminal = try PseudoTerminal()
    let screen = try Self.screen(on: terminal)
    defer { screen.close() }
    terminal.type("\u{1B}[<0;1")
    #expect(screen.wait(timeoutMilliseconds: 1000).isEmpty)
    terminal.type("1;4M")
    #expect(Self.inputs(screen) == [.mouse(x: 10, y: 3, action: .press, shift: false)])
    terminal.type("\u{1B}[")
    #expect(Self.inputs(screen, count: 2) == [.key(.escape), .key(.character("["))])
  }

  @Test func withoutTheMouseTheTerminalReportsNone() throws {
    let terminal = try PseudoTerminal()
    let screen = try Self.screen(on: terminal, options: Self.options(mouse: false))
    screen.suspend {}
    screen.close()
    // Written after whatever could have been said of the mouse.
    let output = terminal.output(containing: "\u{1B}[?1049l")
    #expect(!output.contains("1002") && !output.contains("1006"))
  }

  @Test func anotherThreadEndsAWait() throws {
    let terminal = try PseudoTerminal()
    let screen = try Self.screen(on: terminal)
    defer { screen.close() }
    let wake = screen.wake
    DispatchQueue.global().async { for _ in 0..<3 { wake.signal() } }
    // Without the signal this would never return.
    #expect(screen.wait(timeoutMilliseconds: nil).isEmpty)
    // The signals may have come one by one, but they are used up: a wait lasts its time again.
    let lastsAgain = (0..<10).contains { _ in
      let start = ContinuousClock.now
      _ = screen.wait(timeoutMilliseconds: 60)
      return start.duration(to: .now) >= .milliseconds(50)
    }
    #expect(lastsAgain)
  }

  @Test func signalsArriveAsInput() throws {
    let terminal = try PseudoTerminal()
    let screen = try Self.screen(on: terminal)
    defer { screen.close() }
    for number in [SIGINT, SIGTERM, SIGHUP] {
      kill(getpid(), number)
      #expect(Self.inputs(screen) == [.signal(number)])
    }
  }

  @Test func resizingIsReportedAndRepaints() throws {
    let terminal = try PseudoTerminal()
    let screen = try Self.screen(on: terminal)
    defer { screen.close() }
    screen.present(Self.frame("before"))
    for (width, height) in [(60, 20), (1, 1), (200, 60), (80, 24)] {
      terminal.resize(width: width, height: height)
      kill(getpid(), SIGWINCH)
      #expect(Self.inputs(screen) == [.resize(width: width, height: height)])
      screen.present(Self.frame("after", width: width, height: height))
    }
    let length = terminal.outputLength
    screen.present(Self.frame("corner", width: 300, height: 100))
    terminal.output(containing: "corner", from: length)
  }

  @Test func suspendingGivesTheTerminalBack() throws {
    let terminal = try PseudoTerminal()
    let screen = try Self.screen(on: terminal)
    screen.present(Self.frame("before"))
    terminal.output(containing: "before")
    var wasRestored = false
    var length = 0
    screen.suspend {
      wasRestored = terminal.modesAreRestored
      let output = terminal.output(containing: "\u{1B}[?1049l")
      for mode in ["1049", "2004", "1002", "1006"] { Self.expectSwitchedOff(mode, in: output) }
      length = terminal.outputLength
      terminal.resize(width: 30, height: 5)
    }
    #expect(wasRestored && !terminal.modesAreRestored)
    #expect(screen.width == 30 && screen.height == 5)
    screen.present(Self.frame("before", width: 30, height: 5))
    let output = terminal.output(containing: "before", from: length)
    for mode in ["1049", "2004", "1002", "1006"] {
      #expect(output.contains("\u{1B}[?\(mode)h"), "mode \(mode)")
    }
    terminal.type("\u{1B}OA")
    #expect(Self.inputs(screen) == [.key(.up)])
    screen.close()
    #expect(terminal.modesAreRestored)
  }

  @Test func afterASuspensionEverythingIsPainted() throws {
    let terminal = try PseudoTerminal()
    let screen = try Self.screen(on: terminal)
    defer { screen.close() }
    screen.present(Self.frame("the same"))
    terminal.output(containing: "the same")
    let length = terminal.outputLength
    screen.suspend {}
    screen.present(Self.frame("the same"))
    terminal.output(containing: "the same", from: length)
    #expect(screen.presentation.frames == 2)
  }

  @Test func theEndOfInputIsAHangup() throws {
    let null = open("/dev/null", O_RDWR)
    defer { close(null) }
    let screen = try CursesScreen(
      options: Self.options(), wake: nil, input: null, output: null)
    defer { screen.close() }
    screen.present(Self.frame("nobody sees this"))
    #expect(screen.wait(timeoutMilliseconds: 1000) == [.hangup])
  }

  @Test func aClosedTerminalIsAHangup() throws {
    var terminal: PseudoTerminal? = try PseudoTerminal()
    let own = try #require(terminal.map { dup($0.descriptor) })
    defer { close(own) }
    let screen = try CursesScreen(options: Self.options(), wake: nil, input: own, output: own)
    screen.present(Self.frame("x"))
    terminal = nil
    #expect(Self.inputs(screen).first == .hangup)
    screen.present(Self.frame("y"))
    screen.close()
  }

  @Test func manyColorsDoNotRunOutOfPairs() throws {
    // The Linux console has 8 colors and 64 pairs.
    let terminal = try PseudoTerminal()
    let screen = try Self.screen(on: terminal, options: Self.options("linux"))
    defer { screen.close() }
    #expect(screen.colorDepth == .ansi8 && screen.recommendedGlyphs != .braille)
    var frame = CellBuffer(width: 40, height: 10)
    for round in 0..<40 {
      for x in 0..<40 {
        let color = CellColor.rgb(
          red: UInt8(x * 6), green: UInt8(round * 6), blue: UInt8((x * round) % 256))
        frame[x, 0] = Cell("x", style: CellStyle(foreground: color, background: .ansi(4)))
      }
      screen.present(frame)
    }
    // Hundreds of colors share few pairs: nothing had to be given back and painted again.
    #expect(screen.presentation.changedCells < 400 + 40 * 40)
    #expect(screen.pairs.count <= 9)
    screen.present(frame)
    #expect(screen.presentation.frames == 40)
  }
}

extension String {
  fileprivate func components(before text: String) -> String {
    range(of: text).map { String(self[..<$0.lowerBound]) } ?? self
  }

  fileprivate func range(of text: String) -> Range<String.Index>? { ranges(of: text).first }
}
