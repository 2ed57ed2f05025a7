/// A key as a person names it.
public enum Key: Sendable, Hashable {
  /// A printable character; Shift is already in it.
  case character(Character)
  case up, down, left, right
  case enter, escape, tab, backTab, backspace, delete
  case home, end, pageUp, pageDown
  /// F1 is 1.
  case function(Int)
  /// Control with a lower-case letter (or one of `@ [ \ ] ^ _`), where it is not a key above.
  case ctrl(Character)
}

/// What a person did with the mouse.
public enum MouseAction: Sendable, Hashable {
  case press, release, drag, wheelUp, wheelDown
}

/// What a terminal can report, free of any terminal library.
public enum TerminalInput: Sendable, Hashable {
  case key(Key)
  /// `x` and `y` are cells from the top left corner, from 0.
  case mouse(x: Int, y: Int, action: MouseAction, shift: Bool)
  /// Text pasted as a whole; line ends are `\n`.
  case paste(String)
  /// The terminal's new size.
  case resize(width: Int, height: Int)
  /// A signal that asks the program to end: SIGINT, SIGTERM or SIGHUP.
  case signal(Int32)
  /// The terminal is gone: nothing can be read or shown any more.
  case hangup
}
