import Foundation
import Testing

/// The real program in a real terminal that does its worst.
@Suite(.serialized) struct TerminalStressTests {
  private func pausedDashboard() throws -> TmuxSession {
    let session = try TmuxSession("--paused --warm-steps 800 --eval-prompts 4")
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

  @Test func twoHundredSizesLeaveNoCellBehind() throws {
    let session = try pausedDashboard()
    defer { session.close() }
    var state: UInt64 = 11
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<200 { try session.resize(width: 1 + next(220), height: 1 + next(70)) }
    try session.resize(width: 120, height: 40)
    // A key goes there and back, so that nothing is on its way any more.
    try session.wait(for: "the whole screen", seconds: 60) {
      $0.contains("Knobs") && $0.contains("Limiter") && $0.contains("quit")
    }
    try session.send("z")
    try session.wait(for: "a panel alone") { !$0.contains("Knobs ·") }
    try session.send("z")
    let drawn = try session.wait(for: "all panels") { $0.contains("Knobs ·") }
    // Painted anew from nothing, it is the same screen.
    try session.send("C-l", "z")
    try session.wait(for: "a panel alone") { !$0.contains("Knobs ·") }
    try session.send("z")
    try session.wait(for: "the same screen, painted anew:\n\(drawn)", seconds: 20) { $0 == drawn }
    try expectLeaving(session)
  }
}
