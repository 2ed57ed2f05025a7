import Testing
import TrainingTelemetry

@testable import PolicyTraining

/// The group shown teaches, and it is the one from which the gate takes most, until a person
/// chooses one.
@Suite("Choice of the group shown")
struct GroupChoiceTests {
  /// With 16, 0, 5, 9 and 2 right answers of 16.
  private let groups = [16, 0, 5, 9, 2].map {
    GroupSummary(prompt: "", rightCount: $0, answerCount: 16)
  }

  private func started() -> GroupChoice {
    var choice = GroupChoice()
    choice.noteRollout(groups)
    return choice
  }

  @Test func aRolloutBeginsWithTheGroupNearestToHalfAndHalf() {
    #expect(started().index == 3)
    var choice = GroupChoice()
    choice.noteRollout(Array(groups.prefix(2)))
    #expect(choice.index == 0, "none teaches")
  }

  @Test func itGoesToTheGroupFromWhichMostWasTaken() {
    var choice = started()
    choice.noteUpdate([9, 9, 0, 0, 0], groups)
    #expect(choice.index == 3, "groups without advantages teach nothing")
    choice.noteUpdate([0, 0, 0.5, 0.3, 0], groups)
    #expect(choice.index == 3, "not twice as much")
    choice.noteUpdate([0, 0, 0.5, 0, 0], groups)
    #expect(choice.index == 2)
    choice.noteUpdate([0, 0, 0, 0, 2.5], groups)
    #expect(choice.index == 4)
    choice.noteRollout(groups)
    #expect(choice.index == 3)
  }

  @Test func aPersonsChoiceStays() {
    var choice = started()
    choice.choose(1, isKept: true)
    choice.noteUpdate([0, 0, 5, 0, 0], groups)
    choice.noteRollout(groups)
    #expect(choice.index == 1)
    choice.choose(4, isKept: false)
    choice.noteUpdate([0, 0, 5, 0, 0], groups)
    #expect(choice.index == 4)
    choice.noteRollout(groups)
    #expect(choice.index == 3)
  }
}
