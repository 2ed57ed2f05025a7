/// What a screen or a script may ask of the trainer. Commands take effect between two optimizer
/// updates, never inside one.
public enum TrainerCommand: Sendable, Hashable, Codable {
  case run
  case pause
  /// One optimizer update, then pause.
  case stepUpdate
  /// Finish the iteration under way, or make a whole one; then pause.
  case stepIteration
  /// Set knobs, all of them or none: a value out of range refuses the whole command.
  case setKnobs([KnobSetting])
  /// Updates per second; `nil` is full speed.
  case setPace(Double?)
  /// Switch to another objective at the next rollout.
  case setObjective(String)
  /// Knob moves together with a switch of the objective, all of it or nothing.
  case change(RunChange)
  /// Which group of the rollout the token records describe, 0-based.
  case showGroup(Int)
  /// The same until the next rollout; from then on the trainer shows groups that teach.
  case followGroups(from: Int)
  /// Pause where this condition holds from now on.
  case addBreakpoint(Breakpoint)
  case removeBreakpoint(Breakpoint)
  /// Sample a few answers to a prompt that a person typed; the run is not touched.
  case tryPrompt(String)
  /// Sample this prompt after every rollout, beside the run; `nil` samples none.
  case pinPrompt(String?)
  /// Hand out the exact state, for continuations beside the run; the run is not touched, but waits
  /// where the request says so.
  case fork(ForkRequest)
  /// Start over from the base policy, with another seed if given.
  case restart(seed: UInt64?)
  /// Evaluate on held-out prompts now.
  case evaluate
  case stop
}

extension TrainerCommand {
  /// Whether the command can change the numbers of the run, as against what is seen of it. Such
  /// commands are recorded with their places, and a run that is repeated takes them there.
  public var changesTheRun: Bool {
    switch self {
    case .setKnobs, .setObjective, .change: true
    case .run, .pause, .stepUpdate, .stepIteration, .setPace, .showGroup, .followGroups, .evaluate,
      .stop,
      .addBreakpoint, .removeBreakpoint, .tryPrompt, .pinPrompt, .fork, .restart:
      false
    }
  }

  /// Whether the run ends with the command and another one begins.
  public var beginsAnotherRun: Bool {
    if case .restart = self { true } else { false }
  }
}
