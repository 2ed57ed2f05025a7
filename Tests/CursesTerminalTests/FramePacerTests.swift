import Testing

@testable import CursesTerminal

@Suite("Pace of frames")
struct FramePacerTests {
  @Test func newsWaitsForItsFrameAndKeysDoNot() {
    var pacer = FramePacer()
    #expect(pacer.timeoutMilliseconds(at: 0, deadline: nil) == nil)
    pacer.change(isUrgent: false)
    #expect(pacer.isDue(at: 0))
    pacer.drew(at: 0)
    #expect(!pacer.isDue(at: 100))
    pacer.change(isUrgent: false)
    #expect(!pacer.isDue(at: 0.02))
    #expect(pacer.timeoutMilliseconds(at: 0.02, deadline: nil) == 14)
    pacer.change(isUrgent: true)
    #expect(pacer.isDue(at: 0.02))
    // A flood of keys is not drawn key by key.
    pacer.drew(at: 0.02)
    pacer.change(isUrgent: true)
    #expect(!pacer.isDue(at: 0.021))
    #expect(pacer.isDue(at: 0.029))
    // But a key that comes right after a frame of news is.
    pacer.drew(at: 0.03)
    pacer.change(isUrgent: false)
    pacer.drew(at: 0.07)
    pacer.change(isUrgent: true)
    #expect(pacer.isDue(at: 0.07))
  }

  /// News takes a fiftieth of the time at most, down to ten frames a second; keys do not wait.
  @Test(arguments: [(0.0005, 1.0 / 30), (0.0015, 0.075), (0.02, 0.1)])
  func newsIsDrawnLessOftenWhereFramesCostMuch(seconds: Double, interval: Double) {
    var pacer = FramePacer()
    for frame in 0..<60 {
      pacer.change(isUrgent: false)
      pacer.drew(at: Double(frame), seconds: seconds)
    }
    pacer.change(isUrgent: false)
    #expect(!pacer.isDue(at: 59 + 0.98 * interval))
    #expect(pacer.isDue(at: 59 + 1.001 * interval))
    pacer.change(isUrgent: true)
    #expect(pacer.isDue(at: 59))
  }

  @Test func sleepEndsAtTheDeadline() {
    var pacer = FramePacer()
    #expect(pacer.timeoutMilliseconds(at: 10, deadline: 10.5) == 500)
    #expect(pacer.timeoutMilliseconds(at: 11, deadline: 10.5) == 0)
    pacer.change(isUrgent: false)
    pacer.drew(at: 10)
    pacer.change(isUrgent: false)
    #expect(pacer.timeoutMilliseconds(at: 10, deadline: 10.01) == 10)
  }
}
