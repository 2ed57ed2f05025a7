import Foundation
import Testing

/// The real program in a real terminal: mouse, paste, and more keys than anyone can type.
@Suite(.serialized) struct TerminalInputTests {
  private func pausedDashboard(_ arguments: String = "") throws -> TmuxSession {
    let session = try TmuxSession("--paused --warm-steps 800 --eval-prompts 4 " + arguments)
    try session.wait(for: "a paused dashboard", seconds: 240) {
      $0.contains("paused") && !$0.contains("Warm start")
    }
    try session.send("s")
    try session.wait(for: "update 1", seconds: 60) { $0.contains(/upd(?:ate)? +1\/\d+/) }
    return session
  }

  private func expectLeaving(_ session: TmuxSession) throws {
    try session.send("q")
    let modes = try session.modes()
    #expect(modes.before == modes.after)
    try session.wait(forText: "status 0", seconds: 20)
  }

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
    let session = try pausedDashboard()
    defer { session.close() }
    #expect(try session.value(of: "#{mouse_button_flag}#{mouse_sgr_flag}") == "11")
    let first = try session.screen()
    #expect(!first.contains("▸ α"))
    try report(0, at: try place(of: "  α ", in: first), session)
    try session.wait(forText: "▸ α", seconds: 10)
    // The wheel over the knobs goes to the next one.
    try report(65, at: try place(of: "▸ α", in: try session.screen()), session)
    try session.wait(forText: "▸ β₊", seconds: 10)
    try session.wait(for: "the keys", seconds: 20) { $0.contains("? help") }
    try report(0, at: try place(of: "? help", in: try session.screen()), session)
    try session.wait(forText: "Help ━", seconds: 10)
    // Beside the box closes it.
    try report(0, at: (x: 0, y: 2), session)
    try session.wait(for: "the panels", seconds: 10) { !$0.contains("Help ━") }
    try expectLeaving(session)
    #expect(try session.value(of: "#{mouse_any_flag}") == "0")
  }

  @Test func withoutTheMouseTheTerminalReportsNone() throws {
    let session = try pausedDashboard("--no-mouse")
    defer { session.close() }
    #expect(
      try session.value(of: "#{mouse_any_flag}#{mouse_button_flag}#{mouse_sgr_flag}") == "000")
    try expectLeaving(session)
  }

  @Test func aPasteIsTextAndNoKeys() throws {
    let session = try pausedDashboard()
    defer { session.close() }
    // On the panels it is nothing: no q of it leaves.
    try session.paste("qqq N\n")
    try session.send("B")
    try session.wait(forText: "Pause when", seconds: 10)
    try session.paste("entropy\n<0.001")
    try session.wait(forText: "entropy<0.001", seconds: 10)
    try session.send("Enter")
    try session.wait(for: "the breakpoint in the journal", seconds: 20) {
      $0.contains("breakpoint entropy<0.001 set") && !$0.contains("Pause when")
    }
    try expectLeaving(session)
  }

  /// Keys of the catalog but for those that leave the program, its run or the terminal, or write
  /// files. Seeded, so that a failure can be repeated.
  @Test func aThousandFastKeysWhileTrainingRuns() throws {
    let session = try pausedDashboard()
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
    for _ in 0..<3 {
      try session.send("Escape")
      usleep(150_000)
    }
    // The run stands still, so that the screen does as well.
    try session.wait(for: "the run to pause", seconds: 60) { screen in
      if screen.contains("paused") { return true }
      _ = try? session.send("s")
      usleep(300_000)
      return false
    }
    // What was said has been read.
    let drawn = try session.wait(for: "a whole screen", seconds: 60) {
      ["1", "2", "3", "4", "6"].allSatisfy($0.contains) && $0.contains("quit")
        && ["Learning", "Tokens", "Limiter", "Inspector", "Knobs"].allSatisfy($0.contains)
    }
    try session.send("C-l")
    usleep(500_000)
    try session.wait(for: "the same screen, painted anew:\n\(drawn)", seconds: 20) { $0 == drawn }
    try expectLeaving(session)
  }
}
