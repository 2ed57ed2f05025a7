import RunKnowledge
import TerminalCanvas

extension KeyBindingCatalog {
  /// Keys that ask what a change would do, by paired continuations of the run's state.
  static let fork: [KeyBinding] = [
    KeyBinding(
      "fork", .trial, [.init(.character("W"), .fork(.open))],
      "what if, from here: copies of the run go on with the drafted knob moves or another "
        + "objective, and without; says whether it helps, with an interval", hint: "what if"),
    KeyBinding(
      "fork-pairs", .trial, in: .forkSetup,
      [.init(.left, .fork(.changePairs(-1))), .init(.right, .fork(.changePairs(1)))],
      "fewer, more pairs", hint: "pairs"),
    KeyBinding(
      "fork-iterations", .trial, in: .forkSetup,
      [.init(.down, .fork(.changeIterations(-1))), .init(.up, .fork(.changeIterations(1)))],
      "fewer, more iterations", hint: "iterations"),
    KeyBinding(
      "fork-hold", .trial, in: .forkSetup, [.init(.character(" "), .fork(.toggleHold))],
      "whether the run waits or goes on meanwhile", hint: "run waits"),
    KeyBinding(
      "fork-begin", .trial, in: .forkSetup, [.init(.enter, .fork(.begin))],
      "begin", hint: "begin"),
    KeyBinding(
      "fork-cancel", .trial, in: .forkSetup,
      [.init(.escape, .cancel), .init(.character("q"), .cancel)], shown: "esc",
      "begin nothing", hint: "cancel"),
    KeyBinding(
      "fork-take", .trial, in: .fork, [.init(.enter, .fork(.take))],
      "take the change: the run goes on with it", hint: "take it"),
    KeyBinding(
      "fork-more", .trial, in: .fork, [.init(.character("m"), .fork(.more))],
      "\(DashboardState.moreForkPairs) more pairs, from the same state", hint: "more pairs"),
    KeyBinding(
      "fork-forget", .trial, in: .fork, [.init(.character("f"), .fork(.forget))],
      "forget the fork", hint: "forget"),
    KeyBinding(
      "fork-run", .trial, in: .fork,
      [
        .init(.character(" "), .toggleRunning), .init(.character("s"), .stepUpdate),
        .init(.character("S"), .stepIteration),
      ], shown: "space s S", "run or pause, make an update, an iteration", hint: "run"),
    KeyBinding(
      "fork-close", .trial, in: .fork,
      [.init(.escape, .cancel), .init(.character("q"), .cancel), .init(.character("W"), .cancel)],
      shown: "esc", "close; the fork goes on", hint: "close"),
  ]
}
