import Foundation
import Testing

/// The real program in a real terminal, one test after the other, since each trains.
@Suite(.serialized, .fewAtATime) struct DashboardTerminalTests {
  /// "update 3/32" in the header.
  private func update(in screen: String) -> Int? {
    guard let match = screen.firstMatch(of: /upd(?:ate)? +(\d+)\/\d+/) else { return nil }
    return Int(match.1)
  }

  @Test(arguments: [(80, 24), (120, 40), (200, 60)])
  func allViewsAreThere(width: Int, height: Int) throws {
    let session = try TmuxSession.paused(width: width, height: height)
    defer { session.close() }
    try session.send("s")
    var last = try session.wait(for: "update 1") { update(in: $0) == 1 }
    var seen = last
    // On a small screen the panels share a place; tab brings them up one after the other.
    for _ in 0..<8 {
      try session.send("Tab")
      last = try session.wait(for: "the next panel") { $0 != last }
      seen += last
    }
    for title in [
      "Learning", "Tokens", "Limiter", "Inspector", "ledger", "Knobs", "chain · MASPO",
    ] {
      #expect(seen.contains(title), "no \(title) at \(width)x\(height)")
    }
    try session.send("?")
    try session.wait(forText: "iteration")
    try session.send("Escape")
    try session.send("q")
    try session.wait(forText: "status 0")
  }

  @Test func aStepIsExactlyOneUpdate() throws {
    let session = try TmuxSession.paused()
    defer { session.close() }
    try session.send("S")
    try session.wait(for: "the end of the iteration") { update(in: $0) == 32 }
    for expected in 1...4 {
      try session.send("s")
      try session.wait(for: "update \(expected), paused") {
        update(in: $0) == expected && $0.contains("paused")
      }
    }
    try session.send("q")
    // An update too many after any of the keys would be counted here.
    let words = try session.wait(forText: "status 0").replacing("\n", with: "")
    #expect(words.contains("iteration 2, 36 updates in"), "\(words)")
  }

  @Test func theKeysOfSigmaAndAsymmetryActOnTheNextUpdate() throws {
    let session = try TmuxSession.paused("--preset heavy-reuse")
    defer { session.close() }
    try session.send("s")
    try session.wait(for: "update 1") { update(in: $0) == 1 }
    for _ in 0..<7 { try session.send("[") }
    try session.send("}")
    for expected in 2...3 {
      try session.send("s")
      try session.wait(for: "update \(expected)") { update(in: $0) == expected }
    }
    try session.send("q")
    let screen = try session.wait(forText: "status 0")
    // The command that repeats the run carries the moves with the update at which they acted, and
    // ends where the run was left.
    let words = screen.replacing("\n", with: "")
    #expect(words.contains("--at 2:sigma_base="), "\(screen)")
    #expect(words.contains("--at 2:beta_pos="), "\(screen)")
    #expect(words.contains("--at 2:beta_neg="), "\(screen)")
    let command = try #require(words.firstMatch(of: /again  maspo (train .*'updates>2')/)).1
    let digest = try #require(words.firstMatch(of: /weights_digest ([0-9a-f]{16})/)).1
    let again = try FinishedProcess(command.replacing("'", with: "") + " --json --no-record")
    #expect(again.status == 5 && again.output.contains(digest), "\(command): \(again.output)")
  }

  @Test(arguments: ["q", "C-c", "TERM", "HUP", "SEGV", "ABRT"])
  func theTerminalIsWholeAgain(after ending: String) throws {
    let session = try TmuxSession.paused()
    defer { session.close() }
    try session.send("Space")
    try session.wait(for: "an update") { (update(in: $0) ?? 0) > 0 }
    let process = try #require(try session.programIdentifier())
    let signals = ["TERM": SIGTERM, "HUP": SIGHUP, "SEGV": SIGSEGV, "ABRT": SIGABRT]
    if let signal = signals[ending] {
      #expect(kill(process, signal) == 0)
    } else {
      try session.send(ending)
    }
    let modes = try session.modes()
    #expect(modes.before == modes.after)
    #expect(try session.programIdentifier() == nil)
    let screen = try session.wait(forText: "status")
    #expect(!screen.contains("╭"), "the alternate screen was left")
  }

  @Test func aClosedTerminalEndsTheProgram() throws {
    let session = try TmuxSession.paused()
    defer { session.close() }
    let process = try #require(try session.programIdentifier())
    #expect(!ProcessState.isOver(process))
    session.close()
    #expect(ProcessState.waits(for: process) { _ in ProcessState.isOver(process) })
  }

  /// Suspended by its key or by a signal, from a shell that stops and continues its jobs.
  @Test func suspendingGivesTheTerminalBack() throws {
    let session = try TmuxSession.shell("--paused --warm-steps 800 --eval-prompts 4")
    defer { session.close() }
    /// What the shell finds the terminal to be.
    func modes(_ name: String) throws -> String {
      try session.wait(forPrompt: TmuxSession.shellPrompt)
      try session.type("stty -a > \(name); echo \(name) is known\n")
      try session.wait(for: "the modes") { $0.contains("\n\(name) is known\n") }
      return try session.text(ofFile: name)
    }
    let before = try modes("before")
    try session.type("sh maspo.sh\n")
    try session.wait(for: "a paused dashboard") {
      $0.contains("paused") && !$0.contains("Warm start")
    }
    let process = try #require(try session.programIdentifier())
    for (way, count) in [("its key", 1), ("a signal", 2)] {
      if way == "its key" {
        try session.send("C-z")
      } else {
        #expect(kill(process, SIGTSTP) == 0)
      }
      let suspended = try modes("suspended\(count)")
      #expect(suspended == before, "suspended by \(way)")
      #expect(ProcessState.letter(of: process) == "T")
      #expect(try session.value(of: "#{alternate_on}#{mouse_any_flag}#{cursor_flag}") == "001")
      #expect(try !session.screen().contains("Knobs"))
      try session.type("fg\n")
      try session.wait(for: "all panels") { $0.contains("Knobs") && $0.contains("Limiter") }
      try session.send("s")
      try session.wait(for: "update \(count) after \(way)") { update(in: $0) == count }
      #expect(try session.value(of: "#{alternate_on}#{mouse_any_flag}#{cursor_flag}") == "110")
    }
    try session.send("q")
    #expect(try modes("after") == before)
  }

  @Test func aResizeStormLeavesAWholeScreen() throws {
    let session = try TmuxSession.paused()
    defer { session.close() }
    for step in 0..<40 {
      try session.resize(width: 20 + (step * 37) % 160, height: 5 + (step * 23) % 50)
    }
    try session.resize(width: 120, height: 40)
    try session.send("s")
    // The update may be on the screen while the last size is not yet.
    try session.wait(for: "update 1 and all panels") {
      update(in: $0) == 1 && $0.contains("Knobs") && $0.contains("Limiter")
    }
  }

  @Test func leftAloneItMatchesTheRunWithoutAScreen() throws {
    let options = "--warm-steps 800 --eval-prompts 4 --iterations 2 --preset steady"
    let session = try TmuxSession("\(options) --exit-at-end --pace full")
    defer { session.close() }
    let screen = try session.wait(forText: "weights_digest")
    let digest = try #require(screen.firstMatch(of: /weights_digest ([0-9a-f]{16})/)).1

    let train = try FinishedProcess("train \(options) --json --threads 1")
    #expect(train.status == 0)
    #expect(train.output.contains("\"weights_digest\":\"\(digest)\""))
  }
}
