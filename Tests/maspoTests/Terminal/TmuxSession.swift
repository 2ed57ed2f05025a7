import Foundation
import TestSupport
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
  private let output: PaneOutput

  /// Starts `maspo` with `arguments` in a pane of the given size.
  convenience init(
    _ arguments: String, width: Int = 120, height: Int = 40, environment: [String: String] = [:]
  ) throws {
    try self.init(width: width, height: height) { folder in
      """
      trap : INT
      stty -g > \(folder.path)/before
      \(try Self.command(arguments, folder, environment))
      code=$?
      stty -g > \(folder.path)/after
      echo "status $code"
      exec sleep 1000
      """
    }
  }

  /// Starts an interactive shell with job control, in which `maspo` is the program with `arguments`.
  static func shell(_ arguments: String, width: Int = 120, height: Int = 40) throws -> TmuxSession {
    try TmuxSession(width: width, height: height) { folder in
      // The shell stops and continues the very process that it started, hence `exec`.
      try "exec env \(command(arguments, folder, [:]))".write(
        to: folder.appendingPathComponent("maspo.sh"), atomically: true, encoding: .utf8)
      return """
        cd \(folder.path)
        ENV= PS1='\(shellPrompt)' exec sh -i
        """
    }
  }

  /// What the shell of `shell` writes when it waits for a command.
  static let shellPrompt = "shell> "

  /// Runs in a pane what `script` makes of the session's folder.
  private init(width: Int, height: Int, script: (URL) throws -> String) throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-tmux-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    socket = "maspo-\(UUID().uuidString.prefix(8))"
    let pipe = folder.appendingPathComponent("output").path
    guard let output = PaneOutput(path: pipe) else { throw Failure.missing(pipe) }
    self.output = output
    let file = folder.appendingPathComponent("run.sh")
    try script(folder).write(to: file, atomically: true, encoding: .utf8)
    try tmux(
      "-f", "/dev/null", "new-session", "-d", "-x", "\(width)", "-y", "\(height)",
      "sh \(file.path)", ";", "pipe-pane", "exec cat > \(pipe)", ";", "set-option", "-g",
      "status", "off", ";", "resize-window", "-x", "\(width)", "-y", "\(height)")
  }

  private static func command(
    _ arguments: String, _ folder: URL, _ environment: [String: String]
  ) throws -> String {
    var variables = [
      "XDG_CACHE_HOME": cacheFolder.path, "XDG_STATE_HOME": folder.path,
      "XDG_CONFIG_HOME": folder.path, "TERM": "screen-256color",
      "SWIFT_BACKTRACE": "enable=no",
    ]
    variables.merge(environment) { $1 }
    let assignments = variables.sorted { $0.key < $1.key }.map { "\($0.key)='\($0.value)'" }
    return (assignments + [try program().path, arguments]).joined(separator: " ")
  }

  /// The base policy is made once for all tests, and kept for the next time in a folder of this
  /// user and this checkout alone.
  static let cacheFolder = CheckoutFolder.url(named: "program-cache")

  /// Makes the base policy, so that no test has to wait for it. Whether it could; if not, the tests
  /// that need it say why.
  private static let cacheIsWarm: Bool = {
    let arguments = [
      "train", "--warm-steps", "800", "--iterations", "1", "--preset", "steady", "--eval-prompts",
      "4", "--no-record", "--no-user-config", "--quiet",
    ]
    let run = try? FinishedProcess(
      builtProgram(), arguments, environment: ["XDG_CACHE_HOME": cacheFolder.path])
    return run?.status == 0
  }()

  /// The program, as built beside the tests, with the base policy that it starts from.
  static func program() throws -> URL {
    _ = cacheIsWarm
    return try builtProgram()
  }

  private static func builtProgram() throws -> URL {
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

  /// Sends many keys by name at once.
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

  /// Seconds after which a wait fails, even on a busy machine.
  static let timeLimit = 180.0

  /// Waits until `condition` holds of the screen, looking whenever the program has written and no
  /// frame is half painted: what is not yet there would be taken for gone.
  @discardableResult
  func wait(for what: String, until condition: (String) -> Bool) throws -> String {
    let deadline = ContinuousClock.now + .seconds(Self.timeLimit)
    while true {
      output.take()
      let before = output.count
      let last = try screen()
      output.take()
      let isWhole = output.count == before && !output.isWithinFrame
      if isWhole, condition(last) { return last }
      guard .now < deadline, output.count != before || output.waits(until: deadline) else {
        throw Failure.timedOut(waitingFor: what, screen: last)
      }
    }
  }

  @discardableResult
  func wait(forText text: String) throws -> String {
    try wait(for: "'\(text)'") { $0.contains(text) }
  }

  /// Waits until `prompt` is the last thing on the screen.
  func wait(forPrompt prompt: String) throws {
    try wait(for: "the prompt '\(prompt)'") { screen in
      let last = screen.split(separator: "\n").last { !$0.allSatisfy(\.isWhitespace) }
      return last.map { prompt.hasPrefix($0) && $0.count >= prompt.count - 1 } ?? false
    }
  }

  /// Waits until `condition` holds and then nothing is written for so many seconds: nothing that
  /// was asked for, and no message, is on its way any more.
  func screenAtRest(
    _ what: String, seconds: Double, where condition: (String) -> Bool
  ) throws -> String {
    let deadline = ContinuousClock.now + .seconds(Self.timeLimit)
    while true {
      let screen = try wait(for: what, until: condition)
      guard output.waits(until: .now + .seconds(seconds)) else { return screen }
      guard .now < deadline else {
        throw Failure.timedOut(waitingFor: "\(what), at rest", screen: screen)
      }
    }
  }

  /// Has the program clear the screen and paint everything anew; the screen that results.
  func repainted() throws -> String {
    output.take()
    let before = output.clearings
    try send("C-l")
    return try wait(for: "a screen painted anew") { _ in output.clearings > before }
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
    try wait(for: "the end of the program") { $0.contains(/(^|\n)status \d/) }
    return (try text(ofFile: "before"), try text(ofFile: "after"))
  }

  /// Text of a file in the session's folder.
  func text(ofFile name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
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

/// Steps that many tests share.
extension TmuxSession {
  /// Starts a dashboard and waits until it has its base policy and is paused before its first
  /// rollout; then makes the first update, if that is wanted.
  static func paused(
    _ arguments: String = "", width: Int = 120, height: Int = 40,
    environment: [String: String] = [:], firstUpdate: Bool = false
  ) throws -> TmuxSession {
    let session = try TmuxSession(
      "--paused --warm-steps 800 --eval-prompts 4 " + arguments, width: width, height: height,
      environment: environment)
    do {
      try session.wait(for: "a paused dashboard") {
        $0.contains("paused") && !$0.contains("Warm start")
      }
      if firstUpdate {
        try session.send("s")
        try session.wait(for: "update 1") { $0.contains(/upd(?:ate)? +1\/\d+/) }
      }
    } catch {
      session.close()
      throw error
    }
    return session
  }

  /// Leaves with a key, and expects the terminal as it was.
  func leave() throws {
    try send("q")
    let modes = try modes()
    #expect(modes.before == modes.after)
    try wait(forText: "status 0")
  }
}
