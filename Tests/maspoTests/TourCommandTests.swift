import Foundation
import Testing

/// The tour in a real terminal, on a real run.
@Suite(.serialized, .fewAtATime) struct TourCommandTests {
  private static let options = "--warm-steps 800 --eval-prompts 4 --no-record"

  @Test(arguments: [(80, 24), (120, 40)])
  func leftAloneItShowsEverythingAndEnds(width: Int, height: Int) throws {
    let session = try TmuxSession(
      "tour --auto --step-seconds 0.3 \(Self.options)", width: width, height: height)
    defer { session.close() }
    try session.wait(for: "the tour") { $0.contains(/Tour \d+ of \d+/) }
    let screen = try session.wait(forText: "status 0")
    // Its steps stand on the screen for a moment only; at the end it tells what came of them.
    for words in [
      "the policy is ready", "ρ is 1 for all", "the gate bit", "GRPO would have clipped",
      "it waits", "everything was as it said",
    ] {
      #expect(screen.contains(words), "no '\(words)'")
    }
    let modes = try session.modes()
    #expect(modes.before == modes.after)
  }

  @Test func leftWithEscapeTheRunStays() throws {
    let session = try TmuxSession("tour \(Self.options)")
    defer { session.close() }
    try session.wait(forText: "✓ the policy is ready")
    try session.send("Enter")
    try session.wait(forText: "✓ ρ is 1")
    try session.send("s")
    try session.wait(forText: "the tour has the keys")
    try session.send("Escape")
    try session.wait(for: "the dashboard alone") { !$0.contains("Tour") }
    try session.send("s")
    try session.wait(for: "update 2") { $0.contains(/upd(ate)? +2\/32/) }
    try session.send("q")
    try session.wait(forText: "status 0")
  }
}
