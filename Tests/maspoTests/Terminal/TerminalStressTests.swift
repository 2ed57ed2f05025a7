import Foundation
import TestSupport
import Testing

/// The real program in a terminal that is resized without mercy.
@Suite(.serialized, .fewAtATime) struct TerminalStressTests {
  @Test func twoHundredSizesLeaveNoCellBehind() throws {
    let session = try TmuxSession.paused(firstUpdate: true)
    defer { session.close() }
    var state: UInt64 = 11
    func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<200 { try session.resize(width: 1 + next(220), height: 1 + next(70)) }
    try session.resize(width: 120, height: 40)
    // A key there and back: whatever was sent before it has been dealt with.
    try session.wait(for: "the whole screen") {
      $0.contains("Knobs") && $0.contains("Limiter") && $0.contains("quit")
    }
    try session.send("z")
    try session.wait(for: "a panel alone") { !$0.contains("Knobs ·") }
    try session.send("z")
    let drawn = try session.wait(for: "all panels") { $0.contains("Knobs ·") }
    // Painted anew from nothing, it is the same screen.
    let anew = try session.repainted()
    #expect(TextDifference(expected: drawn, actual: anew)?.description == nil)
    try session.leave()
  }
}
