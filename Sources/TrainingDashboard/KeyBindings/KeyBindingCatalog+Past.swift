import RunKnowledge
import TerminalCanvas

extension KeyBindingCatalog {
  /// Keys that step through updates already seen.
  static let past: [KeyBinding] = [
    KeyBinding(
      "moment", .past,
      [.init(.character("<"), .scrub(.moments(-1))), .init(.character(">"), .scrub(.moments(1)))],
      "one update back, forward, among the last \(MomentHistory.capacity) that were seen; "
        + "training goes on or waits",
      each: ["one update back", "one update forward"]),
    KeyBinding(
      "past-iteration", .past,
      [
        .init(.character("("), .scrub(.iterations(-1))),
        .init(.character(")"), .scrub(.iterations(1))),
      ], "one iteration back, forward",
      each: ["one iteration back", "one iteration forward"]),
    KeyBinding(
      "mark", .past,
      [.init(.character(";"), .scrub(.marks(-1))), .init(.character("'"), .scrub(.marks(1)))],
      "to the knob move, switch of objective or warning before, after",
      each: [
        "back to the knob move, switch of objective or warning before",
        "on to the knob move, switch of objective or warning after",
      ]),
    KeyBinding(
      "live", .past, [.init(.home, .scrub(.live)), .init(.end, .scrub(.live))], shown: "home",
      "back to the newest update", hint: "now"),
    KeyBinding(
      "recompute", .past, [.init(.character("c"), .toggleRecomputing)],
      "maspo open: compute the tokens of recorded updates anew, as the screen comes to them",
      hint: "tokens"),
  ]
}
