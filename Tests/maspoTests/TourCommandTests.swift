import Foundation
import Testing

/// The tour in a real terminal, on a real run.
@Suite(.serialized) struct TourCommandTests {
  private static let options = "--warm-steps 800 --eval-prompts 4 --no-record"

  @Test(arguments: [(80, 24), (120, 40)])
  func leftAloneItShowsEverythingAndEnds(width: Int, height: Int) throws {
    let session = try TmuxSession(
      "tour --auto --step-seconds 0.3 \(Self.options)", width: width, height: height)
    defer { session.close() }
    try session.wait(forText: "Tour 1 of", seconds: 240)
    try session.wait(forText: "the gate bit", seconds: 120)
    try session.wait(forText: "GRPO would have clipped", seconds: 60)
    try session.wait(forText: "status 0", seconds: 120)
    #expect(try session.screen().contains("everything was as it said"))
    let modes = try session.modes()
    #expect(modes.before == modes.after)
  }

  @Test func leftWithEscapeTheRunStays() throws {
    let session = try TmuxSession("tour \(Self.options)")
    defer { session.close() }
    try session.wait(forText: "✓ the policy is ready", seconds: 240)
    try session.send("Enter")
    try session.wait(forText: "✓ ρ is 1", seconds: 60)
    try session.send("s")
    try session.wait(forText: "the tour has the keys", seconds: 10)
    try session.send("Escape")
    try session.wait(for: "the dashboard alone", seconds: 10) { !$0.contains("Tour") }
    try session.send("s")
    try session.wait(for: "update 2", seconds: 60) { $0.contains(/upd(ate)? +2\/32/) }
    try session.send("q")
    try session.wait(forText: "status 0", seconds: 20)
  }
}
