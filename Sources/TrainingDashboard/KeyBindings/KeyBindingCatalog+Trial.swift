import RunKnowledge
import TerminalCanvas
import TrainingTelemetry

extension KeyBindingCatalog {
  /// Keys that sample the policy beside the run.
  static let trial: [KeyBinding] = [
    KeyBinding(
      "try", .trial, [.init(.character("y"), .openTrial)],
      "try it: type a prompt of the task and see what the policy answers, with its probabilities; "
        + "the run is not touched", hint: "try it"),
    KeyBinding(
      "pin", .trial, [.init(.character("P"), .togglePin)],
      "pin the prompt of the group shown and watch its answers over the iterations, or let go of "
        + "it; costs as much as one more prompt in each rollout"),
    KeyBinding(
      "trial-again", .trial, in: .trial, [.init(.character("y"), .tryAgain)],
      "sample again, from the newest weights", hint: "again"),
    KeyBinding(
      "trial-prompt", .trial, in: .trial, [.init(.enter, .openTrial)],
      "another prompt, beginning with this one", hint: "prompt"),
    KeyBinding(
      "trial-answer", .trial, in: .trial,
      [
        .init(.up, .moveTrial(answer: -1, token: 0)),
        .init(.down, .moveTrial(answer: 1, token: 0)),
      ], "previous, next answer", hint: "answer"),
    KeyBinding(
      "trial-token", .trial, in: .trial,
      [
        .init(.left, .moveTrial(answer: 0, token: -1)),
        .init(.right, .moveTrial(answer: 0, token: 1)),
      ], "previous, next token", hint: "token"),
    KeyBinding(
      "trial-run", .trial, in: .trial,
      [
        .init(.character(" "), .toggleRunning), .init(.character("s"), .stepUpdate),
        .init(.character("S"), .stepIteration),
      ], shown: "space s S", "run or pause, make an update, an iteration", hint: "run"),
    KeyBinding(
      "trial-pin", .trial, in: .trial, [.init(.character("P"), .togglePin)],
      "pin this prompt, or let go of it", hint: "pin"),
    KeyBinding(
      "trial-close", .trial, in: .trial,
      [.init(.escape, .cancel), .init(.character("q"), .cancel)], shown: "esc",
      "close; nothing of it was learnt from", hint: "close"),
  ]
}
