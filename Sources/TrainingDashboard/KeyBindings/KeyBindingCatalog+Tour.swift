import RunKnowledge
import TerminalCanvas

extension KeyBindingCatalog {
  /// Keys that hold while a tour has the others.
  static let tour: [KeyBinding] = [
    KeyBinding(
      "tour-next", .program, in: .tour,
      [.init(.enter, .advanceTour), .init(.character(" "), .advanceTour)], shown: "enter",
      "the tour's next step", hint: "next step"),
    KeyBinding(
      "tour-leave", .program, in: .tour, [.init(.escape, .leaveTour)],
      "leave the tour; the run stays", hint: "leave tour"),
    KeyBinding(
      "tour-quit", .program, in: .tour, [.init(.character("q"), .quit)], "leave the program",
      hint: "quit"),
  ]
}
