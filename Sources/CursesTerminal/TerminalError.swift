/// Why the screen cannot be opened.
public enum TerminalError: Error, Hashable, CustomStringConvertible {
  /// The named stream (`standard input`, `standard output`) is no terminal.
  case notATerminal(stream: String)
  /// `TERM` is unset or empty.
  case terminalTypeMissing
  /// The terminal database does not know the type, and nothing says it is like another one.
  case terminalTypeUnknown(name: String)
  /// The terminal cannot place its cursor.
  case terminalTypeUnsuitable(name: String)
  /// The process has a screen already.
  case alreadyOpen
  /// A system call failed.
  case system(call: String, code: Int32)

  public var description: String {
    switch self {
    case .notATerminal(let stream): "\(stream) is not a terminal"
    case .terminalTypeMissing: "the environment variable TERM is not set"
    case .terminalTypeUnknown(let name): "unknown terminal type TERM=\(name)"
    case .terminalTypeUnsuitable(let name): "the terminal type TERM=\(name) has no cursor motion"
    case .alreadyOpen: "the screen is open already"
    case .system(let call, let code): "\(call) failed with error \(code)"
    }
  }
}
