import TrainingTelemetry

/// Commands on their way into a run: those of an interrupted run at the places where they acted,
/// and new ones, which wait until those are done if they would change the run.
///
/// A value that knows no run: whoever owns one says where it stands.
struct CommandInbox: Sendable {
  /// Commands that are still to be carried out again, in the order of their places.
  private var placed: ArraySlice<PlacedCommand>
  /// New commands that wait for them.
  private var postponed: [TrainerCommand] = []

  /// - Parameter placed: commands to carry out again, in the order of their places.
  init(repeating placed: [PlacedCommand] = []) {
    self.placed = placed[...]
  }

  /// Whether commands of an interrupted run are still to be carried out again.
  var isCatchingUp: Bool { !placed.isEmpty }

  /// Takes out the commands whose place a run at `position` has come to.
  mutating func takeDue(at position: UpdatePosition) -> [TrainerCommand] {
    let due = placed.prefix { $0.isDue(at: position) }
    placed = placed.dropFirst(due.count)
    return due.map(\.command)
  }

  /// Takes new commands in.
  ///
  /// - Returns: those that act now, in the order in which they came.
  mutating func admit(_ arrived: [TrainerCommand]) -> [TrainerCommand] {
    guard isCatchingUp else {
      defer { postponed = [] }
      return postponed + arrived
    }
    func waits(_ command: TrainerCommand) -> Bool {
      command.changesTheRun || command.beginsAnotherRun
    }
    postponed += arrived.filter(waits)
    return arrived.filter { !waits($0) }
  }
}
