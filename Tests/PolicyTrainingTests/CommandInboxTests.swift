import Testing
import TrainingTelemetry

@testable import PolicyTraining

@Suite("Inbox of a run")
struct CommandInboxTests {
  private func position(_ total: Int, iteration: Int = 1) -> UpdatePosition {
    UpdatePosition(iteration: iteration, update: total, updatesPerIteration: 8, total: total)
  }

  private func knob(_ value: Double) -> TrainerCommand {
    .setKnobs([KnobSetting(name: "sigma_base", value: value)])
  }

  @Test func placedCommandsComeAtTheirPlacesAndOnce() {
    var inbox = CommandInbox(repeating: [
      PlacedCommand(position: position(2), command: knob(0.1)),
      PlacedCommand(position: position(2), command: knob(0.2)),
      PlacedCommand(position: position(5), command: .setObjective("grpo")),
    ])
    #expect(inbox.takeDue(at: position(1)) == [])
    #expect(inbox.takeDue(at: position(2)) == [knob(0.1), knob(0.2)])
    #expect(inbox.takeDue(at: position(2)) == [] && inbox.isCatchingUp)
    #expect(inbox.takeDue(at: position(7)) == [.setObjective("grpo")], "a place that was passed")
    #expect(!inbox.isCatchingUp)
  }

  /// Update 0 of the next iteration has the total of the iteration's end before it.
  @Test func theRolloutBetweenTwoUpdatesIsAPlaceOfItsOwn() {
    var inbox = CommandInbox(repeating: [
      PlacedCommand(position: position(8, iteration: 2), command: knob(0.1))
    ])
    #expect(inbox.takeDue(at: position(8, iteration: 1)) == [])
    #expect(inbox.takeDue(at: position(8, iteration: 2)) == [knob(0.1)])
  }

  @Test func whatWouldChangeTheRunWaitsUntilItHasCaughtUp() {
    var inbox = CommandInbox(repeating: [
      PlacedCommand(position: position(3), command: knob(0.1))
    ])
    #expect(inbox.admit([knob(0.5), .pause, .restart(seed: 4)]) == [.pause])
    #expect(inbox.admit([.setObjective("sapo"), .showGroup(2)]) == [.showGroup(2)])
    _ = inbox.takeDue(at: position(3))
    #expect(
      inbox.admit([.evaluate])
        == [knob(0.5), .restart(seed: 4), .setObjective("sapo"), .evaluate])
    #expect(inbox.admit([.run]) == [.run], "they come once")
  }

  /// A pace of 1e-11 updates a second is a wait of 3,000 years.
  @Test(arguments: [1e11, 1e300, .infinity, .nan, -1])
  func aWaitOfAnyLengthEndsWithACommand(seconds: Double) {
    let mailbox = CommandMailbox()
    mailbox.post(.evaluate)
    mailbox.wait(seconds: seconds)
    #expect(mailbox.drain() == [.evaluate])
  }
}
