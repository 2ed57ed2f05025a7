import Foundation
import TestSupport
import Testing

/// The real program in a real terminal: mouse, paste, and more keys than anyone can type.
@Suite(.serialized, .fewAtATime) struct TerminalInputTests {
  /// The cell where `text` begins on the screen.
  private func place(of text: String, in screen: String) throws -> (x: Int, y: Int) {
    for (y, line) in screen.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      guard let range = line.range(of: text) else { continue }
      return (line.distance(from: line.startIndex, to: range.lowerBound), y)
    }
    throw TmuxSession.Failure.timedOut(waitingFor: "'\(text)'", screen: screen)
  }

  /// As terminals report it; button 0 is the first, 64 and 65 the wheel.
  private func report(_ button: Int, at place: (x: Int, y: Int), _ session: TmuxSession) throws {
    try session.type("\u{1B}[<\(button);\(place.x + 1);\(place.y + 1)M")
    if button == 0 { try session.type("\u{1B}[<0;\(place.x + 1);\(place.y + 1)m") }
  }

  @Test func theMouseSelectsScrollsAndPressesHints() throws {
    let session = try TmuxSession.paused(firstUpdate: true)
    defer { session.close() }
    #expect(try session.value(of: "#{mouse_button_flag}#{mouse_sgr_flag}") == "11")
    let first = try session.wait(for: "update 1") { $0.contains("  α ") }
    #expect(!first.contains("▸ α"))
    try report(0, at: try place(of: "  α ", in: first), session)
    let second = try session.wait(forText: "▸ α")
    // The wheel over the knobs goes to the next one.
    try report(65, at: try place(of: "▸ α", in: second), session)
    try session.wait(forText: "▸ β₊")
    let keys = try session.wait(forText: "? help")
    try report(0, at: try place(of: "? help", in: keys), session)
    try session.wait(forText: "Help ━")
    // Beside the box closes it.
    try report(0, at: (x: 0, y: 2), session)
    try session.wait(for: "the panels") { !$0.contains("Help ━") }
    try session.leave()
    #expect(try session.value(of: "#{mouse_any_flag}") == "0")
  }

  @Test func withoutTheMouseTheTerminalReportsNone() throws {
    let session = try TmuxSession.paused("--no-mouse", firstUpdate: true)
    defer { session.close() }
    #expect(
      try session.value(of: "#{mouse_any_flag}#{mouse_button_flag}#{mouse_sgr_flag}") == "000")
    try session.leave()
  }

  @Test func aPasteIsTextAndNoKeys() throws {
    let session = try TmuxSession.paused(firstUpdate: true)
    defer { session.close() }
    // On the panels it is nothing: no q of it leaves.
    try session.paste("qqq N\n")
    try session.send("B")
    try session.wait(forText: "Pause when")
    try session.paste("entropy\n<0.001")
    try session.wait(forText: "entropy<0.001")
    try session.send("Enter")
    try session.wait(for: "the breakpoint in the journal") {
      $0.contains("breakpoint entropy<0.001 set") && !$0.contains("Pause when")
    }
    try session.leave()
  }

  /// Keys of the catalog but for those that leave the program, its run or the terminal, or write
  /// files. Seeded, so that a failure can be repeated.
  @Test func aThousandFastKeysWhileTrainingRuns() throws {
    let session = try TmuxSession.paused(firstUpdate: true)
    defer { session.close() }
    try session.send("Space", "0")
    let keys =
      "s S - + = 0 e [ ] { } v u r R o z f F , . l L O b t T g B h < > ( ) 1 2 3 4 5 6 7 8 ? 9 x"
      .split(separator: " ").map(String.init)
      + ["';'", "'", "Space", "Up", "Down", "Left", "Right", "Enter", "Tab", "BTab", "Home", "End"]
      + ["PageUp", "PageDown", "BSpace", "C-u", "C-l", "Escape", "Escape", "Escape"]
    var state: UInt64 = 2026
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var stream: [String] = []
    while stream.count < 1000 {
      let key = keys[next(keys.count)]
      // After an escape these two begin a sequence.
      let isSequence = stream.last == "Escape" && ["[", "O"].contains(key)
      stream.append(isSequence ? "s" : key == "';'" ? "\\;" : key)
      // The palette finds everything, leaving included: it is searched and closed.
      if next(40) == 0 { stream += [":", "k", "n", "Down", "Escape"] }
    }
    for start in stride(from: 0, to: stream.count, by: 100) {
      try session.send(keys: Array(stream[start..<min(stream.count, start + 100)]))
    }
    #expect(try session.programIdentifier() != nil)
    // A search that none of the keys makes: once it is there, all keys before it were read.
    try session.send("Escape", "Escape", "Escape", ":")
    try session.type("zzzz")
    try session.wait(forText: "zzzz")
    try session.send("Escape")
    try session.wait(for: "no palette") { !$0.contains("zzzz") }
    // After one more update the run stands still, so that the screen does as well.
    try session.send("s")
    // What was said has been read, and nothing that was asked for is on its way any more.
    let drawn = try session.screenAtRest("a whole screen", seconds: 2) {
      $0.contains("paused") && ["1", "2", "3", "4", "6"].allSatisfy($0.contains)
        && $0.contains("quit")
        && ["Learning", "Tokens", "Limiter", "Inspector", "Knobs"].allSatisfy($0.contains)
    }
    let anew = try session.repainted()
    #expect(TextDifference(expected: drawn, actual: anew)?.description == nil)
    try session.leave()
  }
}
