import Foundation
import Testing

/// A detached tmux with one pane, for driving the real program in a real terminal.
///
/// A shell in the pane runs the program between two `stty -g`, so a test can compare the terminal's
/// modes before and after, whatever way the program ended.
final class TmuxSession {
  enum Failure: Error, CustomStringConvertible {
    case missing(String)
    case timedOut(waitingFor: String, screen: String)

    var description: String {
      switch self {
      case .missing(let what): "\(what) is missing: apt-get install -y tmux, and build the program"
      case .timedOut(let what, let screen): "no \(what) in time; the screen was:\n\(screen)"
      }
    }
  }

  let folder: URL
  private let socket: String

  /// Starts `maspo` with `arguments` in a pane of the given size.
  init(
    _ arguments: String, width: Int = 120, height: Int = 40, environment: [String: String] = [:]
  ) throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-tmux-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    socket = "maspo-\(UUID().uuidString.prefix(8))"
    let program = try Self.program()
    var variables = [
      "XDG_CACHE_HOME": Self.cacheFolder.path, "XDG_STATE_HOME": folder.path,
      "XDG_CONFIG_HOME": folder.path, "TERM": "screen-256color",
      "SWIFT_BACKTRACE": "enable=no",
    ]
    variables.merge(environment) { $1 }
    let assignments = variables.sorted { $0.key < $1.key }.map { "\($0.key)='\($0.value)'" }
      .joined(separator: " ")
    let script = """
      trap : INT
      stty -g > \(folder.path)/before
      \(assignments) \(program.path) \(arguments)
      echo "status $?"
      stty -g > \(folder.path)/after
      exec sleep 1000
      """
    let file = folder.appendingPathComponent("run.sh")
    try script.write(to: file, atomically: true, encoding: .utf8)
    try tmux(
      "-f", "/dev/null", "new-session", "-d", "-x", "\(width)", "-y", "\(height)",
      "sh \(file.path)")
    try tmux("set-option", "-g", "status", "off")
    try tmux("resize-window", "-x", "\(width)", "-y", "\(height)")
  }

  /// The base policy is made once for all tests.
  static let cacheFolder: URL = FileManager.default.temporaryDirectory
    .appendingPathComponent("maspo-test-cache")

  /// The program, as built beside the tests.
  static func program() throws -> URL {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    for _ in 0..<4 {
      let candidate = folder.appendingPathComponent("maspo")
      if FileManager.default.isExecutableFile(atPath: candidate.path),
        (try? candidate.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory != true
      {
        return candidate
      }
      folder.deleteLastPathComponent()
    }
    throw Failure.missing("the program beside \(CommandLine.arguments[0])")
  }

  func send(_ keys: String...) throws {
    try tmux(["send-keys", "-t", ":0"] + keys)
  }

  /// Literal text, not key names.
  func type(_ text: String) throws {
    try tmux("send-keys", "-t", ":0", "-l", text)
  }

  /// Many keys by name at once.
  func send(keys: [String]) throws {
    try tmux(["send-keys", "-t", ":0"] + keys)
  }

  /// Text as a terminal pastes it: in brackets, where the program asked for them.
  func paste(_ text: String) throws {
    try tmux("set-buffer", "-b", "pasted", text)
    try tmux("paste-buffer", "-p", "-r", "-b", "pasted", "-t", ":0")
  }

  /// What tmux knows of the pane, such as `#{mouse_any_flag}`.
  func value(of format: String) throws -> String {
    try tmux("display-message", "-p", "-t", ":0", format)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  func resize(width: Int, height: Int) throws {
    try tmux("resize-window", "-t", ":0", "-x", "\(width)", "-y", "\(height)")
  }

  func screen() throws -> String {
    try tmux("capture-pane", "-p", "-t", ":0")
  }

  /// Polls the screen until `condition` holds.
  @discardableResult
  func wait(
    for what: String, seconds: Double = 60, until condition: (String) -> Bool
  ) throws -> String {
    let deadline = Date().addingTimeInterval(seconds)
    var last = ""
    while Date() < deadline {
      last = try screen()
      if condition(last) { return last }
      usleep(30_000)
    }
    throw Failure.timedOut(waitingFor: what, screen: last)
  }

  @discardableResult
  func wait(forText text: String, seconds: Double = 60) throws -> String {
    try wait(for: "'\(text)'", seconds: seconds) { $0.contains(text) }
  }

  /// Process identifier of the program in the pane, if it runs.
  func programIdentifier() throws -> Int32? {
    let shell = try tmux("display-message", "-p", "-t", ":0", "#{pane_pid}")
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let children = try run("/usr/bin/env", ["pgrep", "-P", shell, "maspo"])
    return Int32(children.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  /// Terminal modes before and after the program, once it has ended.
  func modes() throws -> (before: String, after: String) {
    try wait(for: "the end of the program") { _ in
      FileManager.default.fileExists(atPath: folder.appendingPathComponent("after").path)
    }
    usleep(50_000)
    return (
      try String(contentsOf: folder.appendingPathComponent("before"), encoding: .utf8),
      try String(contentsOf: folder.appendingPathComponent("after"), encoding: .utf8)
    )
  }

  func close() {
    _ = try? tmux("kill-server")
    try? FileManager.default.removeItem(at: folder)
  }

  @discardableResult
  private func tmux(_ arguments: String...) throws -> String { try tmux(arguments) }

  @discardableResult
  private func tmux(_ arguments: [String]) throws -> String {
    try run("/usr/bin/env", ["tmux", "-u", "-L", socket] + arguments)
  }

  private func run(_ path: String, _ arguments: [String]) throws -> String {
    let finished = try FinishedProcess(URL(fileURLWithPath: path), arguments)
    if finished.status == 127 { throw Failure.missing(arguments[0]) }
    return finished.output
  }
}
