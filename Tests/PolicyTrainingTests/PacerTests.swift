import Testing

@testable import PolicyTraining

@Suite struct PacerTests {
  @Test func theOpeningSpeedsUp() {
    let pacer = Pacer(.opening)
    let limits = [(1, 1), (1, 9), (2, 1), (3, 1), (4, 1)].map {
      pacer.limit(iteration: $0.0, update: $0.1) ?? .infinity
    }
    #expect(limits == limits.sorted())
    #expect(limits.first == 2)
  }

  @Test func anUpdateIsDueOnePeriodAfterTheLast() {
    var pacer = Pacer(.limited(4))
    #expect(pacer.delay(at: 10, limit: 4) == 0)
    pacer.noteUpdate(at: 10, limit: 4)
    #expect(abs(pacer.delay(at: 10.1, limit: 4) - 0.15) < 1e-9)
    #expect(pacer.delay(at: 10.3, limit: 4) == 0)
    #expect(pacer.delay(at: 10.1, limit: nil) == 0)
  }

  @Test func aLateUpdateKeepsTheRhythmButIsNotCaughtUp() {
    var pacer = Pacer(.limited(10))
    pacer.noteUpdate(at: 1, limit: 10)
    pacer.noteUpdate(at: 1.13, limit: 10)
    #expect(abs(pacer.delay(at: 1.15, limit: 10) - 0.05) < 1e-9)
    pacer.noteUpdate(at: 9, limit: 10)
    #expect(abs(pacer.delay(at: 9, limit: 10) - 0.1) < 1e-9)
  }

  @Test func theMeasuredPaceIsThatOfTheLastSeconds() {
    var pacer = Pacer(.unlimited)
    #expect(pacer.measured(at: 0) == 0)
    for update in 0..<100 { pacer.noteUpdate(at: Double(update) * 0.05, limit: nil) }
    #expect(abs(pacer.measured(at: 5) - 20) < 0.6)
    #expect(abs(pacer.measured(at: 99 * 0.05) - 20) < 1e-9, "never above the pace itself")
    #expect(pacer.measured(at: 60) == 0)
  }
}
