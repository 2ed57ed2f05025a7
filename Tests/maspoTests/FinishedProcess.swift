import Foundation

/// A process run to its end, its output collected in files.
///
/// Uses system calls, because Foundation's `Process` thinks a child is still running while anything
/// that the child started, such as a server, keeps a descriptor open.
struct FinishedProcess {
  enum Failure: Error {
    case notStarted(program: String, code: Int32)
  }

  let status: Int32
  let output: String
  let errors: String

  init(
    _ program: URL, _ arguments: [String], input: String = "",
    environment: [String: String] = [:]
  ) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = ["input", "output", "errors"].map { folder.appendingPathComponent($0) }
    try input.write(to: files[0], atomically: true, encoding: .utf8)

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, files[0].path, O_RDONLY, 0)
    for (descriptor, file) in [(Int32(1), files[1]), (Int32(2), files[2])] {
      posix_spawn_file_actions_addopen(
        &actions, descriptor, file.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }
    // The test runs on a thread that blocks signals; its children must not.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      .map { "\($0.key)=\($0.value)" }
    var child = pid_t()
    let code = Self.withStrings([program.path] + arguments) { argumentPointers in
      Self.withStrings(variables) { variablePointers in
        posix_spawn(
          &child, program.path, &actions, &attributes, argumentPointers, variablePointers)
      }
    }
    guard code == 0 else { throw Failure.notStarted(program: program.path, code: code) }
    var ending: Int32 = 0
    while waitpid(child, &ending, 0) == -1, errno == EINTR {}
    let signal = ending & 0x7F
    status = signal == 0 ? (ending >> 8) & 0xFF : 128 + signal
    output = try String(contentsOf: files[1], encoding: .utf8)
    errors = try String(contentsOf: files[2], encoding: .utf8)
  }

  /// Calls `body` with a null-terminated array of C strings.
  private static func withStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = strings.map { strdup($0) }
    defer {
      for copy in copies { free(copy) }
    }
    return body(copies + [nil])
  }
}

extension FinishedProcess {
  /// The program under test, without a terminal. Runs that it records are removed, unless the
  /// environment names a place for them.
  init(
    _ arguments: String, input: String = "", environment: [String: String] = [:]
  ) throws {
    let state = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-state-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: state) }
    let folders = [
      "XDG_CACHE_HOME": TmuxSession.cacheFolder.path, "XDG_STATE_HOME": state.path,
      "XDG_CONFIG_HOME": state.path,
    ]
    try self.init(
      TmuxSession.program(), arguments.split(separator: " ").map(String.init), input: input,
      environment: folders.merging(environment) { $1 })
  }
}
