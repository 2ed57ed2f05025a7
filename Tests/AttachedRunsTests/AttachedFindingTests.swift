import Testing

@testable import AttachedRuns

/// Each trouble that people ask about is named, and not where it is not the case.
@Suite("Findings of attached runs")
struct AttachedFindingTests {
  private func findings(_ change: (inout StreamFixture) -> Void) throws -> [AttachedFinding] {
    var stream = StreamFixture()
    change(&stream)
    return try stream.steps().flatMap(\.findings)
  }

  /// Ratios of 1 and a loss that is not 0: nothing to say.
  @Test func aSoundStepIsQuiet() throws {
    #expect(try findings { $0.step(1, difference: 0) } == [])
  }

  @Test func lossZeroAtRatioOneIsNoFault() throws {
    let found = try findings {
      $0.step(1, difference: 0, loss: "1e-9")
      $0.step(2, difference: 0)
      $0.step(3, difference: 0, loss: "0")
    }
    #expect(found.map(\.kind) == [.lossZero])
    #expect(found[0].text.contains("gradient is not 0"))
  }

  @Test func ratiosThatAreOneByConstructionAreSaidOnce() throws {
    var stream = StreamFixture(#""old":"detached""#)
    stream.step(1, difference: 0)
    stream.step(2, difference: 0)
    #expect(try stream.steps().flatMap(\.findings).map(\.kind) == [.ratiosOneByConstruction])
  }

  @Test func ratiosOtherThanOneAtTheFirstUpdateAreNamed() throws {
    let found = try findings { $0.step(1, difference: 0.3) }
    #expect(found.map(\.kind) == [.ratiosNotOneAtFirst])
    #expect(found[0].text.contains("1.35 to 1.35"))
    #expect(try findings { $0.step(1, difference: 0.001) } == [])
  }

  @Test func truncatedAnswersAreCounted() throws {
    let found = try findings { $0.step(1, flags: [1, 1, 1, 0], difference: 0) }
    #expect(found.map(\.kind) == [.truncated])
    #expect(found[0].text.hasPrefix("3 of 4 answers"))
    #expect(try findings { $0.step(1, flags: [1, 0, 0, 0], difference: 0) } == [])
  }

  @Test func equalGroupsAreNamedWhereAllAre() throws {
    let found = try findings { $0.step(1, rewards: [1, 1, 0, 0], advantages: [0, 0, 0, 0]) }
    #expect(found.map(\.kind) == [.groupsEqual])
    #expect(try findings { $0.step(1, rewards: [1, 1, 0, 1], difference: 0) } == [])
  }

  @Test func aRewardThatNeverVariesIsNamedAfterThreeRollouts() throws {
    let found = try findings { stream in
      for number in 1...5 {
        stream.step(number, difference: 0, functions: [1, 0.5, 0, 0.5, 1, 0.5, 0, 0.5])
      }
    }
    #expect(found.map(\.kind) == [.rewardConstant])
    #expect(found[0].text.contains("reward 'form' was 0.5 for every answer of 3 rollouts"))
    #expect(
      try findings { stream in
        for number in 1...5 {
          stream.step(number, difference: 0, functions: [1, 0.5, 0, 0.5, 1, 0.5, 0, 0.25])
        }
      } == [])
  }

  @Test func aShiftedSamplerIsToldFromANoisyOne() throws {
    let shifted = try findings {
      $0.step(1, difference: 0, sampler: [0.2, 0.21, 0.2, 0.19, 0.2, 0.2, 0.2, 0.2])
    }
    #expect(shifted.map(\.kind) == [.samplerShifted])
    let noisy = try findings {
      $0.step(1, difference: 0, sampler: [0.1, -0.1, 0.05, -0.06, 0.1, -0.1, 0.02, 0])
    }
    #expect(noisy.map(\.kind) == [.samplerNoisy])
    #expect(
      try findings { $0.step(1, difference: 0, sampler: [Float](repeating: 1e-4, count: 8)) } == [])
  }

  @Test func tokensThatRunAwayAreCounted() throws {
    let found = try findings { $0.step(1, difference: 2) }
    #expect(found.map(\.kind).contains(.runaway))
    #expect(found.first { $0.kind == .runaway }?.text.hasPrefix("4 tokens with A<0") == true)
  }

  @Test func theFirstNumberThatIsNotFiniteIsPlaced() throws {
    var other = StreamFixture(rank: 1, world: 2)
    other.step(
      1, difference: .nan, words: #","first_bad":{"seq":5,"token":1}"#, loss: #""nan""#)
    var first = StreamFixture(world: 2)
    first.step(1, difference: 0)
    let steps = try StreamFixture.steps([first, other])
    let found = steps.flatMap(\.findings)
    #expect(
      found.first { $0.kind == .nonFinite }?.text.hasSuffix("step 1, rank 1, answer 5, token 1")
        == true)
    #expect(steps[0].figures.nonfinite == 8 && steps[0].figures.tokens == 8)
    #expect(steps[0].figures.loss?.isNaN == true)
  }

  /// Text from the stream reaches no terminal as it is.
  @Test func namesAreMadeHarmless() throws {
    var stream = StreamFixture()
    for number in 1...4 {
      stream.step(number, difference: 0, functions: [Float](repeating: 1, count: 8))
    }
    for finding in try stream.steps().flatMap(\.findings) {
      #expect(!finding.text.unicodeScalars.contains { $0.value < 32 || $0.value == 0x9B })
    }
  }
}
